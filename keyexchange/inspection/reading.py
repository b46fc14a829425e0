"""Takes the wrapping off: binary, hexadecimal, base64 and PEM, as people paste them from screens and files.

What is inside is DER or the text of a key block; either may have been wrapped more than once, as base64 of PEM is.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----((?:[^-]++|-(?!----))*+)-----END \1-----")
_LONG_FORMS = range(0x81, 0x85)
_SEQUENCE = 0x30
_MOST_LAYERS = 3
"""Base64 of PEM, whose inside is base64, is the deepest in use."""
_TEXT = re.compile(rb"[\t\n\r -~]+")
_SHORTEST_TEXT = 16
"""Characters of the shortest key block header. Shorter octets are printable by chance."""
_BETWEEN_DIGITS = re.compile(rb"0[xX]|[\s:,-]")
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
"""Byte order marks. PowerShell writes a file in UTF-16, Notepad one in UTF-8 with its mark."""
_QUOTES = (b'"', b"'", b"`")


@dataclass(frozen=True)
class Written:
    """One object, however it was written down.

    Args:
        octets: as they came, without white space, quotes and marks around them; of a PEM text, and of a text in
            hexadecimal or base64, the inside.
        der: one whole DER SEQUENCE, when that is what it holds.
        label: what a PEM text says that it is, such as "CERTIFICATE"; empty when it was no PEM text.
    """

    octets: bytes
    der: bytes | None
    label: str = ""

    @property
    def text(self) -> str:
        """The octets as text: latin-1, so that raw octets inside stay one character each."""
        return self.octets.decode("latin-1")


def read(octets: bytes) -> tuple[Written, ...]:
    """The objects in what was handed over: several when a PEM text holds several, else one.

    What stands around a text does not count; around binary DER it does, since it may belong to it.
    """
    return _read(octets, _MOST_LAYERS)


def _read(octets: bytes, layers: int) -> tuple[Written, ...]:
    if _is_whole_sequence(octets):
        return (Written(octets, octets),)
    text = _bare(octets)
    blocks = tuple(Written(match[2].strip(), _der(match[2]), match[1].decode()) for match in _PEM.finditer(text))
    if blocks:
        return blocks
    der = _der(text)
    inner = None if der else _decoded(text, _is_text)
    return _read(inner, layers - 1) if inner and layers else (Written(text, der),)


def _bare(octets: bytes) -> bytes:
    """A text without what stands around it: the mark of its encoding, white space, quotes."""
    encoding = next((name for mark, name in _MARKS.items() if octets.startswith(mark)), None)
    if encoding:
        try:
            octets = octets.decode(encoding).encode()
        except UnicodeError:
            return octets
    text = octets.strip()
    return text[1:-1].strip() if text[:1] in _QUOTES and text[:1] == text[-1:] else text


def _der(text: bytes) -> bytes | None:
    """The DER that a text is, or holds in hexadecimal or base64."""
    return text if _is_whole_sequence(text) else _decoded(text, _is_whole_sequence)


def _decoded(text: bytes, wanted: Callable[[bytes], bool]) -> bytes | None:
    """The octets that a text stands for, when they are what is wanted."""
    for decode in _ENCODINGS:
        try:
            octets = decode(text)
        except binascii.Error:
            continue
        if wanted(octets):
            return octets
    return None


def _hexadecimal(text: bytes) -> bytes:
    return binascii.unhexlify(_BETWEEN_DIGITS.sub(b"", text))


def _strict_base64(text: bytes) -> bytes:
    return base64.b64decode(b"".join(text.split()), validate=True)


_ENCODINGS = (_hexadecimal, _strict_base64)


def _is_text(octets: bytes) -> bool:
    return len(octets) >= _SHORTEST_TEXT and _TEXT.fullmatch(octets) is not None


def _is_whole_sequence(octets: bytes) -> bool:
    """Tag 30 and a length that fits. A short one holds more than text, so that no text is taken for binary DER."""
    if len(octets) < 4 or octets[0] != _SEQUENCE:
        return False
    if octets[1] not in _LONG_FORMS:
        return len(octets) == 2 + octets[1] and _TEXT.fullmatch(octets) is None
    end = 2 + octets[1] - 0x80
    return len(octets) == end + int.from_bytes(octets[2:end], "big")
