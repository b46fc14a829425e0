"""The access key pair that the APC face lets in."""

from __future__ import annotations

import configparser
from collections.abc import Mapping
from pathlib import Path

from keyexchange.errors import ConfigError
from keyexchange.hsm.apc.sigv4 import Credentials
from keyexchange.secret import Secret

ACCESS_KEY_VARIABLE = "KEYEXCHANGE_ACCESS_KEY_ID"
SECRET_KEY_VARIABLE = "KEYEXCHANGE_SECRET_ACCESS_KEY"  # noqa: S105  the name of a variable
CREDENTIALS_FILE = "credentials"
_SECTION = "default"

REHEARSAL_ACCESS_KEY = "KEYEXCHANGEREHEARSAL"
REHEARSAL_SECRET_KEY = "keyexchange/rehearsal/this-is-not-secret"  # noqa: S105  known to everybody
REHEARSAL = Credentials(REHEARSAL_ACCESS_KEY, Secret(REHEARSAL_SECRET_KEY.encode()))
"""The pair when none is given: published here, so that nobody takes it for a secret. Loopback only."""


def find_credentials(state_dir: Path, environment: Mapping[str, str]) -> Credentials:
    """The pair from the environment, else from the state directory's credentials file, else the rehearsal pair.

    The file is written like AWS's own: a section `[default]` with `aws_access_key_id` and `aws_secret_access_key`.

    Raises:
        ConfigError: half a pair, or a file that is not like that.
    """
    pair = environment.get(ACCESS_KEY_VARIABLE), environment.get(SECRET_KEY_VARIABLE)
    if any(pair):
        where = f"{ACCESS_KEY_VARIABLE} and {SECRET_KEY_VARIABLE}"
        return _credentials(*pair, where=where)
    path = state_dir / CREDENTIALS_FILE
    return _from_file(path) if path.exists() else REHEARSAL


def _from_file(path: Path) -> Credentials:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text())
    except (OSError, UnicodeError, configparser.Error):
        # their messages quote lines of the file
        raise ConfigError(f"{path} cannot be read", hint="write it like ~/.aws/credentials") from None
    section = parser[_SECTION] if parser.has_section(_SECTION) else {}
    return _credentials(section.get("aws_access_key_id"), section.get("aws_secret_access_key"), where=str(path))


def _credentials(access_key: str | None, secret_key: str | None, *, where: str) -> Credentials:
    if not access_key or not secret_key:
        raise ConfigError(f"{where}: both halves of the access key pair are needed", hint="give both, or neither")
    return Credentials(access_key, Secret(secret_key.encode()))
