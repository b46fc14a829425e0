"""Backup and restore: one file that holds everything, for another machine or another day.

JSON lines: a head, every row of every table, an end with an HMAC-SHA256 over all before it. Keys are in it as the
database has them, in blocks under the main keys; the region main key is in the head, in a TR-31 version D block under a
key from the backup's passphrase. Names, tags, policies and times are readable. From scrypt's output come two keys, each
as HMAC-SHA256 of a label: one wraps, one authenticates.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any, BinaryIO

from keyexchange.errors import ConfigError, FormatError
from keyexchange.hsm import files
from keyexchange.hsm.main_keys import Keeping, RegionKeyFile, alone
from keyexchange.hsm.main_keys.protection import MAIN_KEY_HEADER
from keyexchange.hsm.passphrases import Scrypt
from keyexchange.hsm.store import LAYOUT_VERSION, Store, fill, filling, is_empty, rows, snapshot
from keyexchange.secret import Secret
from keyexchange.tr31 import Kbpk, unwrap, wrap

_FORMAT = "keyexchange backup"
_VERSION = 1
_WRAPPING, _AUTHENTICATION = b"keyexchange backup: region main key", b"keyexchange backup: authentication"
_AT_A_TIME = 500


@dataclass(frozen=True)
class _Keys:
    """What a backup's passphrase gives."""

    wrapping: Kbpk
    authentication: Secret

    @classmethod
    def derive(cls, passphrase: Secret, scrypt: Scrypt) -> _Keys:
        octets = scrypt.derive(passphrase)
        return cls(Kbpk("A", _labelled(octets, _WRAPPING)), _labelled(octets, _AUTHENTICATION))

    def mac(self) -> hmac.HMAC:
        return hmac.new(self.authentication.reveal(), digestmod=hashlib.sha256)


async def back_up(keeping: Keeping, path: Path, passphrase: Secret, *, replace: bool) -> int:
    """Write a backup while requests are served; gives the number of rows.

    Args:
        path: of the new file; it is there whole or not at all.
        replace: whether it may take an older file's place.

    Raises:
        ConfigError: the file is there or cannot be written, or somebody changes the main keys.
    """
    if path.exists() and not replace:
        raise _exists(path)
    with alone(keeping):
        keeping.profile.reload()
        region = keeping.profile.region.kbpk.key
        with snapshot(keeping.store) as connection:
            lines = (json.dumps({"table": table, "row": row}).encode() for table, row in rows(connection))
            return await asyncio.to_thread(_write, path, lines, region, passphrase, replace)


def _write(path: Path, lines: Iterator[bytes], region: Secret, passphrase: Secret, replace: bool) -> int:
    scrypt = Scrypt.new()
    keys = _Keys.derive(passphrase, scrypt)
    head = {
        "format": _FORMAT,
        "version": _VERSION,
        "layout": LAYOUT_VERSION,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "scrypt": scrypt.document(),
        "region_main_key": wrap(keys.wrapping, MAIN_KEY_HEADER, region),
    }
    mac, count = keys.mac(), 0
    try:
        with files.writing(path, replace=replace) as file:
            _put(file, mac, json.dumps(head).encode())
            for line in lines:
                _put(file, mac, line)
                count += 1
            file.write(_end(count, mac))
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        raise ConfigError(f"the backup {path}: {error.strerror}", hint="check the path and the disk") from None
    return count


def _put(file: BinaryIO, mac: hmac.HMAC, line: bytes) -> None:
    file.write(line + b"\n")
    mac.update(line + b"\n")


def restore(path: Path, region_file: RegionKeyFile, store: Store, passphrase: Secret) -> int:
    """Fill an empty store from a backup; gives the number of rows. All of it is restored, or nothing.

    Args:
        region_file: of the new state directory; gets the backup's region main key, unprotected.

    Raises:
        ConfigError: the file is no backup, was changed or cut, is of another version, or has another passphrase; the
            store is not empty, or the state directory has another region main key.
    """
    with _opened(path) as file:
        region, keys = _head(file, passphrase, path)
        _require_authentic(file, keys, path)
        if not is_empty(store):
            raise ConfigError("the database is not empty", hint="restore into a new state directory or database")
        if not region_file.create(region) and region_file.open().kbpk.key != region:
            raise ConfigError(
                "the state directory has another region main key already", hint="restore into a new state directory"
            )
        file.seek(0)
        with filling(store):
            return _fill(store, file)


def _fill(store: Store, file: BinaryIO) -> int:
    count = 0
    lines = (json.loads(line) for line in islice(file, 1, None))
    found = (line for line in lines if "table" in line)
    for table, group in groupby(found, key=lambda line: str(line["table"])):
        while batch := [line["row"] for line in islice(group, _AT_A_TIME)]:
            fill(store, table, batch)
            count += len(batch)
    return count


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise ConfigError(f"the backup {path}: {error.strerror}", hint="check the path") from None


def _head(file: BinaryIO, passphrase: Secret, path: Path) -> tuple[Secret, _Keys]:
    """The region main key, and the keys from the passphrase. Leaves the file where it began."""
    head = _json(file.readline())
    file.seek(0)
    if (head.get("format"), head.get("version")) != (_FORMAT, _VERSION):
        raise ConfigError(f"{path} is no backup that this version reads", hint="`keyexchange hsm backup` makes one")
    if head.get("layout") != LAYOUT_VERSION:
        raise ConfigError(
            "the backup was made by a version of keyexchange with other tables",
            hint="restore it with the version that made it",
        )
    keys = _Keys.derive(passphrase, Scrypt.read(head.get("scrypt"), str(path)))
    try:
        return unwrap(keys.wrapping, str(head.get("region_main_key"))).key, keys
    except FormatError:
        raise ConfigError(
            "the backup does not open with this passphrase", hint="or its first line was changed: use another copy"
        ) from None


def _require_authentic(file: BinaryIO, keys: _Keys, path: Path) -> None:
    """Every octet is as it was written, and nothing is missing."""
    mac, last, before = keys.mac(), b"", 0
    for line in file:
        mac.update(last)
        last, before = line, before + 1
    if not hmac.compare_digest(last, _end(before - 2, mac)):  # without the head and itself
        raise ConfigError(f"{path} was changed, or its end is missing", hint="nothing was restored; use another copy")


def _end(count: int, mac: hmac.HMAC) -> bytes:
    """The last line."""
    return json.dumps({"rows": count, "mac": mac.hexdigest()}).encode() + b"\n"


def _json(line: bytes) -> Mapping[str, Any]:
    with suppress(ValueError):
        found = json.loads(line)
        if isinstance(found, dict):
            return found
    return {}


def _labelled(octets: Secret, label: bytes) -> Secret:
    return Secret(hmac.digest(octets.reveal(), label, "sha256"))


def _exists(path: Path) -> ConfigError:
    return ConfigError(f"{path} is there already", hint="choose another name, or say --force")
