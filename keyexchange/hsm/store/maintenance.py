"""Work that only one process may do at a time, and that lasts longer than a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from keyexchange.hsm.store.engine import Store

_NUMBER = 0x6B65796D61696E
_TRY = select(func.pg_try_advisory_lock(_NUMBER))
_UNLOCK = select(func.pg_advisory_unlock(_NUMBER))
"""Source: postgresql.org, "Advisory Lock Functions": of a session, so a process that dies gives it back; the number is
ours ("keymain")."""


@contextmanager
def maintenance(store: Store) -> Iterator[bool]:
    """Whether this process may do it: no other process of the database is at it. SQLite has one process only."""
    if not store.shared:
        yield True
        return
    mine = bool(store.connection.execute(_TRY).scalar_one())
    try:
        yield mine
    finally:
        if mine:
            with suppress(SQLAlchemyError):  # a session that is gone holds no lock
                store.connection.execute(_UNLOCK)
