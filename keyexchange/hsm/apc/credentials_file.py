"""The credentials file: written like AWS's own, with what a server has to know besides. docs/reference/access.md."""

from __future__ import annotations

import configparser
import logging
import os
import re
import stat
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from keyexchange.errors import ConfigError
from keyexchange.hsm.apc.identities import USER, Identities, Identity, unique_id, user_arn
from keyexchange.hsm.apc.sigv4 import Credentials
from keyexchange.hsm.iam import Policy, PolicyError, Principal, parse_policy
from keyexchange.secret import Secret

OPTIONS = frozenset(
    {
        "aws_access_key_id",
        "aws_secret_access_key",
        "aws_session_token",
        "account",
        "principal",
        "policies",
        "boundary",
        "session_policies",
        "tags",
    }
)
"""What a section may hold. Anything else is refused: a misspelt `policies` would let everything through."""

RELOAD_SECONDS = 1.0
"""How often the file and its policies are looked at."""

_ACCOUNT = re.compile(r"[0-9]{12}")
_MANAGED = "arn:aws:iam::{}:policy/{}"
_PRINCIPAL_HINT = "write root, user/NAME, role/NAME or assumed-role/ROLE/SESSION"
_log = logging.getLogger(__name__)
_WRITE_HINT = "write it like ~/.aws/credentials; docs/reference/access.md has an example"


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


def read_credentials_file(path: Path, account: str) -> tuple[Identities, tuple[Path, ...]]:
    """The identities of a credentials file.

    Args:
        path: of the file; policies are looked for beside it.
        account: of a section that names none.

    Returns:
        The identities by access key id, and the files that were read.

    Raises:
        ConfigError: a file that others may read, or that is not of this form; never with what is in it.
    """
    reader = _Reader(path, account)
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        parser.read_string(_read_private(path))
    except configparser.Error:
        # its messages quote lines of the file
        raise ConfigError(f"{path} is not a credentials file", hint=_WRITE_HINT) from None
    identities: dict[str, Identity] = {}
    for name in parser.sections():
        identity = reader.identity(name, parser[name])
        if identity.credentials.access_key_id in identities:
            raise reader.wrong(name, "has an access key id that another section has", "give each pair once")
        identities[identity.credentials.access_key_id] = identity
    if not identities:
        raise ConfigError(f"{path} holds no access key pair", hint=_WRITE_HINT)
    return identities, (path, *reader.policies)


def _read_private(path: Path) -> str:
    """A file that only its owner may read."""
    try:
        with path.open(encoding="utf-8") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
                raise ConfigError(f"{path} holds secrets and others may read it", hint=f"chmod 600 {path}")
            return file.read()
    except (OSError, UnicodeError):
        raise ConfigError(f"{path} cannot be read", hint="check that it is text and that you may read it") from None


@dataclass(frozen=True)
class _Owner:
    """The principal of a section, and its id."""

    arn: str
    role_arn: str
    user_id: str


class _Reader:
    """Turns sections into identities, and reads each policy once.

    Args:
        path: of the file.
        account: of a section that names none.
    """

    def __init__(self, path: Path, account: str) -> None:
        self._path = path
        self._account = account
        self.policies: dict[Path, str] = {}

    def wrong(self, section: str, problem: str, hint: str) -> ConfigError:
        return ConfigError(f"{self._path}, section [{section}] {problem}", hint=hint)

    def identity(self, name: str, section: Mapping[str, str]) -> Identity:
        unknown = sorted(set(section) - OPTIONS)
        if unknown:
            raise self.wrong(name, f"holds {unknown[0]}, which is unknown", f"known are {', '.join(sorted(OPTIONS))}")
        account = section.get("account", self._account)
        if not _ACCOUNT.fullmatch(account):
            raise self.wrong(name, "has an account that is no account number", "an account number has twelve digits")
        owner = self._owner(name, section.get("principal", f"user/{USER}"), account)
        try:
            principal = Principal(owner.arn, self._tags(name, section), owner.role_arn, owner.user_id)
        except PolicyError:
            raise self.wrong(name, "has a principal that cannot sign requests", _PRINCIPAL_HINT) from None
        boundary = self._policies(name, section, "boundary", account) or ()
        if len(boundary) > 1:
            raise self.wrong(name, "has more than one boundary", "name one policy file")
        return Identity(
            self._credentials(name, section),
            principal,
            self._policies(name, section, "policies", account),
            boundary[0] if boundary else None,
            self._policies(name, section, "session_policies", account) or (),
        )

    def _credentials(self, name: str, section: Mapping[str, str]) -> Credentials:
        access_key, secret_key = section.get("aws_access_key_id"), section.get("aws_secret_access_key")
        if not access_key or not secret_key:
            raise self.wrong(
                name, "needs both halves of the access key pair", "give aws_access_key_id and aws_secret_access_key"
            )
        token = section.get("aws_session_token")
        return Credentials(access_key, Secret(secret_key.encode()), Secret(token.encode()) if token else None)

    def _owner(self, name: str, principal: str, account: str) -> _Owner:
        """The principal's ARNs. A role is somebody only in a session; one that is not named has the section's name."""
        kind, _, rest = principal.partition("/")
        if principal == "root":
            return _Owner(f"arn:aws:iam::{account}:root", "", account)
        if kind == "user" and rest:
            arn = user_arn(account, rest)
            return _Owner(arn, "", unique_id("AIDA", arn))
        if kind == "assumed-role" and rest.count("/") == 1:
            role, _, session = rest.partition("/")
            return _session(account, role, session)
        if kind == "role" and rest:
            return _session(account, rest, name)
        raise self.wrong(name, "has a principal that is none", _PRINCIPAL_HINT)

    def _tags(self, name: str, section: Mapping[str, str]) -> dict[str, str]:
        pairs = [part.partition("=") for part in _items(section.get("tags", ""))]
        if not all(equals and key.strip() for key, equals, _ in pairs):
            raise self.wrong(name, "has tags that are none", "write tags = team=payments, stage=test")
        return {key.strip(): value.strip() for key, _, value in pairs}

    def _policies(self, name: str, section: Mapping[str, str], option: str, account: str) -> tuple[Policy, ...] | None:
        if option not in section:
            return None
        return tuple(self._policy(name, self._path.parent / file, account) for file in _items(section[option]))

    def _policy(self, name: str, path: Path, account: str) -> Policy:
        try:
            text = self.policies[path] if path in self.policies else path.read_text("utf-8")
            self.policies[path] = text
            return parse_policy(text, arn=_MANAGED.format(account, path.stem))
        except (OSError, UnicodeError):
            raise self.wrong(name, f"names the policy {path}, which cannot be read", "check the file's name") from None
        except PolicyError as error:
            raise ConfigError(f"{path}: {error.message}", hint=error.hint) from None


def _session(account: str, role: str, session: str) -> _Owner:
    """A session of a role; the role with its path, which the session's ARN leaves out.

    Source: IAM User Guide, "IAM identifiers", "IAM ARNs".
    """
    role_arn = f"arn:aws:iam::{account}:role/{role}"
    arn = f"arn:aws:sts::{account}:assumed-role/{role.rpartition('/')[2]}/{session}"
    return _Owner(arn, role_arn, f"{unique_id('AROA', role_arn)}:{session}")


def _items(text: str) -> list[str]:
    """The items of a list with commas, or one a line."""
    return [item.strip() for line in text.splitlines() for item in line.split(",") if item.strip()]
