"""May they? The evaluation logic, and the words of a refusal.

Laws of this file:

- a Deny that applies, in any policy, wins;
- without an Allow that applies, the answer is no;
- in one account an identity's policy or the resource's is enough; across accounts both have to allow.

Source: IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic"; Payment Cryptography
User Guide, "Resource-based policies".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from keyexchange.hsm.iam.actions import OWNERS_ONLY
from keyexchange.hsm.iam.policies import Policy
from keyexchange.hsm.iam.principals import Grant, PrincipalType
from keyexchange.hsm.iam.requests import AccessRequest


class PolicyType(Enum):
    """Which kind of policy decided, in AWS's words."""

    IDENTITY = "identity-based policy"
    RESOURCE = "resource-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


class Verdict(Enum):
    """The outcome."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicit deny"
    IMPLICIT_DENY = "implicit deny"


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome and who caused it.

    Args:
        verdict: allowed, or which kind of no.
        by: the policy that denied, or that would have had to allow; None when allowed.
        sid: of the denying statement, or empty.
        policy_arn: of the denying managed policy, or empty.
    """

    verdict: Verdict
    by: PolicyType | None = None
    sid: str = ""
    policy_arn: str = ""

    @property
    def allowed(self) -> bool:
        """Whether the action may go on."""
        return self.verdict is Verdict.ALLOWED


ALLOWED = Decision(Verdict.ALLOWED)
_IMPLICIT = {by: Decision(Verdict.IMPLICIT_DENY, by) for by in PolicyType}


def decide(
    request: AccessRequest,
    identity_policies: Sequence[Policy],
    resource_policy: Policy | None = None,
    *,
    boundary: Policy | None = None,
    session_policies: Sequence[Policy] = (),
) -> Decision:
    """Whether a request may go on.

    Args:
        request: who, what, on which resource.
        identity_policies: of the caller and of its groups or role.
        resource_policy: of the key. It counts for nothing when the key's own policy is read or changed.
        boundary: the permissions boundary of the user or role.
        session_policies: those that the session was made with, if any.

    Returns:
        The decision. When several policies say no, an explicit deny comes first, and within a kind the order is
        identity, resource, boundary, session; AWS names one of them too and does not say which.
    """
    if resource_policy is not None and request.action_key in OWNERS_ONLY:
        resource_policy = None
    resource_policies = (resource_policy,) if resource_policy is not None else ()
    boundaries = (boundary,) if boundary is not None else ()
    denied = (
        _explicit_deny(request, PolicyType.IDENTITY, identity_policies)
        or _explicit_deny(request, PolicyType.RESOURCE, resource_policies)
        or _explicit_deny(request, PolicyType.BOUNDARY, boundaries)
        or _explicit_deny(request, PolicyType.SESSION, session_policies)
    )
    if denied is not None:
        return denied
    grant = resource_policy.grants(request) if resource_policy is not None else Grant.NONE
    same_account = request.resource_account == request.principal.account
    if same_account and grant is Grant.DIRECT:
        return ALLOWED
    lacking = _lacking(
        request, identity_policies, boundaries, session_policies, by_role=same_account and grant is Grant.ROLE
    )
    if lacking is None and not same_account and grant is Grant.NONE:
        lacking = PolicyType.RESOURCE
    return _IMPLICIT[lacking] if lacking else ALLOWED


def denial_message(request: AccessRequest, decision: Decision) -> str:
    """The text of AccessDeniedException.

    Source: IAM User Guide, "Troubleshoot access denied error messages"; messages seen in the field name the resource
    before the reason, and after an explicit deny the ARN of the managed policy.
    """
    if decision.by is None:
        raise AssertionError("an allowed request has no denial")
    policy = decision.by.value
    where = f" on resource: {request.resource}" if request.resource else ""
    if decision.verdict is Verdict.IMPLICIT_DENY:
        reason = f"because no {policy} allows the {request.action} action"
    else:
        article = "an" if decision.by is PolicyType.IDENTITY else "a"
        reason = f"with an explicit deny in {article} {policy}" + (
            f": {decision.policy_arn}" if decision.policy_arn else ""
        )
    return f"User: {request.principal.arn} is not authorized to perform: {request.action}{where} {reason}"


def _explicit_deny(request: AccessRequest, by: PolicyType, policies: Sequence[Policy]) -> Decision | None:
    for policy in policies:
        statement = policy.denies(request)
        if statement is not None:
            return Decision(Verdict.EXPLICIT_DENY, by, statement.sid, policy.arn)
    return None


def _allows(request: AccessRequest, policies: Sequence[Policy]) -> bool:
    # a loop: this is asked for every request
    for policy in policies:  # noqa: SIM110
        if policy.grants(request):
            return True
    return False


def _lacking(
    request: AccessRequest,
    identity: Sequence[Policy],
    boundaries: Sequence[Policy],
    session: Sequence[Policy],
    *,
    by_role: bool,
) -> PolicyType | None:
    """The caller's side: which kind of policy would have had to allow and does not.

    `by_role`: the key's policy names the role, which stands in for the role's own policies and for nothing else. An
    account's root needs no policy.
    """
    if request.principal.type is PrincipalType.ACCOUNT:
        return None
    if not by_role and not _allows(request, identity):
        return PolicyType.IDENTITY
    if boundaries and not _allows(request, boundaries):
        return PolicyType.BOUNDARY
    if session and not _allows(request, session):
        return PolicyType.SESSION
    return None
