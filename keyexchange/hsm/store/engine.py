"""The database: one connection, one writer, and commits that many requests share.

Laws of this file:

- everything runs in the event loop's thread, between two awaits, so operations never interleave;
- SQLite belongs to one process: a second one is refused at its start. Processes that share keys use PostgreSQL;
- there is one writer at a time. On PostgreSQL it holds an advisory lock from before its first read to its commit, so
  that what it read stays true; whoever only reads waits for nobody;
- an operation that writes works inside a savepoint: refused halfway, it leaves nothing;
- an answer goes out only after `committed()` was awaited. All operations of one turn of the loop share one commit,
  and with it one wait for the disk. Where nothing was written, nobody waits;
- what was written in a savepoint is followed by `committed()` with no other await between, so whoever has something to
  lose is waiting. A database that ends a transaction by itself (SQLite does when the disk is full or fails) takes with
  it what all of them wrote, and all of them are told.

SQLite runs in WAL mode with synchronous=FULL: a commit that returned survives `kill -9` and power loss. Source:
sqlite.org, "Write-Ahead Logging", "PRAGMA synchronous" and "Transaction", 3 (response to errors within a transaction);
the transaction recipe: SQLAlchemy, "pysqlite: serializable isolation, savepoints and transactional DDL". PostgreSQL
runs at READ COMMITTED: each statement sees what was committed before it. Source: postgresql.org, "Transaction
Isolation" and "Advisory Locks".
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, insert, inspect, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from keyexchange.errors import ConfigError
from keyexchange.hsm.store.schema import VERSION, layout, metadata

_SQLITE_SETTINGS = (
    "PRAGMA busy_timeout=250",
    "PRAGMA locking_mode=EXCLUSIVE",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
)

_LOCK = select(func.pg_advisory_xact_lock(0x6B657965786368))
"""Source: postgresql.org, "Advisory Lock Functions"; the number is ours ("keyexch")."""


class Store:
    """The tables of one software HSM.

    Args:
        url: SQLAlchemy URL; PostgreSQL's is spoken to with psycopg.

    Raises:
        ConfigError: the database cannot be opened, or another version of this program made it.
    """

    def __init__(self, url: str) -> None:
        self._group: asyncio.Future[None] | None = None
        self._lost: SQLAlchemyError | None = None
        self._writing = False
        self._ending = False
        try:
            self._engine = _engine(url)
            self._shared = self._engine.dialect.name == "postgresql"
            self.connection: Connection = self._engine.connect()
            self.begin_writing()
            self._make_tables()
            self.commit()
        except (SQLAlchemyError, ImportError) as error:
            raise ConfigError(
                f"the software HSM's database cannot be opened: {type(error).__name__}", hint=_hint(url)
            ) from None

    @property
    def kind(self) -> str:
        """sqlite or postgresql."""
        return self._engine.dialect.name

    def _make_tables(self) -> None:
        present = inspect(self.connection).get_table_names()
        if present and self._version(present) != VERSION:
            self.close()
            raise ConfigError(
                "the software HSM's database was made by another version of keyexchange",
                hint="use a new state directory or database, or the version that made this one",
            )
        metadata.create_all(self.connection)
        if not present:
            self.connection.execute(insert(layout), {"version": VERSION})

    def _version(self, present: list[str]) -> int | None:
        return self.connection.execute(select(layout.c.version)).scalar() if layout.name in present else None

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """For an operation that writes: what is inside is kept together, or not at all when the block raises.

        Plain SQL, because SQLAlchemy's own nested transaction costs more than a whole query. Never nested.

        Raises:
            SQLAlchemyError: the savepoint cannot be set or released; nothing of it is kept.
        """
        self.begin_writing()
        self._say("SAVEPOINT operation")
        try:
            yield
        except BaseException:
            with suppress(SQLAlchemyError):  # what went wrong first says more
                self._say("ROLLBACK TO SAVEPOINT operation", "RELEASE SAVEPOINT operation")
            raise
        self._say("RELEASE SAVEPOINT operation")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """For an operation that only reads. The database's own errors end the transaction, for everybody in it."""
        self._begin_anew_if_ended()
        try:
            yield
        except SQLAlchemyError as error:
            self._lose(error)
            raise

    def begin_writing(self) -> None:
        """Become the one writer, until the commit. Waits for a writer in another process."""
        self._begin_anew_if_ended()
        if not self._writing:
            if self._shared:
                self.connection.execute(_LOCK)
            self._writing = True

    async def committed(self) -> None:
        """Wait until everything done so far is durable. Without anything written, no wait.

        Raises:
            SQLAlchemyError: it is not, and was undone, for every operation of the group.
        """
        if not self._writing and self._lost is None:
            self._end_soon()
            return
        if self._group is None:
            loop = asyncio.get_running_loop()
            self._group = loop.create_future()
            loop.call_soon(self._commit_group)
        # shielded: a client that hangs up must not cancel the others' wait
        await asyncio.shield(self._group)

    def commit(self) -> None:
        """Make everything done so far durable, now. For the start, before requests are served."""
        self._writing = False
        self.connection.commit()

    def _end_soon(self) -> None:
        """End a transaction that only read, with others of this turn."""
        if not self._ending:
            self._ending = True
            asyncio.get_running_loop().call_soon(self._end_reading)

    def _end_reading(self) -> None:
        self._ending = False
        if not self._writing and not self.connection.closed:
            with suppress(SQLAlchemyError):  # nothing is lost; the next use says what is wrong
                self.connection.rollback()

    def _commit_group(self) -> None:
        group, self._group = self._group, None
        lost, self._lost = self._lost, None
        assert group is not None
        try:
            if lost is not None:
                raise lost
            if self._ended_by_itself():
                raise _transaction_ended()
            self.commit()
        except SQLAlchemyError as error:
            group.set_exception(error)  # first: they wait, whatever becomes of the connection
            self._undo()
        else:
            group.set_result(None)

    def _say(self, *statements: str) -> None:
        try:
            for statement in statements:
                self.connection.exec_driver_sql(statement)
        except SQLAlchemyError as error:
            self._lose(error)
            raise

    def _begin_anew_if_ended(self) -> None:
        if self._ended_by_itself():
            self._lose(_transaction_ended())

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
        self._writing = False
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


def _hint(url: str) -> str:
    if make_url(url).get_backend_name() == "sqlite":
        return "check that the state directory can be written and that no other process serves it"
    return "check that the server runs and lets this user in (psql with the same URL), and that psycopg is installed"


def _engine(url: str) -> Engine:
    parts = make_url(url)
    if parts.drivername == "postgresql":
        parts = parts.set(drivername="postgresql+psycopg")
    engine = create_engine(parts, hide_parameters=True)  # errors must not quote what is stored
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
