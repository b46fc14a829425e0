"""The database: one connection, one writer, and commits that many requests share.

Laws of this file:

- everything runs in the event loop's thread, between two awaits, so operations never interleave;
- SQLite belongs to one process: a second one is refused at its start. Processes that share keys use PostgreSQL;
- there is one writer at a time. On PostgreSQL it holds an advisory lock from before its first read to its commit, so
  that what it read stays true; whoever only reads waits for nobody;
- nobody stays the writer beyond a turn of the loop: a turn that ends without anybody waiting for a commit (the
  operation was refused) is undone, which gives the lock back;
- an operation that writes works inside a savepoint: refused halfway, it leaves nothing. One that only adds rows needs
  none: its rows are collected, and wait until something else is written or the commit comes. Then the rows of all
  operations go to the database together, which for PostgreSQL is one exchange for a table instead of three for a key.
  A row that the database does not take fails all that wait with it, so what a client says is judged before;
- an answer goes out only after `committed()` was awaited. All operations of one turn of the loop share one commit,
  and with it one wait for the disk; the commit waits on while further turns bring other operations, for requests that
  are sent together arrive over several turns. Where nothing was written, nobody waits;
- what was written in a savepoint or added is followed by `committed()` with no other await between, so whoever has
  something to lose is waiting. A database that ends a transaction by itself (SQLite does when the disk is full or
  fails, PostgreSQL with any error outside a savepoint) takes with it what all of them wrote, and all of them are told.

SQLite runs in WAL mode with synchronous=FULL: a commit that returned survives `kill -9` and power loss. Source:
sqlite.org, "Write-Ahead Logging", "PRAGMA synchronous" and "Transaction", 3 (response to errors within a transaction);
the transaction recipe: SQLAlchemy, "pysqlite: serializable isolation, savepoints and transactional DDL". PostgreSQL
runs at READ COMMITTED: each statement sees what was committed before it. Source: postgresql.org, "Transaction
Isolation" and "Advisory Locks".
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, insert, inspect, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from keyexchange.errors import ConfigError
from keyexchange.hsm.store.rows import Adder, Row, Values
from keyexchange.hsm.store.schema import VERSION, layout, metadata

_SQLITE_SETTINGS = (
    "PRAGMA busy_timeout=250",
    "PRAGMA locking_mode=EXCLUSIVE",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
)

Stamp = tuple[int, int]
"""See `Store.stamp`."""

LARGEST_GROUP = 64
"""Operations that have joined a commit, after which it waits for no more."""

_LOCK = f"SELECT pg_advisory_xact_lock({0x6B657965786368})"
"""Source: postgresql.org, "Advisory Lock Functions"; the number is ours ("keyexch")."""


class Store:
    """The tables of one software HSM.

    Args:
        url: SQLAlchemy URL; PostgreSQL's is spoken to with psycopg.

    Raises:
        ConfigError: the database cannot be opened, or another version of this program made it.
    """

    def __init__(self, url: str) -> None:
        self._group: list[asyncio.Future[None]] = []
        self._lost: SQLAlchemyError | None = None
        self._writing = False
        self._ending = False
        self._turn = 0
        self._writes = 0
        self._adders: list[Adder] = []
        self._saving = False
        self._collected: list[Row] | None = None
        self._waiting: list[Row] = []
        try:
            self._engine = _engine(url)
            self.shared = self._engine.dialect.name == "postgresql"
            self._driver_error: type[Exception] = self._engine.dialect.loaded_dbapi.Error
            self.connection: Connection = self._engine.connect()
            self._require_unicode()
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

    @property
    def turn(self) -> int:
        """Counts how often this process has become the writer: while it stays, others have changed nothing."""
        return self._turn

    @property
    def writes(self) -> int:
        """Goes up whenever this process changes what is there, or undoes what was written: what was found at one count
        is so while the count stays, as far as this process goes. What was not found may be there later."""
        return self._writes

    @property
    def stamp(self) -> Stamp | None:
        """As `writes`, whatever other processes do; None while they may change what is there."""
        if self.shared:
            return (self._turn, self._writes) if self._writing else None
        return 0, self._writes

    def _require_unicode(self) -> None:
        """A character that the database cannot hold would fail what others write beside it."""
        encoding = self._driver.info.parameter_status("server_encoding") if self.shared else "UTF8"
        if encoding != "UTF8":
            self.close()
            raise ConfigError(
                f"the software HSM's database holds text in {encoding}",
                hint="make it with createdb --encoding=UTF8 --template=template0",
            )

    def _make_tables(self) -> None:
        present = inspect(self.connection).get_table_names()
        if present and self._version(present) == VERSION:
            return
        if present:
            self.close()
            raise ConfigError(
                "the software HSM's database was made by another version of keyexchange",
                hint="use a new state directory or database, or the version that made this one",
            )
        metadata.create_all(self.connection, checkfirst=False)
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
        assert self._collected is None, "an operation either adds or has a savepoint"
        self.begin_writing()
        self._say("SAVEPOINT operation")
        self._saving = True
        try:
            yield
        except BaseException:
            self._writes += 1
            with suppress(SQLAlchemyError):  # what went wrong first says more
                self._say("ROLLBACK TO SAVEPOINT operation", "RELEASE SAVEPOINT operation")
            raise
        finally:
            self._saving = False
        self._say("RELEASE SAVEPOINT operation")
        self._writes += 1

    @contextmanager
    def adding(self) -> Iterator[None]:
        """For an operation that adds rows of `adder` and changes nothing that was there: they are kept together, or not
        at all when the block raises. They wait behind it, and nobody reads them until they are written.

        Not inside a savepoint, nor around one. An error of the database inside the block is everybody's, in PostgreSQL
        at least: there is nothing that it could go back to.
        """
        assert not self._saving, "an operation either adds or has a savepoint"
        self.begin_writing(adding=True)
        collected: list[Row] = []
        self._collected = collected
        try:
            yield
        except SQLAlchemyError as error:
            self._lose(error)
            raise
        finally:
            self._collected = None
        self._waiting += collected

    def write_waiting(self) -> None:
        """Write the rows that wait, for whoever has to see them.

        Raises:
            SQLAlchemyError: they cannot be written; whoever waits for the commit is told.
        """
        rows, self._waiting = self._waiting, []
        try:
            for adder in self._adders if rows else ():
                if mine := [row for each, row in rows if each is adder]:
                    self._say_many(adder.sql, mine)
        except SQLAlchemyError:
            raise
        except Exception as error:  # the driver could not even say it
            lost = SQLAlchemyError(type(error).__name__)
            self._lose(lost)
            raise lost from None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """For an operation that only reads. The database's own errors end the transaction, for everybody in it."""
        self._begin_anew_if_ended()
        try:
            yield
        except SQLAlchemyError as error:
            self._lose(error)
            raise

    async def before_writing(self) -> None:
        """Let the requests that came together be read first, where others wait for the lock. Before anything is looked
        up in the store: what was found may be another afterwards."""
        if self.shared:
            await asyncio.sleep(0)

    def begin_writing(self, *, adding: bool = False) -> None:
        """Become the one writer, until the commit. Waits for a writer in another process.

        Args:
            adding: only to add something, see `adding`.
        """
        self._begin_anew_if_ended()
        if not self._writing:
            if self.shared:
                self._say(_LOCK)
            self._writing = True
            self._turn += 1
            self._end_soon()
        if not adding:
            self._writes += 1
            self.write_waiting()

    def adder(self, table: Table, names: Sequence[str]) -> Callable[[Mapping[str, Any]], None]:
        """What adds a row of these columns to a table, at once or as `adding` says: made once, so that a row costs
        little more than its insert. Rows that wait are written in the schema's order of tables."""
        adder = Adder(self._engine.dialect, table, names)
        self._adders.append(adder)
        self._adders.sort(key=lambda each: each.place)

        def add(row: Mapping[str, Any]) -> None:
            values = adder.values(row)
            if self._collected is None:
                self._say_with(adder.sql, values)
            else:
                self._collected.append((adder, values))

        return add

    def changed(self) -> None:
        """Say that something that was there is not what it was."""
        self._writes += 1

    async def committed(self) -> None:
        """Wait until everything done so far is durable. Without anything written, no wait.

        Raises:
            SQLAlchemyError: it is not, and was undone, for every operation of the group.
        """
        if not self._writing and self._lost is None:
            if self.connection.in_transaction():  # it was not if what was read was kept, as it mostly is
                self._end_soon()
            return
        loop = asyncio.get_running_loop()
        if not self._group:
            loop.call_soon(self._commit_when_all_are_there, self._group)
        waiter = loop.create_future()  # its own: a client that hangs up must not cancel the others' wait
        self._group.append(waiter)
        await waiter

    def commit(self) -> None:
        """Make everything done so far durable, now. For the start, before requests are served."""
        self.write_waiting()
        self._writing = False
        self.connection.commit()

    def flush(self) -> None:
        """End the transaction now: commit for those who wait, undo what nobody waits for."""
        if self._group:
            self._commit_group()
        elif self._writing or self.connection.in_transaction():
            self._undo()

    def _end_soon(self) -> None:
        """End a transaction for whose commit nobody waits when this turn of the loop is over."""
        loop = _running_loop()
        if loop is not None and not self._ending:
            self._ending = True
            loop.call_soon(self._end_unawaited)

    def _end_unawaited(self) -> None:
        self._ending = False
        if self._group or self.connection.closed:
            return
        if self._writing:
            self._undo()
        else:
            with suppress(SQLAlchemyError):  # nothing is lost; the next use says what is wrong
                self.connection.rollback()

    def _commit_when_all_are_there(self, group: list[asyncio.Future[None]], joined: int = 0, quiet: int = 0) -> None:
        """Commit after two turns in which nobody joined, or when many have.

        It takes two: a request that is read in one turn is worked on in the next. With 16 connections a commit, which
        costs more than an operation, is shared by three times as many.

        Args:
            group: whose turn it is; `flush` may have been faster.
            joined: how many had joined a turn ago.
            quiet: turns in which nobody has joined.
        """
        if self._group is not group:
            return
        quiet = quiet + 1 if joined == len(group) else 0
        if quiet < 2 and len(group) < LARGEST_GROUP:
            asyncio.get_running_loop().call_soon(self._commit_when_all_are_there, group, len(group), quiet)
        else:
            self._commit_group()

    def _commit_group(self) -> None:
        group, self._group = self._group, []
        lost, self._lost = self._lost, None
        if not group:
            return  # `flush` was faster
        try:
            if lost is not None:
                raise lost
            if self.connection.closed or self._ended_by_itself():
                raise _transaction_ended()
            self.commit()
        except Exception as error:  # whatever it is, nobody is left waiting
            for waiter in _still_waiting(group):  # first, whatever becomes of the connection
                waiter.set_exception(error)
            self._undo()
        else:
            for waiter in _still_waiting(group):
                waiter.set_result(None)

    def _say(self, *statements: str) -> None:
        for statement in statements:
            self._say_with(statement, ())

    def _say_with(self, statement: str, values: Values) -> None:
        with self._driver_to_use() as driver:
            driver.execute(statement, values)

    def _say_many(self, statement: str, rows: Sequence[Values]) -> None:
        with self._driver_to_use() as driver, closing(driver.cursor()) as cursor:
            cursor.executemany(statement, rows)

    @contextmanager
    def _driver_to_use(self) -> Iterator[Any]:
        """The driver's connection, in a transaction: SQLAlchemy takes longer for a statement than the database."""
        try:
            if not self.connection.in_transaction():
                self.connection.begin()
            yield self._driver
        except self._driver_error as error:
            lost = SQLAlchemyError(type(error).__name__)  # its text may quote what is stored
            self._lose(lost)
            raise lost from None
        except SQLAlchemyError as error:
            self._lose(error)
            raise

    @property
    def _driver(self) -> Any:
        return self.connection.connection.dbapi_connection

    def _begin_anew_if_ended(self) -> None:
        if self._ended_by_itself():
            self._lose(_transaction_ended())

    def _ended_by_itself(self) -> bool:
        """Whether the database has ended the transaction in which earlier operations wrote."""
        if not self.connection.in_transaction():
            return False
        if self.shared:  # nothing that is said after an error counts, and COMMIT is a ROLLBACK
            return bool(self._driver.info.transaction_status.name == "INERROR")
        return not self._driver.in_transaction

    def _lose(self, error: SQLAlchemyError) -> None:
        """Begin anew, and tell those who wait for their commit."""
        if self._group:
            self._lost = error
        self._undo()

    def _undo(self) -> None:
        self._writing = False
        self._writes += 1
        self._waiting.clear()
        with suppress(SQLAlchemyError):  # a connection that is gone has nothing to undo; the next use says so
            self.connection.rollback()
            # SQLAlchemy may take the transaction for ended when the database does not
            self.connection.connection.rollback()

    def close(self) -> None:
        """Undo what was not committed and close."""
        self.connection.close()
        self._engine.dispose()


def _still_waiting(group: Iterable[asyncio.Future[None]]) -> Iterator[asyncio.Future[None]]:
    return (waiter for waiter in group if not waiter.done())


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def is_shared(url: str | None) -> bool:
    """Whether several processes may have a database open; a SQLite file, also the one of no URL, is for one."""
    return url is not None and _backend(url) == "postgresql"


def _backend(url: str) -> str:
    try:
        return make_url(url).get_backend_name()
    except SQLAlchemyError:
        return ""


def _transaction_ended() -> SQLAlchemyError:
    return SQLAlchemyError("the database has ended the transaction by itself")


def _hint(url: str) -> str:
    if _backend(url) not in ("sqlite", "postgresql"):
        return "a database is given as postgresql://USER@HOST/NAME"
    if _backend(url) == "sqlite":
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
