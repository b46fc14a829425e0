"""--database: where the software HSM's tables are, when not in its state folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import click

from keyexchange.errors import ConfigError

F = TypeVar("F", bound=Callable[..., Any])

DATABASE_VARIABLE = "KEYEXCHANGE_DATABASE_URL"


def database_option(command: F) -> F:
    """--database URL."""
    return click.option(
        "--database",
        metavar="URL",
        help="A database in place of the state folder's own: postgresql://USER@HOST/NAME, without its password (see "
        f"PGPASSWORD, ~/.pgpass or {DATABASE_VARIABLE}).",
    )(command)


def database_url(given: str | None) -> str | None:
    """The URL of the option, else of the environment; None for the state folder's own database.

    Raises:
        ConfigError: the option holds a password, which every process of the machine could read.
    """
    if given is not None and _has_password(given):
        raise ConfigError(
            "a database URL on the command line must not hold a password: all processes can read it",
            hint=f"set PGPASSWORD, write ~/.pgpass, or give the whole URL in {DATABASE_VARIABLE}",
        )
    return given or os.environ.get(DATABASE_VARIABLE) or None


def _has_password(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.password is not None or "password" in parse_qs(parts.query)
    except ValueError:
        return "password" in url or "@" in url
