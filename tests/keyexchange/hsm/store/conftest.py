"""Empty databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keyexchange.hsm.store.tables import sqlite_url


@pytest.fixture
def url(database_url: str | None, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    return database_url or sqlite_url(tmp_path)
