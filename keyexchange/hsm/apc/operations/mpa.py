"""The approval team of a protected operation.

A first team protects at once; to change or to lose it, the team that is there has to approve. Whether a team exists is
not checked: AWS keeps teams in another service.

Source: AWS Payment Cryptography User Guide, "Multi-party approval" (to disassociate takes the team's approval); that to
change it does too is read from the state UPDATE_PENDING of the API reference.
"""

from __future__ import annotations

from keyexchange.hsm.apc import shapes
from keyexchange.hsm.apc.context import Context, operation
from keyexchange.hsm.apc.errors import conflict, not_found
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.approvals import open_session, settle_if_automatic
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import ApprovalSession, ProtectedOperation, SessionStatus, TeamAssociation

_ACTIVE = "ACTIVE"
_WAITING = {ProtectedOperation.ASSOCIATE: "UPDATE_PENDING", ProtectedOperation.DISASSOCIATE: "DELETE_PENDING"}
"""AssociationState while a session about the association is pending. Source: APC API reference, MpaTeamAssociation."""


@operation("AssociateMpaTeam", writes=True)
def associate_mpa_team(hsm: Hsm, context: Context, request: Values) -> Values:
    """Let a team protect an operation; the same team again changes nothing. Source: APC API reference."""
    action, team_arn = request["Action"], request["MpaTeamArn"]
    association = hsm.approvals.association(context.home, action)
    if association is None:
        association = TeamAssociation(context.home, action, team_arn)
        hsm.approvals.associate(association)
        return _answer(hsm, association)
    _require_settled(hsm, association)
    if association.team_arn == team_arn:
        return _answer(hsm, association)
    _ask(hsm, association, ProtectedOperation.ASSOCIATE, request, subject=team_arn)
    return _answer(hsm, _find(hsm, context, action))


@operation("DisassociateMpaTeam", writes=True)
def disassociate_mpa_team(hsm: Hsm, context: Context, request: Values) -> Values:
    """Let no team protect an operation any more, once its team has approved that. Source: APC API reference."""
    association = _find(hsm, context, request["Action"])
    _require_settled(hsm, association)
    session = _ask(hsm, association, ProtectedOperation.DISASSOCIATE, request, subject=None)
    current = hsm.approvals.session(session.id)
    assert current is not None
    waiting = _WAITING[ProtectedOperation.DISASSOCIATE]  # also when it was approved on the spot: no state says gone
    approval = shapes.mpa_status(current, hsm.now())
    return {"MpaTeamAssociation": shapes.team_association(association, waiting, approval)}


@operation("GetMpaTeamAssociation", writes=False)
def get_mpa_team_association(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC API reference, GetMpaTeamAssociation. Without a team: ResourceNotFoundException."""
    return _answer(hsm, _find(hsm, context, request["Action"]))


def _find(hsm: Hsm, context: Context, action: str) -> TeamAssociation:
    association = hsm.approvals.association(context.home, action)
    if association is None:
        raise not_found(action)
    return association


def _ask(
    hsm: Hsm, association: TeamAssociation, operation: ProtectedOperation, request: Values, *, subject: str | None
) -> ApprovalSession:
    session = open_session(hsm, association, operation, subject=subject, comment=request.get("RequesterComment"))
    hsm.approvals.associate(association._replace(session=session.id))
    settle_if_automatic(hsm, session)
    return session


def _require_settled(hsm: Hsm, association: TeamAssociation) -> None:
    session = _session(hsm, association)
    if session is not None and session.status_at(hsm.now()) is SessionStatus.PENDING:
        raise conflict(f"The MPA team association is {_WAITING[session.operation]}")


def _answer(hsm: Hsm, association: TeamAssociation) -> Values:
    session, now = _session(hsm, association), hsm.now()
    if session is None:
        return {"MpaTeamAssociation": shapes.team_association(association, _ACTIVE, None)}
    pending = session.status_at(now) is SessionStatus.PENDING
    state = _WAITING[session.operation] if pending else _ACTIVE
    return {"MpaTeamAssociation": shapes.team_association(association, state, shapes.mpa_status(session, now))}


def _session(hsm: Hsm, association: TeamAssociation) -> ApprovalSession | None:
    return hsm.approvals.session(association.session) if association.session else None
