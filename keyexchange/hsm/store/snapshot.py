"""All tables as they are at one moment, in plain values, and back.

Source: sqlite.org, "SQLite Backup API"; postgresql.org, "Transaction Isolation" (REPEATABLE READ).
"""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    StaticPool,
    Table,
    TypeDecorator,
    bindparam,
    create_engine,
    exists,
    func,
    insert,
    select,
    type_coerce,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.type_api import TypeEngine

from keyexchange.errors import ConfigError
from keyexchange.hsm.store.engine import Store
from keyexchange.hsm.store.schema import layout, metadata

_AT_A_TIME = 500

PlainRow = dict[str, str | int | bool | None]


@contextmanager
def snapshot(store: Store) -> Iterator[Connection]:
    """A connection that sees all tables as they are now; for one thread, while the store goes on being written.

    A SQLite database, which belongs to one connection, is copied into memory: requests wait for that.
    """
    engine = store.connection.engine
    if not store.shared:
        store.flush()  # a copy cannot be made in the middle of a write
        engine = _copied(store.connection)
    connection = engine.connect()
    try:
        if store.shared:
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection
    finally:
        connection.close()
        if not store.shared:
            engine.dispose()


def _copied(connection: Connection) -> Any:
    source: Any = connection.connection.driver_connection
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    source.backup(copy)
    return create_engine("sqlite://", creator=lambda: copy, poolclass=StaticPool)


def rows(connection: Connection) -> Iterator[tuple[str, PlainRow]]:
    """Every row of every table but the layout's, with its table's name; what others refer to comes first."""
    for table in _tables():
        query = select(*(type_coerce(column, _plain(column)).label(column.name) for column in table.c))
        found = connection.execution_options(yield_per=_AT_A_TIME).execute(query)
        for row in found.mappings():
            yield table.name, {name: _text(value) for name, value in row.items()}


def is_empty(store: Store) -> bool:
    """Whether no table but the layout's has a row."""
    return not any(store.connection.execute(select(exists(select(table)))).scalar() for table in _tables())


@contextmanager
def filling(store: Store) -> Iterator[None]:
    """For whoever puts all rows into an empty store: they are kept when the block ends well, or none is.

    Raises:
        ConfigError: the database refuses them.
    """
    store.begin_writing()
    try:
        yield
        _count_on(store.connection)
        store.commit()
    except (SQLAlchemyError, LookupError, TypeError, ValueError) as error:
        store.flush()
        raise ConfigError(
            f"the database does not take these rows: {type(error).__name__}",
            hint="nothing was kept; report this with the versions of keyexchange and of the database",
        ) from None


def fill(store: Store, table_name: str, content: Sequence[Mapping[str, Any]]) -> None:
    """Put rows of one table in, inside `filling`; tables in the order of `rows`."""
    table = metadata.tables[table_name]
    values = [{_named(name): _value(table.c[name], value) for name, value in row.items()} for row in content]
    plain = insert(table).values({column.name: _parameter(column) for column in table.c})
    store.connection.execute(plain, values)


def _count_on(connection: Connection) -> None:
    """Let numbers that the database gives go on behind those that were put in."""
    if connection.dialect.name != "postgresql":
        return  # SQLite goes on behind the largest by itself
    for table in _tables():
        column = table.autoincrement_column
        if column is not None:
            largest = select(func.max(column)).scalar_subquery()
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(select(func.setval(sequence, largest)).where(largest.is_not(None)))


def _tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table is not layout]


def _plain(column: Column[Any]) -> TypeEngine[Any]:
    """The type that the database itself knows."""
    found: Any = column.type
    return found.impl_instance if isinstance(found, TypeDecorator) else found


def _parameter(column: Column[Any]) -> Any:
    return bindparam(_named(column.name), type_=_plain(column))


def _named(column: str) -> str:
    return f"given_{column}"  # a column's own name is not allowed here


def _text(value: Any) -> str | int | bool | None:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _value(column: Column[Any], value: Any) -> Any:
    octets = value is not None and isinstance(_plain(column), LargeBinary)
    return base64.b64decode(value, validate=True) if octets else value
