"""IAM policies: who may do what with the software HSM's Payment Cryptography.

A library without I/O: policies are parsed once, requests are decided in microseconds. What is evaluated and what is not
stands in docs/reference/iam.md. The language is loaded with the first policy, as most servers have none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyexchange.hsm.iam.actions import ACTIONS, Action, ResourceType, action_of
from keyexchange.hsm.iam.principals import Principal
from keyexchange.lazy import names_of

if TYPE_CHECKING:
    from keyexchange.hsm.iam.decisions import Decision, PolicyType, Verdict, decide, denial_message
    from keyexchange.hsm.iam.errors import PolicyError
    from keyexchange.hsm.iam.policies import Policy, parse_key_policy, parse_policy
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
    "action_of",
    "decide",
    "denial_message",
    "environment_context",
    "is_public",
    "parse_key_policy",
    "parse_policy",
    "tag_context",
]

__getattr__ = names_of(
    __name__,
    {
        "decisions": ("Decision", "PolicyType", "Verdict", "decide", "denial_message"),
        "errors": ("PolicyError",),
        "policies": ("Policy", "parse_key_policy", "parse_policy"),
        "public": ("is_public",),
        "requests": ("ANY_RESOURCE", "AccessRequest", "environment_context", "tag_context"),
        "statements": ("PolicyKind",),
    },
)
