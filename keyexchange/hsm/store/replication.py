"""Replicas of keys in the store: the regions of each key, and those that a region's new keys get.

A replica has no row of its own among the keys: it is the primary's row, seen from another region. So it never differs
from its primary.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, delete, insert, select, update

from keyexchange.hsm.records import Home
from keyexchange.hsm.store.engine import Store
from keyexchange.hsm.store.kept import Kept
from keyexchange.hsm.store.schema import aliases, default_regions, replicas


class Replication:
    """The tables of replicas and of default regions."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection = store.connection
        self._add = store.adder(replicas, ("key_id", "region"))
        self._kept: Kept[tuple[str, ...]] = Kept(store, lambda _: True)

    def regions(self, key_id: str) -> list[str]:
        """Where a key has replicas, sorted; also one that was just made."""
        self._store.write_waiting()
        return list(self._connection.execute(_REGIONS, {"of_key": key_id}).scalars())

    def add(self, key_id: str, regions: Iterable[str]) -> None:
        """Replicate a key to regions where it is not yet."""
        for region in regions:
            self._add({"key_id": key_id, "region": region})

    def remove(self, key_id: str, regions: Iterable[str]) -> None:
        """Take replicas away; aliases of them name no key then."""
        self._store.changed()
        values = {"of_key": key_id, "in_regions": list(regions)}
        self._connection.execute(_REMOVE, values)
        self._connection.execute(_UNBIND, values)

    def defaults(self, home: Home) -> list[str]:
        """Where new keys of an account's region are replicated to, sorted."""
        return list(self._kept.get(home, lambda: self._defaults(home)))

    def _defaults(self, home: Home) -> tuple[str, ...]:
        return tuple(self._connection.execute(_DEFAULTS, _home(home)).scalars())

    def enable(self, home: Home, regions: Iterable[str]) -> None:
        """Add default regions that are not there yet."""
        rows = [
            {"account": home.account, "region": home.region, "replica_region": region}
            for region in sorted(set(regions).difference(self.defaults(home)))
        ]
        if rows:
            self._store.changed()
            self._connection.execute(insert(default_regions), rows)

    def disable(self, home: Home, regions: Iterable[str]) -> None:
        """Take default regions away; those that are not there are ignored."""
        self._store.changed()
        self._connection.execute(_DISABLE, {**_home(home), "named": list(regions)})


_REGIONS = select(replicas.c.region).where(replicas.c.key_id == bindparam("of_key")).order_by(replicas.c.region)
_REMOVE = delete(replicas).where(
    replicas.c.key_id == bindparam("of_key"), replicas.c.region.in_(bindparam("in_regions", expanding=True))
)
_UNBIND = (
    update(aliases)
    .where(aliases.c.key_id == bindparam("of_key"), aliases.c.region.in_(bindparam("in_regions", expanding=True)))
    .values(key_id=None)
)
_OF_HOME = (default_regions.c.account == bindparam("of_account")) & (default_regions.c.region == bindparam("in_region"))
_DEFAULTS = select(default_regions.c.replica_region).where(_OF_HOME).order_by(default_regions.c.replica_region)
_DISABLE = delete(default_regions).where(
    _OF_HOME, default_regions.c.replica_region.in_(bindparam("named", expanding=True))
)


def _home(home: Home) -> dict[str, str]:
    return {"of_account": home.account, "in_region": home.region}
