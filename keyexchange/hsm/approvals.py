"""Approval teams: what has to wait for people, and what happens once they have decided.

AWS keeps teams and their portal in a service of its own. Here the operator of the software HSM is every team: sessions
are approved or denied on the console (`keyexchange hsm approve`), or at once where `Hsm.auto_approve` says so.

Source: AWS Payment Cryptography User Guide, "Multi-party approval"; Multi-party approval User Guide (a session ends
after 24 hours).
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from keyexchange.errors import ConfigError
from keyexchange.hsm.console import Answer, Request, console_command
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import (
    ApprovalSession,
    KeyState,
    ProtectedOperation,
    SessionStatus,
    TeamAssociation,
)

SESSION_LIFE = timedelta(hours=24)
IMPORT_ROOT = "IMPORT_ROOT_PUBLIC_KEY_CERTIFICATE"
"""The one action that a team can protect."""


def open_session(
    hsm: Hsm, association: TeamAssociation, operation: ProtectedOperation, *, subject: str | None, comment: str | None
) -> ApprovalSession:
    """Ask a team. Call it inside the savepoint of what is to be approved, and then `settle_if_automatic`.

    Args:
        subject: see `ApprovalSession`.
    """
    now = hsm.now()
    session = ApprovalSession(
        id=str(uuid.uuid4()),
        account=association.home.account,
        region=association.home.region,
        operation=operation,
        team_arn=association.team_arn,
        status=SessionStatus.PENDING,
        initiated_at=now,
        expires_at=now + SESSION_LIFE,
        comment=comment,
        subject=subject,
    )
    hsm.approvals.add_session(session)
    return session


def settle_if_automatic(hsm: Hsm, session: ApprovalSession) -> None:
    """Approve a session where nobody is there to be asked."""
    if hsm.auto_approve:
        settle(hsm, session, approved=True)


def settle(hsm: Hsm, session: ApprovalSession, *, approved: bool) -> None:
    """Record what a team decided, and do what waited for it."""
    hsm.approvals.settle(session.id, SessionStatus.APPROVED if approved else SessionStatus.FAILED)
    if session.operation is ProtectedOperation.IMPORT_KEY:
        assert session.subject is not None
        state = KeyState.CREATE_COMPLETE if approved else KeyState.CREATE_FAILED
        hsm.keys.change(session.subject, state=state, approval_until=None)
    elif approved and session.operation is ProtectedOperation.ASSOCIATE:
        assert session.subject is not None
        hsm.approvals.associate(TeamAssociation(session.home, IMPORT_ROOT, session.subject, session.id))
    elif approved:
        hsm.approvals.disassociate(session.home, IMPORT_ROOT)


@console_command("approvals")
async def approvals(hsm: Hsm, _request: Request) -> Answer:
    """The sessions that wait for a decision, oldest first."""
    return {"sessions": [_shown(session) for session in hsm.approvals.pending(hsm.now())]}


@console_command("approve")
async def approve(hsm: Hsm, request: Request) -> Answer:
    """Approve a session, and do what waited for it."""
    return await _decide(hsm, request, approved=True)


@console_command("deny")
async def deny(hsm: Hsm, request: Request) -> Answer:
    """Deny a session: what waited for it has failed."""
    return await _decide(hsm, request, approved=False)


async def _decide(hsm: Hsm, request: Request, *, approved: bool) -> Answer:
    session_id = str(request.get("session", "")).rpartition("/")[2]  # its ARN will do as well
    with hsm.store.savepoint():
        session = hsm.approvals.session(session_id)
        if session is None:
            raise ConfigError("there is no such approval session", hint="see `keyexchange hsm approvals`")
        status = session.status_at(hsm.now())
        if status is not SessionStatus.PENDING:
            raise ConfigError(
                f"the approval session is not pending any more: {status.value}", hint="make the request again"
            )
        settle(hsm, session, approved=approved)
    await hsm.store.committed()
    outcome = SessionStatus.APPROVED if approved else SessionStatus.FAILED
    return {**_shown(session), "status": outcome.value}


def _shown(session: ApprovalSession) -> Answer:
    return {
        "session": session.id,
        "operation": session.operation.value,
        "account": session.account,
        "region": session.region,
        "team": session.team_arn,
        "subject": session.subject,
        "comment": session.comment,
        "initiated": session.initiated_at.isoformat(),
        "expires": session.expires_at.isoformat(),
    }
