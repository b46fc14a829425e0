"""How a region main key lies in its file: as it is, or protected by something that is elsewhere.

A protected key's file is a JSON document: `format`, `version`, `protection` (a name of `PROTECTIONS`), and what that
protection needs to open it again. The key itself is in it as a TR-31 version D block, or as AWS KMS's ciphertext. An
unprotected key's file is its 32 octets; every document is longer.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Protocol

from keyexchange.errors import ConfigError, FormatError
from keyexchange.hsm import files
from keyexchange.hsm.main_keys.kms import KmsKey
from keyexchange.hsm.main_keys.unlocking import KEY_FILE_VARIABLE, Unlocking
from keyexchange.hsm.passphrases import Scrypt
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, unwrap, wrap

OCTETS = 32
MAIN_KEY_HEADER = Header("D", "K1", "A", "B", exportability="N")
_FORMAT = "keyexchange region main key"
_VERSION = 1

Document = Mapping[str, Any]


class Protection(Protocol):
    """One way to keep the region main key. May ask another machine: use it in a thread while requests are served."""

    name: ClassVar[str]

    def content(self, key: Secret) -> bytes:
        """The file's content for a key.

        Raises:
            ConfigError, UnreachableError: what protects cannot be used.
        """

    def key(self, content: bytes) -> Secret:
        """The key in a file's content.

        Raises:
            ConfigError: it does not open with this.
            UnreachableError: what protects cannot be used.
        """


class Plain:
    """As it is, in a file that only its owner may read."""

    name: ClassVar[str] = "none"

    def content(self, key: Secret) -> bytes:
        """See `Protection`."""
        return key.reveal()

    def key(self, content: bytes) -> Secret:
        """See `Protection`."""
        return Secret(content)


class Wrapped:
    """A block under a key that comes from a passphrase or lies in another file.

    Args:
        kbpk: that key.
        members: what the document says about it.
    """

    hint: ClassVar[str]

    def __init__(self, kbpk: Kbpk, members: Document) -> None:
        self._kbpk = kbpk
        self._members = members

    def content(self, key: Secret) -> bytes:
        """See `Protection`."""
        return _written({**self._members, "block": wrap(self._kbpk, MAIN_KEY_HEADER, key)})

    def key(self, content: bytes) -> Secret:
        """See `Protection`."""
        try:
            return unwrap(self._kbpk, str(_read(content)["block"])).key
        except FormatError:
            what = str(self._members["protection"]).replace("-", " ")
            raise ConfigError(f"the region main key does not open with this {what}", hint=self.hint) from None


class PassphraseProtection(Wrapped):
    """A passphrase that people or the environment know."""

    name: ClassVar[str] = "passphrase"
    hint: ClassVar[str] = "give the passphrase it was protected with"

    def __init__(self, passphrase: Secret, scrypt: Scrypt) -> None:
        members = {"protection": self.name, "scrypt": scrypt.document()}
        super().__init__(Kbpk("A", scrypt.derive(passphrase)), members)


class KeyFileProtection(Wrapped):
    """A key in a file somewhere else: a removable disk, a mounted secret.

    Args:
        path: of a file with 32 octets, or with 64 hex digits; for its owner alone.

    Raises:
        ConfigError: there is none, others may read it, or it holds something else.
    """

    name: ClassVar[str] = "key-file"
    hint: ClassVar[str] = f"{KEY_FILE_VARIABLE} may name another key file"

    def __init__(self, path: Path) -> None:
        members = {"protection": self.name, "path": str(path.absolute())}
        super().__init__(Kbpk("A", read_key_file(path)), members)


class KmsProtection:
    """A key of AWS KMS: only who may use that key can open the file, and CloudTrail records it.

    Args:
        arn: of a symmetric KMS key.
    """

    name: ClassVar[str] = "kms"

    def __init__(self, arn: str) -> None:
        self._key = KmsKey(arn)
        self._members = {"protection": self.name, "key": arn}

    def content(self, key: Secret) -> bytes:
        """See `Protection`."""
        return _written({**self._members, "ciphertext": self._key.encrypt(key).hex()})

    def key(self, content: bytes) -> Secret:
        """See `Protection`."""
        return self._key.decrypt(bytes.fromhex(_read(content)["ciphertext"]))


PROTECTIONS: Mapping[str, Callable[[Document, Unlocking], Protection]] = {
    PassphraseProtection.name: lambda document, unlocking: PassphraseProtection(
        unlocking.passphrase(), Scrypt.read(document["scrypt"], "the region main key's file")
    ),
    KeyFileProtection.name: lambda document, unlocking: KeyFileProtection(unlocking.key_file or Path(document["path"])),
    KmsProtection.name: lambda document, _: KmsProtection(document["key"]),
}
"""What a document's protection is made of, by its name there."""


def open_content(content: bytes, unlocking: Unlocking, where: Path) -> tuple[Secret, Protection]:
    """The key in a file's content, and its protection, to protect another key alike.

    Raises:
        ConfigError: it is no region main key, or it does not open.
        UnreachableError: as `Protection.key`.
    """
    try:
        protection = _protection(content, unlocking)
        key = protection.key(content)
    except (LookupError, TypeError, ValueError):  # members that are missing or of another kind
        key = Secret(b"")
    if len(key) != OCTETS:
        raise ConfigError(f"{where} does not hold a region main key", hint="restore it, or use a new state directory")
    return key, protection


def _protection(content: bytes, unlocking: Unlocking) -> Protection:
    if len(content) == OCTETS:
        return Plain()
    document = _read(content)
    return PROTECTIONS[document["protection"]](document, unlocking)


def read_key_file(path: Path) -> Secret:
    """The key of a key file.

    Raises:
        ConfigError: there is none, others may read it, or it holds something else.
    """
    try:
        content = files.read_private(path)
    except OSError as error:
        raise ConfigError(
            f"the key file {path}: {error.strerror}", hint=f"{KEY_FILE_VARIABLE} names it when it has moved"
        ) from None
    if len(content) != OCTETS:
        with suppress(ValueError):
            content = bytes.fromhex(content.decode("ascii"))
    if len(content) != OCTETS:
        raise ConfigError(f"{path} is no key file", hint="it has 32 octets, or 64 hex digits")
    return Secret(content)


def make_key_file(path: Path) -> bool:
    """Make a key file; False when something is there already.

    Raises:
        ConfigError: it cannot be written.
    """
    try:
        return files.create(path, os.urandom(OCTETS))
    except OSError as error:
        raise ConfigError(f"the key file {path}: {error.strerror}", hint="check the path's rights") from None


def _written(members: Document) -> bytes:
    return json.dumps({"format": _FORMAT, "version": _VERSION, **members}, indent=1).encode() + b"\n"


def _read(content: bytes) -> Document:
    """The document; empty when it is none of ours."""
    try:
        document = json.loads(content)
    except ValueError:
        return {}
    ours = isinstance(document, dict) and (document.get("format"), document.get("version")) == (_FORMAT, _VERSION)
    return document if ours else {}
