"""Reading the trail, also while it is written."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from pathlib import Path
from typing import Any

from keyexchange.hsm.audit.writing import FOLDER, SUFFIX

Event = Mapping[str, Any]
POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Filter:
    """Which events are wanted.

    Args:
        since: not older; None for all.
        operations: names; empty for all.
        errors: only what was refused or failed.
    """

    since: datetime | None = None
    operations: frozenset[str] = frozenset()
    errors: bool = False

    def wants(self, event: Event) -> bool:
        """Whether an event is wanted."""
        if self.errors and "errorCode" not in event:
            return False
        if self.operations and event.get("eventName") not in self.operations:
            return False
        return self.since is None or datetime.fromisoformat(_time(event)) >= self.since


ALL = Filter()


def read(state_dir: Path, wanted: Filter = ALL) -> Iterator[Event]:
    """The events that are there, oldest first. A state directory without a trail has none."""
    streams = (_events(path) for path in _files(state_dir))
    return (event for event in merge(*streams, key=_time) if wanted.wants(event))


def follow(state_dir: Path, wanted: Filter = ALL, *, sleep: Callable[[float], object] = time.sleep) -> Iterator[Event]:
    """The events that are there and then those that come, without end."""
    places: dict[Path, int] = {}
    while True:
        fresh = sorted((event for path in _files(state_dir) for event in _grown(path, places)), key=_time)
        yield from (event for event in fresh if wanted.wants(event))
        sleep(POLL_SECONDS)


def _files(state_dir: Path) -> list[Path]:
    return sorted((state_dir / FOLDER).glob(f"*{SUFFIX}"))


def _events(path: Path) -> Iterator[Event]:
    with path.open("rb") as lines:
        yield from filter(None, map(_event, lines))


def _grown(path: Path, places: dict[Path, int]) -> list[Event]:
    """The events of the whole lines behind the place where reading ended."""
    with path.open("rb") as file:
        file.seek(places.get(path, 0))
        octets = file.read()
    whole = octets.rpartition(b"\n")[0]
    places[path] = places.get(path, 0) + (len(whole) + 1 if b"\n" in octets else 0)
    return [event for event in map(_event, whole.splitlines()) if event]


def _event(line: bytes) -> Event | None:
    """A line's event; None for what a process that was killed, or a full disk, has cut."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "eventTime" in event else None


def _time(event: Event) -> str:
    return str(event["eventTime"])
