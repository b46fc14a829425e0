"""Approval teams and their sessions in the store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update

from keyexchange.hsm.records import ApprovalSession, Home, SessionStatus, TeamAssociation
from keyexchange.hsm.store.engine import Store
from keyexchange.hsm.store.schema import approval_sessions, team_associations

_SESSION_FIELDS = ApprovalSession._fields


class Approvals:
    """The tables of team associations and approval sessions."""

    def __init__(self, store: Store) -> None:
        self._connection = store.connection

    def association(self, home: Home, action: str) -> TeamAssociation | None:
        """The team of a protected operation."""
        row = self._connection.execute(_ASSOCIATION, _this(home, action)).one_or_none()
        return TeamAssociation(home, action, row.team_arn, row.session) if row else None

    def associate(self, association: TeamAssociation) -> None:
        """Keep an association in place of the last one."""
        self.disassociate(association.home, association.action)
        self._connection.execute(
            insert(team_associations),
            {
                "account": association.home.account,
                "region": association.home.region,
                "action": association.action,
                "team_arn": association.team_arn,
                "session": association.session,
            },
        )

    def disassociate(self, home: Home, action: str) -> None:
        """Forget the team of a protected operation."""
        self._connection.execute(_DISASSOCIATE, _this(home, action))

    def add_session(self, session: ApprovalSession) -> None:
        """Keep a new session."""
        self._connection.execute(insert(approval_sessions), {name: getattr(session, name) for name in _SESSION_FIELDS})

    def session(self, session_id: str) -> ApprovalSession | None:
        """A session by its id."""
        row = self._connection.execute(_SESSION, {"session": session_id}).mappings().one_or_none()
        return ApprovalSession(**row) if row else None

    def pending(self, now: datetime) -> list[ApprovalSession]:
        """The sessions that can still be settled, oldest first, of all accounts."""
        rows = self._connection.execute(_PENDING, {"now": now}).mappings()
        return [ApprovalSession(**row) for row in rows]

    def settle(self, session_id: str, status: SessionStatus) -> None:
        """Record what became of a session."""
        self._connection.execute(_SETTLE, {"session": session_id, "outcome": status})


_THIS = (
    (team_associations.c.account == bindparam("of_account"))
    & (team_associations.c.region == bindparam("in_region"))
    & (team_associations.c.action == bindparam("protected"))
)
_ASSOCIATION = select(team_associations.c.team_arn, team_associations.c.session).where(_THIS)
_DISASSOCIATE = delete(team_associations).where(_THIS)

_OF_ID = approval_sessions.c.id == bindparam("session")
_SESSION = select(approval_sessions).where(_OF_ID)
_PENDING = (
    select(approval_sessions)
    .where(
        approval_sessions.c.status == SessionStatus.PENDING,
        approval_sessions.c.expires_at > bindparam("now", type_=approval_sessions.c.expires_at.type),
    )
    .order_by(approval_sessions.c.initiated_at, approval_sessions.c.id)
)
_SETTLE = (
    update(approval_sessions).where(_OF_ID).values(status=bindparam("outcome", type_=approval_sessions.c.status.type))
)


def _this(home: Home, action: str) -> dict[str, str]:
    return {"of_account": home.account, "in_region": home.region, "protected": action}
