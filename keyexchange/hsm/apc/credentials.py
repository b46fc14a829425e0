"""The access key pairs that the APC face lets in, and where they come from."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from keyexchange.errors import ConfigError
from keyexchange.hsm.apc.credentials_file import read_credentials_file
from keyexchange.hsm.apc.identities import Identities, Source, one_pair
from keyexchange.hsm.apc.sigv4 import Credentials
from keyexchange.secret import Secret

ACCESS_KEY_VARIABLE = "KEYEXCHANGE_ACCESS_KEY_ID"
SECRET_KEY_VARIABLE = "KEYEXCHANGE_SECRET_ACCESS_KEY"  # noqa: S105  the name of a variable
CREDENTIALS_FILE = "credentials"
RELOAD_SECONDS = 1.0
"""How often the file and its policies are looked at."""

REHEARSAL_ACCESS_KEY = "KEYEXCHANGEREHEARSAL"
REHEARSAL_SECRET_KEY = "keyexchange/rehearsal/this-is-not-secret"  # noqa: S105  known to everybody
REHEARSAL = Credentials(REHEARSAL_ACCESS_KEY, Secret(REHEARSAL_SECRET_KEY.encode()))
"""The pair when none is given: published here, so that nobody takes it for a secret. Loopback only."""

_log = logging.getLogger(__name__)


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


class CredentialsFile:
    """A credentials file, read again when it or a policy that it names has changed. It is a `Source`.

    What cannot be read again leaves everything as it was, and is logged once.

    Raises:
        ConfigError: at first, as `read_credentials_file`.
    """

    def __init__(self, path: Path, account: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._account = account
        self._clock = clock
        self._looked_at = clock()
        self._identities, self._files = read_credentials_file(path, account)
        self._state = _state(self._files)

    def __call__(self) -> Identities:
        """The identities as the file has them now, or had them a second ago."""
        now = self._clock()
        if now - self._looked_at >= RELOAD_SECONDS:
            self._looked_at = now
            self._reload()
        return self._identities

    def _reload(self) -> None:
        state = _state(self._files)
        if state == self._state:
            return
        try:
            self._identities, self._files = read_credentials_file(self._path, self._account)
        except ConfigError as error:
            _log.error("credentials were not read again: %s", error.message)
            self._state = state
            return
        self._state = _state(self._files)
        _log.info("credentials were read again: %d pairs", len(self._identities))


def _state(files: tuple[Path, ...]) -> tuple[tuple[int, int, int] | None, ...]:
    """What changes when a file is written or replaced."""
    return tuple(_stamp(path) for path in files)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
