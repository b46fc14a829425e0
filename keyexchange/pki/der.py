"""DER without compromise, around asn1crypto, which also takes BER.

Laws of this file:

- what is read was first walked from end to end: definite, minimal lengths, nothing before, between or behind;
- what is written is written from the inside out: a parent takes its children encoded, so nothing is encoded twice;
- every way in which foreign octets can be wrong ends as FormatError, `der_malformed` for the encoding and `structure`
  for an encoding that is sound and holds something else than expected.

Source: ITU-T X.690 (2021), clause 10 (DER).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from keyexchange.errors import FormatError

_CONSTRUCTED = 0x20
_DEEPEST = 32
"""Levels of nesting; certificates and TR-34 tokens stay below 12."""


def encode(kind: Any, *parts: bytes) -> bytes:
    """One element of an asn1crypto type around parts that are already encoded.

    Args:
        kind: an asn1crypto class; gives the tag.
        parts: the content octets, joined as they stand.
    """
    return bytes(kind(contents=b"".join(parts)).dump())


def decode(kind: Any, octets: bytes, what: str) -> Any:
    """Exactly one DER element, as an asn1crypto value.

    asn1crypto looks into a value when its fields are asked for: do that inside `reading()`.

    Args:
        what: names it in the message, such as "the token".

    Raises:
        FormatError: der_malformed or structure.
    """
    require_der(octets, what)
    with reading(what):
        return kind.load(octets, strict=True)


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turn what asn1crypto raises on foreign octets into FormatError, category structure.

    The cause is cut off: asn1crypto quotes octets in its messages.
    """
    try:
        yield
    except (ValueError, TypeError):
        raise FormatError(f"{what} does not have its structure", category="structure") from None


def require_der(octets: bytes, what: str) -> None:
    """Walk through exactly one element and everything in it.

    Does not check that INTEGERs are minimal or SETs sorted, and does not look into OCTET STRINGs.

    Raises:
        FormatError: category der_malformed.
    """
    _, content, end = _header(octets, 0, len(octets), what)
    if end != len(octets):
        raise _malformed(what, "octets follow its end")
    if octets[0] & _CONSTRUCTED:
        _walk(octets, content, end, what, 0)


def first_element(octets: bytes, what: str) -> tuple[bytes, bytes]:
    """The first element, and what follows it.

    Raises:
        FormatError: category der_malformed.
    """
    _, _, end = _header(octets, 0, len(octets), what)
    return octets[:end], octets[end:]


def inside(element: bytes, what: str) -> list[bytes]:
    """The elements within a constructed element, each as it stands, whatever its tag.

    Raises:
        FormatError: category der_malformed.
    """
    _, start, end = _header(element, 0, len(element), what)
    found = []
    while start < end:
        _, _, start_of_next = _header(element, start, end, what)
        found.append(element[start:start_of_next])
        start = start_of_next
    return found


def _walk(octets: bytes, start: int, end: int, what: str, depth: int) -> None:
    """The elements inside a constructed one."""
    if depth > _DEEPEST:
        raise _malformed(what, "it is nested too deeply")
    while start < end:
        tag, content, start_of_next = _header(octets, start, end, what)
        if tag & _CONSTRUCTED:
            _walk(octets, content, start_of_next, what, depth + 1)
        start = start_of_next


def _header(octets: bytes, start: int, end: int, what: str) -> tuple[int, int, int]:
    """Identifier octet, where the content begins, where it ends."""
    if end - start < 2:
        raise _malformed(what, "it ends inside an element")
    tag, length, content = octets[start], octets[start + 1], start + 2
    number = tag & 0x1F
    if number == 0x1F:
        raise _malformed(what, "it holds a tag number above 30")
    if tag < 0x40 and bool(tag & _CONSTRUCTED) is not (number in (0x10, 0x11)):
        raise _malformed(what, "a primitive type is constructed, or the reverse")
    if length >= 0x80:
        count = length & 0x7F
        length = int.from_bytes(octets[content : content + count], "big")
        content += count
        if count == 0 or length < 0x80 or length >> 8 * (count - 1) == 0:
            raise _malformed(what, "a length is indefinite or longer than it must be")
    if content + length > end:
        raise _malformed(what, "an element reaches beyond its parent")
    return tag, content, content + length


def _malformed(what: str, why: str) -> FormatError:
    return FormatError(
        f"{what} is not DER: {why}",
        category="der_malformed",
        hint="check that it was not cut short, and that hex or base64 was decoded once",
    )
