"""New rows, in the form that the driver takes them in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Dialect, Table, insert

from keyexchange.hsm.store.schema import metadata

Values = Sequence[Any] | Mapping[str, Any]
"""What a driver puts in the places of a statement."""


class Adder:
    """The statement that adds a row of some columns to a table; made when the first row comes.

    Attributes:
        place: of the table in the schema, where what others refer to comes first.
    """

    def __init__(self, dialect: Dialect, table: Table, names: Sequence[str]) -> None:
        self._dialect = dialect
        self._table = table
        self._names = tuple(names)
        self.place = list(metadata.tables).index(table.name)

    @property
    def sql(self) -> str:
        """The statement, with the driver's places for values."""
        return self._compiled[0]

    def values(self, row: Mapping[str, Any]) -> Values:
        """A row, as the driver takes it."""
        _, order, forms = self._compiled
        if order is None:
            return {name: form(row[name]) if form else row[name] for name, form in forms.items()}
        return [form(row[name]) if (form := forms[name]) else row[name] for name in order]

    @cached_property
    def _compiled(self) -> tuple[str, Sequence[str] | None, Mapping[str, Callable[[Any], Any] | None]]:
        """The text, the order of its places when they have no names, and what puts values into the driver's form."""
        statement = insert(self._table).compile(dialect=self._dialect, column_keys=list(self._names))
        types = {name: self._table.c[name].type.dialect_impl(self._dialect) for name in self._names}
        forms = {name: found.bind_processor(self._dialect) for name, found in types.items()}
        return str(statement), statement.positiontup, forms


Row = tuple[Adder, Values]
"""A row that waits to be written."""
