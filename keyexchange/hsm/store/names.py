"""Aliases and tags in the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from keyexchange.hsm.records import AliasRecord, Home
from keyexchange.hsm.store.engine import Store
from keyexchange.hsm.store.schema import aliases, tags


class Aliases:
    """The table of aliases."""

    def __init__(self, store: Store) -> None:
        self._connection = store.connection

    def get(self, home: Home, name: str) -> AliasRecord | None:
        """An alias by its name."""
        row = self._connection.execute(_GET_ALIAS, _this(home, name)).one_or_none()
        return _alias(row) if row else None

    def add(self, record: AliasRecord) -> None:
        """Keep a new alias."""
        values = {"account": record.home.account, "region": record.home.region, "name": record.name}
        self._connection.execute(_ADD_ALIAS, {**values, "key_id": record.key_id})

    def point(self, record: AliasRecord) -> None:
        """Let an alias name another key, or none."""
        self._connection.execute(_POINT_ALIAS, {**_this(record.home, record.name), "key_id": record.key_id})

    def remove(self, home: Home, name: str) -> None:
        """Forget an alias."""
        self._connection.execute(_REMOVE_ALIAS, _this(home, name))

    def count(self, home: Home) -> int:
        """How many there are."""
        return int(self._connection.execute(_COUNT_ALIASES, _this(home, "")).scalar_one())

    def page(
        self, home: Home, *, after: str, limit: int, key_id: str | None = None
    ) -> tuple[list[AliasRecord], str | None]:
        """Aliases by name, of all keys or of one.

        Returns:
            The page, and the name after which the next one begins; None when there is none.
        """
        query = select(aliases).where(
            aliases.c.account == home.account, aliases.c.region == home.region, aliases.c.name > after
        )
        if key_id is not None:
            query = query.where(aliases.c.key_id == key_id)
        rows = self._connection.execute(query.order_by(aliases.c.name).limit(limit + 1)).all()
        return [_alias(row) for row in rows[:limit]], rows[limit - 1].name if len(rows) > limit else None


class Tags:
    """The table of tags."""

    def __init__(self, store: Store) -> None:
        self._connection = store.connection
        self._add = store.adder(tags, ("key_id", "name", "value"))

    def names(self, key_id: str) -> set[str]:
        """The names of a key's tags."""
        return set(self._connection.execute(_TAG_NAMES, {"of_key": key_id}).scalars())

    def add(self, key_id: str, values: Mapping[str, str]) -> None:
        """Set tags that the key does not have yet."""
        for name, value in values.items():
            self._add({"key_id": key_id, "name": name, "value": value})

    def remove(self, key_id: str, names: Iterable[str]) -> None:
        """Forget tags; names that are not there are ignored."""
        self._connection.execute(_REMOVE_TAGS, {"of_key": key_id, "named": list(names)})

    def page(self, key_id: str, *, after: str, limit: int) -> tuple[list[tuple[str, str]], str | None]:
        """Tags by name: the page, and the name after which the next one begins."""
        rows = self._connection.execute(_TAGS, {"of_key": key_id, "after": after, "count": limit + 1}).all()
        return [(row.name, row.value) for row in rows[:limit]], rows[limit - 1].name if len(rows) > limit else None


# Statements are made once: making one costs as much as running it.
_THIS_ALIAS = (
    (aliases.c.account == bindparam("of_account"))
    & (aliases.c.region == bindparam("in_region"))
    & (aliases.c.name == bindparam("named"))
)
_COUNT_ALIASES = select(func.count()).where(
    aliases.c.account == bindparam("of_account"), aliases.c.region == bindparam("in_region")
)
_GET_ALIAS = select(aliases).where(_THIS_ALIAS)
_ADD_ALIAS = insert(aliases)
_POINT_ALIAS = update(aliases).where(_THIS_ALIAS).values(key_id=bindparam("key_id"))
_REMOVE_ALIAS = delete(aliases).where(_THIS_ALIAS)

_OF_KEY = tags.c.key_id == bindparam("of_key")
_TAG_NAMES = select(tags.c.name).where(_OF_KEY)
_TAGS = (
    select(tags.c.name, tags.c.value)
    .where(_OF_KEY, tags.c.name > bindparam("after"))
    .order_by(tags.c.name)
    .limit(bindparam("count"))
)
_REMOVE_TAGS = delete(tags).where(_OF_KEY, tags.c.name.in_(bindparam("named", expanding=True)))


def _this(home: Home, name: str) -> dict[str, str]:
    return {"of_account": home.account, "in_region": home.region, "named": name}


def _alias(row: Row[Any]) -> AliasRecord:
    return AliasRecord(Home(row.account, row.region), row.name, row.key_id)
