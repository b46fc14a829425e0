"""The database: one connection, one writer, and commits that many requests share.

Laws of this file:

- everything runs in the event loop's thread, between two awaits, so operations never interleave;
- an operation works inside a savepoint: refused halfway, it leaves nothing;
- SQLite belongs to one process: a second one is refused at its start. Processes that share keys use PostgreSQL;
- an answer goes out only after `committed()` was awaited. All operations of one turn of the loop share one commit,
  and with it one wait for the disk;
- what was written in a savepoint is followed by `committed()` with no other await between, so whoever has something to
  lose is waiting. A database that ends a transaction by itself (SQLite does when the disk is full or fails) takes with
  it what all of them wrote, and all of them are told.

SQLite runs in WAL mode with synchronous=FULL: a commit that returned survives `kill -9` and power loss. Source:
sqlite.org, "Write-Ahead Logging", "PRAGMA synchronous" and "Transaction", 3 (response to errors within a transaction);
the transaction recipe: SQLAlchemy, "pysqlite: serializable isolation, savepoints and transactional DDL".
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from keyexchange.errors import ConfigError
from keyexchange.hsm.store.schema import metadata

_SQLITE_SETTINGS = (
    "PRAGMA busy_timeout=250",
    "PRAGMA locking_mode=EXCLUSIVE",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
)


class Store:
    """The tables of one software HSM.

    Args:
        url: SQLAlchemy URL.

    Raises:
        ConfigError: the database cannot be opened.
    """

    def __init__(self, url: str) -> None:
        try:
            self._engine = _engine(url)
            self.connection: Connection = self._engine.connect()
            metadata.create_all(self.connection)
            self.connection.commit()
        except SQLAlchemyError as error:
            raise ConfigError(
                f"the software HSM's database cannot be opened: {type(error).__name__}",
                hint="check that the state directory can be written and that no other process serves it",
            ) from None
        self._group: asyncio.Future[None] | None = None
        self._lost: SQLAlchemyError | None = None

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What is written inside is kept together, or not at all when the block raises.

        Plain SQL, because SQLAlchemy's own nested transaction costs more than a whole query. Never nested.

        Raises:
            SQLAlchemyError: the savepoint cannot be set or released; nothing of it is kept.
        """
        if self._ended_by_itself():
            self._lose(_transaction_ended())
        self.connection.exec_driver_sql("SAVEPOINT operation")
        try:
            yield
        except BaseException:
            with suppress(SQLAlchemyError):  # what went wrong first says more
                self._end("ROLLBACK TO SAVEPOINT operation", "RELEASE SAVEPOINT operation")
            raise
        self._end("RELEASE SAVEPOINT operation")

    async def committed(self) -> None:
        """Wait until everything done so far is durable.

        Raises:
            SQLAlchemyError: it is not, and was undone, for every operation of the group.
        """
        if self._group is None:
            loop = asyncio.get_running_loop()
            self._group = loop.create_future()
            loop.call_soon(self._commit_group)
        # shielded: a client that hangs up must not cancel the others' wait
        await asyncio.shield(self._group)

    def commit(self) -> None:
        """Make everything done so far durable, now. For the start, before requests are served."""
        self.connection.commit()

    def _commit_group(self) -> None:
        group, self._group = self._group, None
        lost, self._lost = self._lost, None
        assert group is not None
        try:
            if lost is not None:
                raise lost
            if self._ended_by_itself():
                raise _transaction_ended()
            self.connection.commit()
        except SQLAlchemyError as error:
            group.set_exception(error)  # first: they wait, whatever becomes of the connection
            self._undo()
        else:
            group.set_result(None)

    def _end(self, *statements: str) -> None:
        try:
            for statement in statements:
                self.connection.exec_driver_sql(statement)
        except SQLAlchemyError as error:
            self._lose(error)
            raise

    def _ended_by_itself(self) -> bool:
        """Whether the database has ended the transaction in which earlier operations wrote."""
        driver: Any = self.connection.connection.dbapi_connection
        return self.connection.in_transaction() and not getattr(driver, "in_transaction", True)

    def _lose(self, error: SQLAlchemyError) -> None:
        """Begin anew, and tell those who wait for their commit."""
        if self._group is not None:
            self._lost = error
        self._undo()

    def _undo(self) -> None:
        with suppress(SQLAlchemyError):  # a connection that is gone has nothing to undo; the next use says so
            self.connection.rollback()
            # SQLAlchemy may take the transaction for ended when the database does not
            self.connection.connection.rollback()

    def close(self) -> None:
        """Undo what was not committed and close."""
        self.connection.close()
        self._engine.dispose()


def _transaction_ended() -> SQLAlchemyError:
    return SQLAlchemyError("the database has ended the transaction by itself")


def _engine(url: str) -> Engine:
    engine = create_engine(url, hide_parameters=True)  # errors must not quote what is stored
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin)
    return engine


def _set_up_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions by itself, and not before a SAVEPOINT
    for setting in _SQLITE_SETTINGS:
        connection.execute(setting)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
