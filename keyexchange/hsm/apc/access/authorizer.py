"""The answer to the questions: AccessDeniedException, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keyexchange.hsm.apc.access.conditions import Conditions, alias_conditions, request_conditions, tag_conditions
from keyexchange.hsm.apc.access.key_policies import KeyPolicies
from keyexchange.hsm.apc.access.naming import Naming, naming_of
from keyexchange.hsm.apc.access.questions import Question, action_of, questions
from keyexchange.hsm.apc.entry import Admission
from keyexchange.hsm.apc.errors import ApiError
from keyexchange.hsm.apc.identities import Identity
from keyexchange.hsm.apc.model import Operation
from keyexchange.hsm.apc.protocol import Origin
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.iam import (
    AccessRequest,
    Decision,
    Policy,
    PolicyKind,
    decide,
    denial_message,
    environment_context,
    parse_policy,
)
from keyexchange.hsm.iam.actions import REQUEST_ALIAS, RESOURCE_ALIASES

EVERYTHING = parse_policy({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
"""What an identity without policies of its own is taken to have."""

SHARED = parse_policy(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
    },
    kind=PolicyKind.RESOURCE,
)
"""What another account's approval team is taken to have."""


TAG_CONDITION = "aws:resourcetag/"
ALIAS_CONDITION = RESOURCE_ALIASES.lower()
KEY_CONDITIONS = (TAG_CONDITION, ALIAS_CONDITION)
"""Conditions that a key has to be looked up for; in lower case."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, with who asks it and what its operation's input names."""

    admission: Admission
    origin: Origin
    values: Mapping[str, Any]
    naming: Naming


class Authorizer:
    """Decides about the operations of one API.

    Args:
        hsm: the device; its tags, aliases and key policies count.
        operations: of the API's model.
    """

    def __init__(self, hsm: Hsm, operations: Mapping[str, Operation]) -> None:
        self._hsm = hsm
        self._namings = {name: naming_of(operation.input) for name, operation in operations.items()}
        self._key_policies = KeyPolicies(hsm)

    def require(self, operation: str, admission: Admission, origin: Origin, values: Mapping[str, Any]) -> None:
        """Refuse what the policies do not allow.

        Without a policy anywhere, whoever is in may do everything in the own account, and nothing in another.

        Args:
            operation: its name.
            admission: who asks.
            origin: where from.
            values: the input, validated.

        Raises:
            ApiError: AccessDeniedException.
        """
        naming = self._namings[operation]
        with self._hsm.store.reading():
            key_policies_exist = self._key_policies.exist()
            limited = key_policies_exist or not admission.identity.unlimited
            if not limited and not naming.foreign(values, admission.context.home.account):
                return
            self._require(operation, _Asked(admission, origin, values, naming), with_policies=key_policies_exist)

    def _require(self, operation: str, asked: _Asked, *, with_policies: bool) -> None:
        action = action_of(operation)
        context = asked.admission.context
        wanted = asked.admission.identity.keys
        common = request_conditions(action, asked.values) | environment_context(
            now=self._hsm.now(),
            region=context.home.region,
            source_ip=asked.origin.address,
            secure=asked.origin.secure,
        )
        with_keys = with_policies or any(key.startswith(KEY_CONDITIONS) for key in wanted)
        for question in questions(self._hsm, context, action, asked.naming, asked.values, with_keys=with_keys):
            self._ask(question, asked.admission, common)

    def _ask(self, question: Question, admission: Admission, common: Conditions) -> None:
        identity = admission.identity
        is_own = _account_of(question.resource) in {"", admission.context.home.account}
        policy = SHARED if question.is_shared and not is_own else self._key_policies.of(question.key)
        if is_own and policy is None and (question.by_key_only or identity.unlimited):
            return
        if not is_own and not question.is_shared and not question.action.cross_account:
            policy = None  # only operations that say so reach another account's key
        wanted = identity.keys if policy is None else identity.keys | policy.keys
        request = AccessRequest(
            identity.principal, question.action.full_name, question.resource, self._context(question, common, wanted)
        )
        decision = _decide(request, identity, policy, by_key_only=question.by_key_only and is_own)
        if not decision.allowed:
            raise ApiError("AccessDeniedException", denial_message(request, decision))

    def _context(self, question: Question, common: Conditions, wanted: frozenset[str]) -> Conditions:
        found = dict(common)
        if question.key is not None and any(key.startswith(TAG_CONDITION) for key in wanted):
            found |= tag_conditions(self._hsm, question.key)
        named = question.key or question.aliases_of
        if named is not None and ALIAS_CONDITION in wanted:
            found |= alias_conditions(self._hsm, named)
        if question.alias:
            found[REQUEST_ALIAS] = question.alias
        return found


def _account_of(resource: str) -> str:
    """The account in an ARN; empty for any resource."""
    parts = resource.split(":", 5)
    return parts[4] if len(parts) > 5 else ""


def _decide(request: AccessRequest, identity: Identity, policy: Policy | None, *, by_key_only: bool) -> Decision:
    if by_key_only:
        return decide(request, (EVERYTHING,), policy)
    own = (EVERYTHING,) if identity.policies is None else identity.policies
    return decide(request, own, policy, boundary=identity.boundary, session_policies=identity.session_policies)
