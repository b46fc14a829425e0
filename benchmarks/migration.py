"""Keys per second of a TR-31 migration: the whole program between a payShield face and an APC face, unpaced.

The faces run in a process of their own, as with `--simulate`; each key costs an A0 and an A8 at the payShield, an
ImportKey at the APC face, one durable commit of the journal and one of the APC face's store; so the unit to compare a
machine by is one durable commit on the same disk. Against AWS itself the control-plane quota of five requests a second
decides: a little under five keys a second.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import per_call
from keyexchange import config
from keyexchange.cli.session import Request, run_or_resume
from keyexchange.cli.simulation import sample
from keyexchange.engine.journal import Journal
from keyexchange.engine.report import make_report

KEYS = 300


def document() -> dict[str, object]:
    """The built-in sample's sides with many keys and no aliases."""
    base = sample().model_dump(mode="json", exclude_unset=True)
    key = {"usage": "C0", "algorithm": "TDES_2KEY", "mode_of_use": "C"}
    return {**base, "kek": {}, "keys": [{"name": f"key-{number:04}", **key} for number in range(KEYS)]}


def main() -> None:
    """Print keys per second, and the same as a ratio to a unit that this machine can be compared by."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "keyexchange.json"
        path.write_text(json.dumps(document()))
        config.load(path)
        journal = Journal(Path(folder) / "runs")
        request = Request("payshield", "apc", path, None, simulate=True)
        begun = time.perf_counter()
        run = run_or_resume(request, journal)
        whole = time.perf_counter() - begun
        report = make_report(journal, run)
        journal.close()
        commit = per_call(durable_commit(Path(folder) / "unit.db"))
    per_key = sum(key.milliseconds for key in report.keys[1:]) / KEYS / 1000
    print(f"TR-31 migration between faces, {KEYS} keys")
    print(f"a key {per_key * 1000:5.2f} ms = {1 / per_key:6.0f} keys/s = {per_key / commit:5.1f} durable commits")
    print(f"the whole run, start of the simulators and the KEK included, {whole:5.2f} s")


def durable_commit(path: Path) -> Callable[[], None]:
    """What the journal does for an INTENT, without anything else."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE unit (octets BLOB)")

    def commit() -> None:
        connection.execute("INSERT INTO unit VALUES (?)", (bytes(500),))
        connection.commit()

    return commit


if __name__ == "__main__":
    main()
