"""Empty databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keyexchange.hsm.store.tables import sqlite_url
from tests.postgres import Server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    server: Server = request.getfixturevalue("postgres")
    return server.new_database()
