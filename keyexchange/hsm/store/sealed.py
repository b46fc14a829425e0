"""Every block that is sealed under the profile main key, whatever table it lies in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, bindparam, select, update

from keyexchange.hsm.store.engine import Store
from keyexchange.hsm.store.schema import main_keys, metadata


def sealed_tables() -> list[Table]:
    """The tables with such blocks; each has one column as its primary key."""
    return [table for table in metadata.sorted_tables if "block" in table.c and table is not main_keys]


@dataclass(frozen=True)
class Sealed:
    """One row's block.

    Args:
        row: value of the table's primary key.
    """

    row: Any
    block: str


class SealedBlocks:
    """The blocks of one table, in the order of its primary key."""

    def __init__(self, store: Store, table: Table) -> None:
        (key,) = table.primary_key.columns
        self._connection = store.connection
        self._blocks = select(key, table.c.block).where(table.c.block.is_not(None)).order_by(key)
        self._key = key
        self._replace = update(table).where(key == bindparam("of_row")).values(block=bindparam("new_block"))

    def page(self, *, after: Any, limit: int) -> list[Sealed]:
        """So many blocks behind a row; from the first one when None."""
        query = self._blocks if after is None else self._blocks.where(self._key > after)
        return [Sealed(*row) for row in self._connection.execute(query.limit(limit))]

    def replace(self, blocks: Iterable[Sealed]) -> None:
        """Give rows other blocks. Inside the savepoint in which they were read."""
        values = [{"of_row": each.row, "new_block": each.block} for each in blocks]
        if values:
            self._connection.execute(self._replace, values)
