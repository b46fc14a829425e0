"""Takes the wrapping off: binary, hexadecimal, base64 and PEM, as people paste them from screens and files."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \1-----")
_LONG_FORMS = range(0x81, 0x85)
_SEQUENCE, _OBJECT_IDENTIFIER = 0x30, 0x06


@dataclass(frozen=True)
class Written:
    """One object, however it was written down.

    Args:
        octets: as they came, white space around them removed; of a PEM text the inside.
        der: one whole DER SEQUENCE, when that is what it holds.
    """

    octets: bytes
    der: bytes | None

    @property
    def text(self) -> str:
        """The octets as text: latin-1, so that raw octets inside stay one character each."""
        return self.octets.decode("latin-1")


def read(octets: bytes) -> tuple[Written, ...]:
    """The objects in what was handed over: several when a PEM text holds several, else one.

    White space around a text does not count; around binary DER it does, since it may belong to it.
    """
    blocks = [match[2] for match in _PEM.finditer(octets)]
    return tuple(_written(block) for block in blocks or [octets])


def _written(octets: bytes) -> Written:
    if _is_whole_sequence(octets):
        return Written(octets, octets)
    text = octets.strip()
    return Written(text, _der(text))


def _der(text: bytes) -> bytes | None:
    compact = b"".join(text.split())
    for decode in _ENCODINGS:
        try:
            octets = decode(text if decode is bytes else compact)
        except binascii.Error:
            continue
        if _is_whole_sequence(octets):
            return octets
    return None


def _strict_base64(text: bytes) -> bytes:
    return base64.b64decode(text, validate=True)


_ENCODINGS: tuple[Callable[[bytes], bytes], ...] = (bytes, binascii.unhexlify, _strict_base64)


def _is_whole_sequence(octets: bytes) -> bool:
    """Tag 30 and a length that fits.

    A short one begins with an object identifier (a bare attribute), so that no text is taken for binary DER.
    """
    if len(octets) < 4 or octets[0] != _SEQUENCE:
        return False
    if octets[1] not in _LONG_FORMS:
        return octets[2] == _OBJECT_IDENTIFIER and len(octets) == 2 + octets[1]
    end = 2 + octets[1] - 0x80
    return len(octets) == end + int.from_bytes(octets[2:end], "big")
