"""Reading the trail: in order, filtered, past what a crash has cut, and while it grows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from keyexchange.hsm.audit import FOLDER, AuditLog, Filter, follow, read


def event(minute: int, name: str = "ListKeys", **more: str) -> dict[str, Any]:
    return {"eventTime": f"2026-01-01T00:{minute:02}:00Z", "eventName": name, **more}


def write(state_dir: Path, *events: dict[str, Any]) -> None:
    log = AuditLog(state_dir)
    for each in events:
        log.write(json.dumps(each))
    log.close()


def minutes(events: Any) -> list[int]:
    return [int(each["eventTime"][14:16]) for each in events]


def test_a_folder_without_a_trail_has_no_events(tmp_path: Path) -> None:
    assert list(read(tmp_path)) == []


def test_events_of_several_processes_are_in_order(tmp_path: Path) -> None:
    write(tmp_path, event(1), event(4), event(5))
    write(tmp_path, event(2), event(3), event(6))
    assert minutes(read(tmp_path)) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(), [1, 2, 3]),
        (Filter(since=datetime(2026, 1, 1, 0, 2, tzinfo=UTC)), [2, 3]),
        (Filter(operations=frozenset({"GetKey", "ImportKey"})), [2, 3]),
        (Filter(errors=True), [3]),
        (Filter(operations=frozenset({"GetKey"}), errors=True), []),
    ],
)
def test_filters(tmp_path: Path, wanted: Filter, expected: list[int]) -> None:
    write(tmp_path, event(1), event(2, "GetKey"), event(3, "ImportKey", errorCode="AccessDenied"))
    assert minutes(read(tmp_path, wanted)) == expected


def test_what_a_crash_has_cut_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, event(1))
    (path,) = (tmp_path / FOLDER).iterdir()
    with path.open("a") as file:
        file.write('{"eventTime": "2026-01-01T00:02:00Z", "eve\n[]\n{}\n\xff\n')
        file.write(json.dumps(event(3)) + "\n" + json.dumps(event(4))[:20])
    assert minutes(read(tmp_path)) == [1, 3]


def test_following_gives_what_is_there_and_what_comes(tmp_path: Path) -> None:
    write(tmp_path, event(1), event(2, "GetKey"))
    coming = [event(3, "GetKey"), event(4), event(5, "GetKey")]
    half: list[Path] = []

    def later(_: float) -> None:
        """While the reader sleeps, an event is written in two parts, and then one into another file."""
        if not half:
            (path,) = (tmp_path / FOLDER).iterdir()
            half.append(path)
            with path.open("a") as file:
                file.write(json.dumps(coming[0])[:10])
        elif coming:
            with half[0].open("a") as file:
                file.write(json.dumps(coming[0])[10:] + "\n")
            write(tmp_path, *coming[1:])
            coming.clear()

    wanted = Filter(operations=frozenset({"GetKey"}))
    assert minutes(islice(follow(tmp_path, wanted, sleep=later), 3)) == [2, 3, 5]
