"""Messages to journal data and back: dataclasses become JSON, octets become artefacts named by their digest.

Only the dataclasses of keyexchange.protocols.messages and keyexchange.keys are known; a Secret is none of them, so it
cannot be journalled by mistake.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from keyexchange import keys
from keyexchange.errors import JournalError
from keyexchange.protocols import messages

_CLASSES: dict[str, type] = {
    cls.__name__: cls
    for module in (keys, messages)
    for cls in vars(module).values()
    if isinstance(cls, type) and is_dataclass(cls)
}
_ENUMS: dict[str, type[StrEnum]] = {cls.__name__: cls for cls in (keys.KcvMethod, keys.KeyAlgorithm)}


def digest(octets: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(octets).hexdigest()


def encode(value: object, keep: Callable[[bytes], str]) -> Any:
    """A message as JSON-able data.

    Args:
        keep: stores octets as an artefact and returns their digest.

    Raises:
        TypeError: something that may not be journalled.
    """
    if value is None or type(value) in (str, int, bool):
        return value
    if isinstance(value, bytes):
        return {"$octets": keep(value)}
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, StrEnum) and type(value).__name__ in _ENUMS:
        return {"$enum": type(value).__name__, "value": value.value}
    if isinstance(value, tuple):
        return [encode(item, keep) for item in value]
    if type(value).__name__ in _CLASSES:
        members = {f.name: encode(getattr(value, f.name), keep) for f in fields(value)}  # type: ignore[arg-type]
        return {"$class": type(value).__name__, **members}
    raise TypeError(f"a {type(value).__name__} is not journalled")


def decode(data: Any, fetch: Callable[[str], bytes]) -> Any:
    """The message that `encode` wrote.

    Args:
        fetch: gives the octets of a digest.

    Raises:
        JournalError: written by a program that knew other messages.
    """
    if isinstance(data, list):
        return tuple(decode(item, fetch) for item in data)
    if not isinstance(data, dict):
        return data
    if "$octets" in data:
        return fetch(data["$octets"])
    if "$time" in data:
        return datetime.fromisoformat(data["$time"])
    if "$enum" in data:
        return _ENUMS[data["$enum"]](data["value"])
    members = {name: decode(member, fetch) for name, member in data.items() if name != "$class"}
    try:
        return _CLASSES[data["$class"]](**members)
    except (KeyError, TypeError):
        raise JournalError(
            "the journal holds a message this version does not know", hint="resume with the version that began the run"
        ) from None
