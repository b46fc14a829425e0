"""One server for all tests of this folder, a site for each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from keyexchange.hsm.apc import REHEARSAL_ACCESS_KEY, REHEARSAL_SECRET_KEY
from tests.apc_server import MovableClock
from tests.main_job.site import Site, serving
from tests.postgres import Server, programs, running_postgres


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int, MovableClock, Path]]:
    clock, state_dir = MovableClock(), tmp_path_factory.mktemp("state")
    with serving(state_dir, clock) as (url, port):
        yield url, port, clock, state_dir


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", REHEARSAL_ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", REHEARSAL_SECRET_KEY)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture
def site(server: tuple[str, int, MovableClock, Path], tmp_path: Path) -> Iterator[Site]:
    url, port, clock, _ = server
    yield Site(tmp_path, url, port, clock)
    clock.ahead *= 0


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server; a pipeline that has none fails, a machine that has none skips."""
    if programs() is None and not os.environ.get("CI"):
        pytest.skip("PostgreSQL is not installed")
    with running_postgres() as server:
        yield server
