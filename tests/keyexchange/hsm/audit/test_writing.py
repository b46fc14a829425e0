"""The trail's files: whole lines, each process its own, none too large, all the owner's."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from keyexchange.hsm.audit import FOLDER, AuditLog

KILLED = """
import json, os, signal, sys
from pathlib import Path
from keyexchange.hsm.audit import AuditLog
AuditLog(Path(sys.argv[1])).write(json.dumps({"eventTime": "2026-01-01T00:00:00Z", "eventName": "last words"}))
os.kill(os.getpid(), signal.SIGKILL)
"""


def files(state_dir: Path) -> list[Path]:
    return sorted((state_dir / FOLDER).iterdir())


def lines(path: Path) -> list[object]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_nothing_is_made_before_the_first_event(tmp_path: Path) -> None:
    AuditLog(tmp_path).close()
    assert list(tmp_path.iterdir()) == []


def test_an_event_is_a_line(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    for number in range(3):
        log.write(json.dumps({"number": number, "text": "two\nlines\ud800"}))
    (path,) = files(tmp_path)
    assert lines(path) == [{"number": number, "text": "two\nlines\ud800"} for number in range(3)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    log.close()


def test_a_full_file_is_left_and_stays(tmp_path: Path) -> None:
    log = AuditLog(tmp_path, largest=50)
    for number in range(5):
        log.write(json.dumps({"number": number, "padding": "x" * 10}))
    log.close()
    assert [lines(path) for path in files(tmp_path)] == [[{"number": n, "padding": "x" * 10}] for n in range(5)]


def test_every_log_writes_a_file_of_its_own(tmp_path: Path) -> None:
    logs = [AuditLog(tmp_path), AuditLog(tmp_path)]
    for log in (*logs, *logs):
        log.write(json.dumps({"a": 1}))
    for log in logs:
        log.close()
    assert [len(lines(path)) for path in files(tmp_path)] == [2, 2]


def test_a_closed_log_goes_on_in_a_new_file(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    for number in range(2):
        log.write(json.dumps({"number": number}))
        log.close()
    assert len(files(tmp_path)) == 2


def test_half_a_line_is_an_error_and_the_next_event_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, write = AuditLog(tmp_path), os.write
    monkeypatch.setattr("os.write", lambda file, octets: write(file, octets[:5]))
    with pytest.raises(OSError, match="whole"):
        log.write(json.dumps({"number": 1}))
    monkeypatch.undo()
    log.write(json.dumps({"number": 2}))
    log.close()
    assert lines(files(tmp_path)[1]) == [{"number": 2}]


def test_an_event_survives_the_process(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    assert lines(files(tmp_path)[0]) == [{"eventTime": "2026-01-01T00:00:00Z", "eventName": "last words"}]
