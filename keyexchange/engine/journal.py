"""The journal: the memory of all runs, their resume point and their evidence.

Laws of this file:

- entries are only appended;
- an INTENT entry is durable before a call that is not idempotent leaves;
- other entries are durable with the next INTENT, or with the end, the failure or the pause of the run, so a key costs
  one sync of the disk: losing one in a crash costs a repeated question, never a second key, because what an open INTENT
  left is looked for;
- it holds check values, names, digests, certificates and ciphertext (decision 0003), never clear key octets.

SQLite in WAL mode; the tables are plain SQLAlchemy Core, so that another database can hold them.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from keyexchange.engine.codec import decode, digest, encode
from keyexchange.errors import JournalError, RuleError

METADATA = MetaData()
RUNS = Table(
    "runs",
    METADATA,
    Column("run", String, primary_key=True),
    Column("begun", String, nullable=False),
    Column("plan_digest", String, nullable=False),
    Column("plan", JSON, nullable=False),
    Column("options", JSON, nullable=False),
)
ENTRIES = Table(
    "entries",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("run", String, ForeignKey("runs.run"), nullable=False, index=True),
    Column("at", String, nullable=False),
    Column("event", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("step", String, nullable=False),
    Column("data", JSON, nullable=False),
)
ARTEFACTS = Table(
    "artefacts",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("octets", LargeBinary, nullable=False),
)
NONCES = Table(
    "nonces",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("run", String, nullable=False),
    Column("at", String, nullable=False),
)

BEGUN, RESUMED, INTENT, DONE, FAILED, PAUSED, FINISHED = (
    "begun",
    "resumed",
    "intent",
    "done",
    "failed",
    "paused",
    "finished",
)
"""Events. `begun`, `resumed`, `failed`, `paused` and `finished` of the run have an empty step."""

NONCE_OCTETS = 8
_UNLESS_THERE = "OR IGNORE"
_PATIENCE_SECONDS = 30
"""How long a write waits for another process's."""


@dataclass(frozen=True)
class Entry:
    """One line of a run's journal.

    Args:
        at: when, aware.
        event: INTENT, DONE, ...
        scope: name of the key, or empty.
        step: name of the step, or empty.
        data: JSON-able; `outcome` of a DONE entry is what the codec wrote.
    """

    at: datetime
    event: str
    scope: str
    step: str
    data: dict[str, Any]


class Journal:
    """All runs in one folder.

    Args:
        folder: made when it is not there, for its owner only.
        clock: the time now, aware.

    Raises:
        JournalError: the folder cannot be used.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.folder = folder
        self._clock = clock
        self._pending_runs: list[dict[str, Any]] = []
        self._pending: list[dict[str, Any]] = []
        self._artefacts: dict[str, bytes] = {}
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = folder / "journal.db"
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise JournalError(
                f"cannot keep a journal in {folder}: {error.strerror}", hint="choose another folder with --journal"
            ) from None
        self._engine = create_engine(
            f"sqlite:///{path}", hide_parameters=True, connect_args={"timeout": _PATIENCE_SECONDS}
        )
        event.listen(self._engine, "connect", _durable)
        try:
            with self._alone():
                METADATA.create_all(self._engine)
                self._connection = self._engine.connect()
        except OperationalError as error:
            self._engine.dispose()
            raise JournalError(f"the journal {path} is busy: {error.orig}", hint="try again in a moment") from None
        except DatabaseError:
            self._engine.dispose()
            raise JournalError(
                f"{path} is not a journal", hint="move it away, or choose another folder with --journal"
            ) from None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process after the other makes the tables and switches to WAL."""
        with (self.folder / "journal.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def close(self) -> None:
        """Make everything durable and close."""
        self.flush()
        self._connection.close()
        self._engine.dispose()

    def new_run(self) -> str:
        """An id for a run to begin; ids sort by time."""
        return f"{self._clock():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"

    def begin(self, run: str, plan_digest: str, plan: dict[str, Any], options: dict[str, Any]) -> None:
        """Open a new run."""
        begun = self._clock().isoformat()
        self._pending_runs.append(
            {"run": run, "begun": begun, "plan_digest": plan_digest, "plan": plan, "options": options}
        )
        self.append(run, BEGUN)
        self.flush()

    def run_folder(self, run: str) -> Path:
        """Where the files of a run lie: its lock, a request to certify, the simulators' state."""
        folder = self.folder / run
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def runs(self) -> list[dict[str, Any]]:
        """All runs, the newest first: run, begun, plan_digest, plan, options."""
        self.flush()
        rows = self._connection.execute(select(RUNS).order_by(RUNS.c.run.desc())).mappings()
        return [dict(row) for row in rows]

    def run(self, run: str) -> dict[str, Any]:
        """One run.

        Raises:
            JournalError: no such run.
        """
        self.flush()
        row = self._connection.execute(select(RUNS).where(RUNS.c.run == run)).mappings().first()
        if row is None:
            raise JournalError(f"the journal in {self.folder} knows no run {run}")
        return dict(row)

    def entries(self, run: str) -> list[Entry]:
        """Everything that was written about a run, the oldest first."""
        self.flush()
        rows = self._connection.execute(select(ENTRIES).where(ENTRIES.c.run == run).order_by(ENTRIES.c.number))
        return [Entry(datetime.fromisoformat(r.at), r.event, r.scope, r.step, r.data) for r in rows]

    def append(self, run: str, event: str, scope: str = "", step: str = "", **data: Any) -> None:
        """Write an entry; durable after the next `flush`."""
        at = self._clock().isoformat()
        self._pending.append({"run": run, "at": at, "event": event, "scope": scope, "step": step, "data": data})

    def flush(self) -> None:
        """Make everything written so far durable, in one short transaction, so that other runs get their turn.

        Every reading does so first.

        Raises:
            JournalError: the disk is full, or another process held the journal for too long.
        """
        if not (self._pending_runs or self._pending or self._artefacts):
            return
        with self._writing():
            if self._pending_runs:
                self._connection.execute(insert(RUNS).prefix_with(_UNLESS_THERE, dialect="sqlite"), self._pending_runs)
            if self._artefacts:
                rows = [{"digest": name, "octets": octets} for name, octets in self._artefacts.items()]
                self._connection.execute(insert(ARTEFACTS).prefix_with(_UNLESS_THERE, dialect="sqlite"), rows)
            if self._pending:
                self._connection.execute(insert(ENTRIES), self._pending)
        self._pending_runs, self._pending, self._artefacts = [], [], {}

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction; what is not written stays pending."""
        try:
            yield
            self._connection.commit()
        except BaseException as error:  # an interrupt too: the next flush writes it again, an entry twice at the worst
            self._connection.rollback()
            if not isinstance(error, OperationalError):
                raise
            raise JournalError(
                f"the journal in {self.folder} cannot be written: {error.orig}",
                hint="make room on the disk, or wait for the other process, then resume the run",
            ) from None

    def encoded(self, outcome: object) -> Any:
        """An outcome as the data of a DONE entry; its octets are kept as artefacts."""
        return encode(outcome, self._keep)

    def decoded(self, data: Any) -> Any:
        """The outcome of a DONE entry."""
        return decode(data, self.artefact)

    def artefact(self, name: str) -> bytes:
        """The octets of a digest.

        Raises:
            JournalError: lost, or changed since.
        """
        self.flush()
        octets = self._connection.execute(select(ARTEFACTS.c.octets).where(ARTEFACTS.c.digest == name)).scalar()
        if octets is None or digest(octets) != name:
            raise JournalError(f"the artefact {name[:16]} is missing from the journal or was changed")
        return bytes(octets)

    def _keep(self, octets: bytes) -> str:
        name = digest(octets)
        self._artefacts[name] = octets
        return name

    def nonces_drawn(self, run: str) -> int:
        """How many nonces a run drew; only their digests are kept."""
        count = select(func.count()).select_from(NONCES).where(NONCES.c.run == run)
        return int(self._connection.execute(count).scalar_one())

    @contextmanager
    def at_work(self, run: str) -> Iterator[None]:
        """Hold a run, so that no other process works on it; a killed process holds nothing.

        Raises:
            JournalError: another process is at work on it.
        """
        with (self.run_folder(run) / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise JournalError(
                    f"another process is at work on run {run}", hint="wait for it, or stop it, then resume"
                ) from None
            yield

    def nonces(self, run: str) -> JournalNonces:
        """The ledger of nonces, as one run uses it."""
        return JournalNonces(self, run)

    def remember_nonce(self, run: str, nonce: bytes) -> None:
        """Put the digest of a nonce on record, durably.

        Raises:
            RuleError: rule `nonce-once`: it is on record already.
            JournalError: it cannot be written.
        """
        row = {"digest": digest(nonce), "run": run, "at": self._clock().isoformat()}
        try:
            with self._writing():
                self._connection.execute(insert(NONCES).values(**row))
        except IntegrityError:
            raise RuleError(
                "the random number for the token was used before",
                rule="nonce-once",
                hint="the random source of this machine repeats itself: do not move keys from here",
            ) from None


class JournalNonces:
    """Draws nonces for one run; the journal remembers the digest of each, for all runs."""

    def __init__(self, journal: Journal, run: str) -> None:
        self._journal = journal
        self._run = run

    def draw(self) -> bytes:
        """A new nonce, on record before it is returned.

        Raises:
            RuleError: rule `nonce-once`: the source of random numbers gave one that was used before.
            JournalError: it cannot be put on record.
        """
        nonce = new_nonce()
        self._journal.remember_nonce(self._run, nonce)
        return nonce


def new_nonce() -> bytes:
    """So many random octets as APC's shortest nonce has."""
    return secrets.token_bytes(NONCE_OCTETS)


def _durable(connection: Any, _record: Any) -> None:
    """WAL with a full sync at every commit: what is written before a call is there after a power cut."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()
