"""Customer keys in the store."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, select, update

from keyexchange.hsm.records import Home, KeyRecord, KeyState
from keyexchange.hsm.store.engine import Store
from keyexchange.hsm.store.schema import Instant, keys

_FIELDS = tuple(KeyRecord.__dataclass_fields__)
_COLUMNS = [keys.c[name] for name in _FIELDS]


class Keys:
    """The table of keys. Deletions that have become due are carried out before a key is shown."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection = store.connection

    def add(self, record: KeyRecord) -> None:
        """Keep a new key."""
        self._connection.execute(_ADD, {name: getattr(record, name) for name in _FIELDS})

    def get(self, home: Home, key_id: str, now: datetime) -> KeyRecord | None:
        """A key by its id, if this account has it in this region."""
        values = {"key_id": key_id, "account": home.account, "region": home.region}
        row = self._connection.execute(_GET, values).mappings().one_or_none()
        if row is None:
            return None
        record = _record(row)
        if record.delete_pending_at is None or record.delete_pending_at > now:
            return record
        self.complete_deletions(now)
        return self.get(home, key_id, now)

    def page(
        self, home: Home, *, now: datetime, after: int, limit: int, state: KeyState | None = None
    ) -> tuple[list[KeyRecord], int | None]:
        """Keys in the order of their making.

        Args:
            after: 0, or what the last page returned.

        Returns:
            The page, and where the next one begins; None when there is none.
        """
        self.complete_deletions(now)
        query = select(keys.c.number, *_COLUMNS).where(
            keys.c.account == home.account, keys.c.region == home.region, keys.c.number > after
        )
        if state is not None:
            query = query.where(keys.c.state == state)
        rows = self._connection.execute(query.order_by(keys.c.number).limit(limit + 1)).mappings().all()
        following = rows[limit - 1]["number"] if len(rows) > limit else None
        return [_record(row) for row in rows[:limit]], following

    def change(self, key_id: str, **values: Any) -> None:
        """Set columns of a key."""
        self._connection.execute(update(keys).where(keys.c.id == key_id).values(**values))

    def complete_deletions(self, now: datetime) -> None:
        """Destroy the material of keys whose waiting period is over."""
        if self._connection.execute(_DUE, {"now": now}).first() is not None:
            self._store.begin_writing()
            self._connection.execute(_COMPLETE_DELETIONS, {"now": now})


_ADD = insert(keys)
_GET = select(*_COLUMNS).where(
    keys.c.id == bindparam("key_id"), keys.c.account == bindparam("account"), keys.c.region == bindparam("region")
)
_IS_DUE = (keys.c.state == KeyState.DELETE_PENDING) & (keys.c.delete_pending_at <= bindparam("now", type_=Instant))
_DUE = select(keys.c.number).where(_IS_DUE).limit(1)
_COMPLETE_DELETIONS = (
    update(keys)
    .where(_IS_DUE)
    .values(state=KeyState.DELETE_COMPLETE, deleted_at=keys.c.delete_pending_at, delete_pending_at=None, block=None)
)


def _record(row: RowMapping) -> KeyRecord:
    return KeyRecord(**{name: row[name] for name in _FIELDS})
