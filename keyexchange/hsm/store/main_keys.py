"""The generations of the profile main key in the store."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, func, insert, select

from keyexchange.hsm.records import MainKeyRecord
from keyexchange.hsm.store.engine import Store
from keyexchange.hsm.store.schema import main_keys

_PROFILE = "profile"
_OF_PROFILE = main_keys.c.name == _PROFILE
_ALL = (
    select(main_keys.c.generation, main_keys.c.under, main_keys.c.block)
    .where(_OF_PROFILE)
    .order_by(main_keys.c.generation.desc(), main_keys.c.under.desc())
)
_NEWEST = select(func.max(main_keys.c.generation)).where(_OF_PROFILE)
_ADD = insert(main_keys)
_RETIRE = delete(main_keys).where(_OF_PROFILE, main_keys.c.generation < bindparam("first"))
_FORGET_REGION = delete(main_keys).where(_OF_PROFILE, main_keys.c.under < bindparam("first"))


class MainKeys:
    """The table of main keys. The region's own is not in it: it protects this table."""

    def __init__(self, store: Store) -> None:
        self._connection = store.connection

    def all(self) -> list[MainKeyRecord]:
        """Newest generation first; of one generation, the one under the newest region main key first."""
        return [MainKeyRecord(*row) for row in self._connection.execute(_ALL)]

    def newest(self) -> int | None:
        """Number of the newest generation; None in an empty store."""
        return self._connection.execute(_NEWEST).scalar()

    def add(self, records: list[MainKeyRecord]) -> None:
        """Keep new ones."""
        self._connection.execute(_ADD, [{"name": _PROFILE, **record._asdict()} for record in records])

    def retire(self, *, before: int) -> None:
        """Forget generations under which nothing is sealed any more."""
        self._connection.execute(_RETIRE, {"first": before})

    def forget_region(self, *, before: int) -> None:
        """Forget what is wrapped under older region main keys."""
        self._connection.execute(_FORGET_REGION, {"first": before})
