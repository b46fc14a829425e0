"""Customer keys in the store."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    RowMapping,
    Select,
    bindparam,
    delete,
    func,
    select,
    union_all,
    update,
)

from keyexchange.hsm.records import Home, KeyRecord, KeyState
from keyexchange.hsm.store.engine import Store
from keyexchange.hsm.store.kept import Kept
from keyexchange.hsm.store.schema import Instant, aliases, keys, replicas, resource_policies, tags

_FIELDS = tuple(name for name in KeyRecord._fields if name != "replica_region")
_COLUMNS = [keys.c[name] for name in _FIELDS]


class Keys:
    """The table of keys. A key is always shown as time has made it: deletions that have become due are carried out
    before, and an import whose approval was not given in time has failed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection = store.connection
        self._add = store.adder(keys, _FIELDS)
        self._kept: Kept[KeyRecord | None] = Kept(store, _is_settled)

    def add(self, record: KeyRecord) -> None:
        """Keep a new key."""
        self._add(record._asdict())

    def get(self, home: Home, key_id: str, now: datetime) -> KeyRecord | None:
        """A key by its id, if this account has it, or a replica of it, in this region."""
        return self._kept.get((home.account, home.region, key_id), lambda: self._find(home, key_id, now))

    def _find(self, home: Home, key_id: str, now: datetime) -> KeyRecord | None:
        values = {"key_id": key_id, "account": home.account, "region": home.region}
        row = (
            self._connection.execute(_GET, values).mappings().one_or_none()
            or self._connection.execute(_GET_REPLICA, values).mappings().one_or_none()
        )
        if row is None:
            return None
        if row["delete_pending_at"] is None or row["delete_pending_at"] > now:
            return _record(row, home, now)
        self.complete_deletions(now)
        return self._find(home, key_id, now)

    def page(
        self, home: Home, *, now: datetime, after: int, limit: int, state: KeyState | None = None
    ) -> tuple[list[KeyRecord], int | None]:
        """Keys and replicas in the order of the keys' making.

        Args:
            after: 0, or what the last page returned.

        Returns:
            The page, and where the next one begins; None when there is none.
        """
        self.complete_deletions(now)
        values = {"account": home.account, "region": home.region, "after": after, "count": limit + 1}
        wanted = {"state": state, "now": now}
        rows = self._connection.execute(_page_of(state), values | wanted).mappings().all()
        following = rows[limit - 1]["number"] if len(rows) > limit else None
        return [_record(row, home, now) for row in rows[:limit]], following

    def count(self, home: Home) -> int:
        """How many keys there are that were made here and are not deleted, with those that wait to be written."""
        self._store.write_waiting()
        return int(self._connection.execute(_COUNT, {"account": home.account, "region": home.region}).scalar_one())

    def change(self, key_id: str, **values: Any) -> None:
        """Set columns of a key, and so of its replicas."""
        self._store.changed()
        self._connection.execute(update(keys).where(keys.c.id == key_id).values(**values))

    def complete_deletions(self, now: datetime) -> None:
        """Destroy the material of keys whose waiting period is over, with their tags and policies.

        Their aliases stay and name no key. Source: AWS Payment Cryptography User Guide, "About aliases" (they become
        unassigned) and "Deleting keys" (which says of the aliases, too, that they are deleted).
        """
        if self._connection.execute(_DUE, {"now": now}).first() is None:
            return
        self._store.begin_writing()
        due = list(self._connection.execute(_ALL_DUE, {"now": now}).scalars())
        for statement in _COMPLETE_DELETIONS:
            self._connection.execute(statement, {"due": due})


_GET = select(*_COLUMNS).where(
    keys.c.id == bindparam("key_id"), keys.c.account == bindparam("account"), keys.c.region == bindparam("region")
)
_GET_REPLICA = (
    select(*_COLUMNS)
    .join(replicas, replicas.c.key_id == keys.c.id)
    .where(
        keys.c.id == bindparam("key_id"),
        keys.c.account == bindparam("account"),
        replicas.c.region == bindparam("region"),
    )
)
_COUNTED = (keys.c.account == bindparam("account")) & (keys.c.state != KeyState.DELETE_COMPLETE)
_COUNT = select(
    select(func.count()).where(_COUNTED, keys.c.region == bindparam("region")).scalar_subquery()
    + select(func.count())
    .select_from(replicas.join(keys))
    .where(_COUNTED, replicas.c.region == bindparam("region"))
    .scalar_subquery()
)
_IS_DUE = (keys.c.state == KeyState.DELETE_PENDING) & (keys.c.delete_pending_at <= bindparam("now", type_=Instant))
_DUE = select(keys.c.number).where(_IS_DUE).limit(1)
_ALL_DUE = select(keys.c.id).where(_IS_DUE)
_THOSE_DUE: BindParameter[Any] = bindparam("due", expanding=True)
_COMPLETE_DELETIONS = (
    update(aliases).where(aliases.c.key_id.in_(_THOSE_DUE)).values(key_id=None),
    delete(tags).where(tags.c.key_id.in_(_THOSE_DUE)),
    delete(resource_policies).where(resource_policies.c.key_id.in_(_THOSE_DUE)),
    update(keys)
    .where(keys.c.id.in_(_THOSE_DUE))
    .values(state=KeyState.DELETE_COMPLETE, deleted_at=keys.c.delete_pending_at, delete_pending_at=None, block=None),
)


def _page(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Keys of a region and replicas in it. Each half ends by itself, so that neither reads the table for one page."""
    count = bindparam("count", type_=Integer)
    all_of_account = select(keys.c.number, *_COLUMNS).where(
        keys.c.account == bindparam("account"), keys.c.number > bindparam("after"), *conditions
    )
    own = all_of_account.where(keys.c.region == bindparam("region"))
    copies = all_of_account.join(replicas, replicas.c.key_id == keys.c.id).where(
        replicas.c.region == bindparam("region")
    )
    halves = [select(each.order_by(keys.c.number).limit(count).subquery()) for each in (own, copies)]
    both = union_all(*halves).subquery()
    return select(both).order_by(both.c.number).limit(count)


_IN_STATE = keys.c.state == bindparam("state", type_=keys.c.state.type)
_WAITING = keys.c.approval_until > bindparam("now", type_=Instant)


@cache  # made when it is first asked for: all of them would take a part of the program's start that is felt
def _page_of(state: KeyState | None) -> Select[Any]:
    """By the state that is asked for. An import that has waited for too long is in progress in the table only."""
    if state is None:
        return _page()
    return _page(_IN_STATE, _WAITING) if state is KeyState.CREATE_IN_PROGRESS else _page(_IN_STATE)


def _is_settled(record: KeyRecord | None) -> bool:
    """Whether time alone does not change it."""
    return record is not None and record.delete_pending_at is None and record.approval_until is None


def _record(row: RowMapping, home: Home, now: datetime) -> KeyRecord:
    record = KeyRecord(**{name: row[name] for name in _FIELDS})
    if record.region != home.region:
        record = record._replace(replica_region=home.region)
    if record.approval_until is not None and record.approval_until <= now:
        record = record._replace(state=KeyState.CREATE_FAILED, approval_until=None)
    return record
