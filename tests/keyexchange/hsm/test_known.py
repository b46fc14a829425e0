"""What is known of the store is forgotten as soon as it may be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from keyexchange.hsm.known import SHARED_SECONDS, Known
from keyexchange.hsm.store import Store
from tests.postgres import Server


class Finder:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> int:
        self.asked += 1
        return self.asked


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'keys.sqlite3'}")
    yield made
    made.close()


def test_it_is_looked_up_once_until_something_is_written(store: Store) -> None:
    known, find = Known(store), Finder()
    assert [known.get("a", find) for _ in range(3)] == [1, 1, 1]
    with store.savepoint():
        pass
    assert [known.get("a", find) for _ in range(2)] == [2, 2]


def test_what_was_seen_and_then_undone_is_forgotten(store: Store) -> None:
    known, find = Known(store), Finder()

    def look_and_fail() -> None:
        with store.savepoint():
            known.get("a", find)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        look_and_fail()
    assert known.get("a", find) == 2


def test_a_refused_look_up_is_asked_again(store: Store) -> None:
    known = Known(store)

    def refuse() -> int:
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            known.get("a", refuse)
    assert known.get("a", lambda: 1) == 1


def test_in_a_database_of_one_process_time_changes_nothing(store: Store) -> None:
    now = 0.0
    known, find = Known(store, clock=lambda: now), Finder()
    known.get("a", find)
    now = 1e6
    assert known.get("a", find) == 1


def test_what_other_processes_write_is_seen_soon(postgres: Server) -> None:
    store = Store(postgres.new_database())
    try:
        now = 0.0
        known, find = Known(store, clock=lambda: now), Finder()
        known.get("a", find)
        now = SHARED_SECONDS * 0.9
        assert known.get("a", find) == 1
        now = SHARED_SECONDS
        assert known.get("a", find) == 2
    finally:
        store.close()
