"""Keys from passphrases: scrypt, with its parameters beside what the key protects.

Source: RFC 7914. The cost follows OWASP's Password Storage Cheat Sheet (N = 2^17, r = 8, p = 1: 128 MiB, a third of a
second).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt as _Scrypt

from keyexchange.errors import ConfigError
from keyexchange.secret import Secret

SHORTEST_PASSPHRASE = 12
"""Characters. Whoever has the file tries passphrases as fast as they can pay for."""
_LARGEST_MEMORY = 1 << 30
_MOST_PARALLEL = 16

PassphraseSource = Callable[[], Secret]
"""Gives a passphrase. Raises ConfigError when there is none."""


@dataclass(frozen=True)
class Scrypt:
    """Parameters of one derivation.

    Args:
        salt: hex digits.
        n: cost, a power of two.
        r: block size.
        p: parallelism.
    """

    salt: str
    n: int = 1 << 17
    r: int = 8
    p: int = 1

    @classmethod
    def new(cls) -> Scrypt:
        """With a new salt."""
        return cls(os.urandom(16).hex())

    @classmethod
    def read(cls, document: object, where: str) -> Scrypt:
        """From a file.

        Raises:
            ConfigError: parameters that are none, or that ask for more than 1 GiB.
        """
        try:
            found = cls(**document) if isinstance(document, dict) else None
            if found is not None and found._bearable():
                return found
        except (TypeError, ValueError):
            pass
        raise ConfigError(f"{where} does not say how its passphrase is used", hint="it is damaged: use another copy")

    def _bearable(self) -> bool:
        whole = all(type(each) is int and each > 0 for each in (self.n, self.r, self.p))
        power = whole and self.n > 1 and self.n & (self.n - 1) == 0
        return power and 128 * self.n * self.r <= _LARGEST_MEMORY and self.p <= _MOST_PARALLEL and bool(self._salt)

    @property
    def _salt(self) -> bytes:
        return bytes.fromhex(self.salt)

    def derive(self, passphrase: Secret, octets: int = 32) -> Secret:
        """A key of so many octets. Slow on purpose."""
        return Secret(_Scrypt(self._salt, octets, self.n, self.r, self.p).derive(passphrase.reveal()))

    def document(self) -> Mapping[str, Any]:
        """For a file."""
        return asdict(self)


def require_good(passphrase: Secret) -> Secret:
    """A new passphrase, if it is long enough.

    Raises:
        ConfigError: it is not.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise ConfigError(
            f"a passphrase has at least {SHORTEST_PASSPHRASE} characters", hint="take a sentence, or random words"
        )
    return passphrase


def from_environment(variable: str) -> PassphraseSource:
    """A source that takes the passphrase from an environment variable."""

    def source() -> Secret:
        value = os.environ.get(variable)
        if not value:
            raise ConfigError(f"a passphrase is needed and {variable} is not set", hint=f"set {variable}")
        return Secret(value.encode())

    return source
