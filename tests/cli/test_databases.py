"""Where a database URL may come from, and what it may not hold there."""

from __future__ import annotations

import pytest

from keyexchange.cli.databases import DATABASE_VARIABLE, database_url
from keyexchange.errors import ConfigError


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:secret@db.example/hsm",
        "postgresql+psycopg://me:secret@/hsm?host=/run/postgresql",
        "postgresql://me:@db.example/hsm",
        "postgresql://me@db.example/hsm?password=secret",
        "postgresql://me@db.example/hsm?sslmode=require&password=secret",
        "postgresql://me:secret@[::1/hsm",
    ],
)
def test_a_password_on_the_command_line_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigError, match="must not hold a password") as caught:
        database_url(url)
    assert "secret" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("url", ["postgresql://me@db.example:5432/hsm", "postgresql:///hsm", "sqlite:///a.db"])
def test_a_url_without_one_is_taken(url: str) -> None:
    assert database_url(url) == url


def test_the_environment_may_hold_one_and_the_option_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    assert database_url(None) is None
    monkeypatch.setenv(DATABASE_VARIABLE, "postgresql://me:secret@db.example/hsm")
    assert database_url(None) == "postgresql://me:secret@db.example/hsm"
    assert database_url("postgresql:///other") == "postgresql:///other"
    monkeypatch.setenv(DATABASE_VARIABLE, "")
    assert database_url(None) is None
