"""IAM policies: who may do what with the software HSM's Payment Cryptography.

A library without I/O: policies are parsed once, requests are decided in microseconds. What is evaluated and what is not
stands in docs/reference/iam.md.
"""

from __future__ import annotations

from keyexchange.hsm.iam.actions import ACTIONS, Action, ResourceType
from keyexchange.hsm.iam.decisions import Decision, PolicyType, Verdict, decide, denial_message
from keyexchange.hsm.iam.errors import PolicyError
from keyexchange.hsm.iam.policies import Policy, parse_key_policy, parse_policy
from keyexchange.hsm.iam.principals import Principal
from keyexchange.hsm.iam.public import is_public
from keyexchange.hsm.iam.requests import ANY_RESOURCE, AccessRequest, environment_context, tag_context
from keyexchange.hsm.iam.statements import PolicyKind

__all__ = [
    "ACTIONS",
    "ANY_RESOURCE",
    "AccessRequest",
    "Action",
    "Decision",
    "Policy",
    "PolicyError",
    "PolicyKind",
    "PolicyType",
    "Principal",
    "ResourceType",
    "Verdict",
    "decide",
    "denial_message",
    "environment_context",
    "is_public",
    "parse_key_policy",
    "parse_policy",
    "tag_context",
]
