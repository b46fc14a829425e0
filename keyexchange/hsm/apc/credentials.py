"""The access key pairs that the APC face lets in, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from keyexchange.errors import ConfigError
from keyexchange.hsm.apc.identities import Source, one_pair
from keyexchange.hsm.apc.sigv4 import Credentials
from keyexchange.secret import Secret

ACCESS_KEY_VARIABLE = "KEYEXCHANGE_ACCESS_KEY_ID"
SECRET_KEY_VARIABLE = "KEYEXCHANGE_SECRET_ACCESS_KEY"  # noqa: S105  the name of a variable
CREDENTIALS_FILE = "credentials"

REHEARSAL_ACCESS_KEY = "KEYEXCHANGEREHEARSAL"
REHEARSAL_SECRET_KEY = "keyexchange/rehearsal/this-is-not-secret"  # noqa: S105  known to everybody
REHEARSAL = Credentials(REHEARSAL_ACCESS_KEY, Secret(REHEARSAL_SECRET_KEY.encode()))
"""The pair when none is given: published here, so that nobody takes it for a secret. Loopback only."""


def find_identities(state_dir: Path, environment: Mapping[str, str], account: str) -> Source:
    """The pair from the environment, else those of the state directory's credentials file, else the rehearsal pair.

    Args:
        state_dir: where the file `credentials` may be; docs/reference/access.md tells what it holds.
        environment: of the process.
        account: of a pair that names none.

    Raises:
        ConfigError: half a pair, or a file that cannot be used.
    """
    pair = environment.get(ACCESS_KEY_VARIABLE), environment.get(SECRET_KEY_VARIABLE)
    if any(pair):
        return one_pair(_credentials(*pair), account)
    path = state_dir / CREDENTIALS_FILE
    if path.exists():
        from keyexchange.hsm.apc.credentials_file import CredentialsFile  # noqa: PLC0415  # brings policies along

        return CredentialsFile(path, account)
    return one_pair(REHEARSAL, account)


def lets_everybody_in(source: Source) -> bool:
    """Whether the published pair is among those that are let in."""
    return any(identity.credentials == REHEARSAL for identity in source().values())


def _credentials(access_key: str | None, secret_key: str | None) -> Credentials:
    if not access_key or not secret_key:
        where = f"{ACCESS_KEY_VARIABLE} and {SECRET_KEY_VARIABLE}"
        raise ConfigError(f"{where}: both halves of the access key pair are needed", hint="give both, or neither")
    return Credentials(access_key, Secret(secret_key.encode()))
