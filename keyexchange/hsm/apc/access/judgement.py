"""What the policies say to an operation's questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from keyexchange.hsm.apc.access.conditions import Conditions, alias_conditions, request_conditions, tag_conditions
from keyexchange.hsm.apc.access.key_policies import KeyPolicies
from keyexchange.hsm.apc.access.naming import Naming
from keyexchange.hsm.apc.access.questions import Question, questions
from keyexchange.hsm.apc.entry import Admission
from keyexchange.hsm.apc.errors import ApiError
from keyexchange.hsm.apc.identities import Identity
from keyexchange.hsm.apc.protocol import Origin
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.iam import (
    AccessRequest,
    Decision,
    Policy,
    PolicyKind,
    action_of,
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


class Judge:
    """Asks the policies about the operations of one API.

    Args:
        hsm: the device.
        naming: what the input of an operation names.
        key_policies: of the device.
    """

    def __init__(self, hsm: Hsm, naming: Callable[[str], Naming], key_policies: KeyPolicies) -> None:
        self._hsm = hsm
        self._naming = naming
        self._key_policies = key_policies

    def require(
        self,
        operation: str,
        admission: Admission,
        origin: Origin,
        values: Mapping[str, Any],
        *,
        with_policies: bool,
    ) -> None:
        """Refuse what the policies do not allow. See `Authorizer.require`.

        Args:
            with_policies: whether any key has one.
        """
        action, context = action_of(operation), admission.context
        common = request_conditions(action, values) | environment_context(
            now=self._hsm.now(), region=context.home.region, source_ip=origin.address, secure=origin.secure
        )
        with_keys = with_policies or any(key.startswith(KEY_CONDITIONS) for key in admission.identity.keys)
        naming = self._naming(operation)
        for question in questions(self._hsm, context, action, naming, values, with_keys=with_keys):
            self._ask(question, admission, common)

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
