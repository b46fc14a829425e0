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
from functools import cache
from typing import Any

from keyexchange.errors import FormatError

_DEEPEST = 32
"""Levels of nesting; certificates and TR-34 tokens stay below 12."""

_LONG_FORM = 0x80
_OCTETS, _ELEMENTS, _LONG_TAG, _WRONG_FORM, _END = range(5)
"""What an identifier octet begins: octets, further elements or, behind these two, what is refused."""
_REASONS = {
    _LONG_TAG: "it holds a tag number above 30",
    _WRONG_FORM: "a primitive type is constructed, or the reverse",
    _END: "it holds the end mark of an indefinite length",
}


def _form(identifier: int) -> int:
    """Of the universal types SEQUENCE and SET are constructed in DER, and no other that is read here."""
    number, constructed = identifier & 0x1F, bool(identifier & 0x20)
    if identifier == 0:
        return _END
    if number == 0x1F:
        return _LONG_TAG
    if identifier < 0x40 and constructed is not (number in (0x10, 0x11)):
        return _WRONG_FORM
    return _ELEMENTS if constructed else _OCTETS


_FORMS = bytes(map(_form, range(256)))


def encode(kind: Any, *parts: bytes) -> bytes:
    """One element of an asn1crypto type around parts that are already encoded.

    The same octets as asn1crypto's `kind(contents=...).dump()`, which takes six times as long.

    Args:
        kind: an asn1crypto class; gives the tag.
        parts: the content octets, joined as they stand.
    """
    contents = b"".join(parts)
    length = len(contents)
    if length < _LONG_FORM:
        return identifier_of(kind) + bytes((length,)) + contents
    size = length.bit_length() + 7 >> 3
    return identifier_of(kind) + bytes((_LONG_FORM | size,)) + length.to_bytes(size, "big") + contents


@cache
def identifier_of(kind: Any) -> bytes:
    """The identifier octet of an asn1crypto type, by asking it."""
    return bytes(kind(contents=b"").dump()[:1])


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
        raise not_its_structure(what) from None


def require_der(octets: bytes, what: str) -> None:
    """Walk through exactly one element and everything in it.

    Does not check that INTEGERs are minimal or SETs sorted, and does not look into OCTET STRINGs.

    Raises:
        FormatError: category der_malformed.
    """
    form, content, end = _header(octets, 0, len(octets), what)
    if end != len(octets):
        raise _malformed(what, "octets follow its end")
    if form == _ELEMENTS:
        _walk(octets, content, end, what, 0)


def require_element(kind: Any, octets: bytes, what: str) -> None:
    """Walk through exactly one element of an asn1crypto type and everything in it.

    Raises:
        FormatError: der_malformed; structure: another type.
    """
    require_der(octets, what)
    if octets[:1] != identifier_of(kind):
        raise not_its_structure(what)


def not_its_structure(what: str) -> FormatError:
    """The error of an encoding that is sound and holds something else than expected."""
    return FormatError(f"{what} does not have its structure", category="structure")


def contents(element: bytes) -> bytes:
    """What is inside an element that was walked before."""
    return element[content_of(element) :]


def content_of(element: bytes) -> int:
    """Where the content of an element that was walked before begins."""
    length = element[1]
    return 2 if length < _LONG_FORM else 2 + length - _LONG_FORM


def end_of(walked: bytes, start: int) -> int:
    """Where an element ends that begins at `start`, in octets that were walked before."""
    length, content = walked[start + 1], start + 2
    if length < _LONG_FORM:
        return content + length
    first, content = content, content + length - _LONG_FORM
    return content + int.from_bytes(walked[first:content], "big")


def elements(element: bytes) -> list[bytes]:
    """The elements inside one that was walked before, each as it stands."""
    found, start, size = [], content_of(element), len(element)
    while start < size:
        end = end_of(element, start)
        found.append(element[start:end])
        start = end
    return found


def first_element(octets: bytes, what: str) -> tuple[bytes, bytes]:
    """The first element, and what follows it.

    Raises:
        FormatError: category der_malformed.
    """
    _, _, end = _header(octets, 0, len(octets), what)
    return octets[:end], octets[end:]


def _walk(octets: bytes, start: int, end: int, what: str, depth: int) -> None:
    """The elements inside a constructed one. What is common and sound is passed by quickly, the rest is `_header`'s."""
    if depth > _DEEPEST:
        raise _malformed(what, "it is nested too deeply")
    forms = _FORMS
    while start < end:
        form, content = forms[octets[start]], start + 2
        start_of_next = content + octets[start + 1] if content <= end else end + 1
        if start_of_next > end or start_of_next - content >= _LONG_FORM or form > _ELEMENTS:
            form, content, start_of_next = _header(octets, start, end, what)
        if form == _ELEMENTS:
            _walk(octets, content, start_of_next, what, depth + 1)
        start = start_of_next


def _header(octets: bytes, start: int, end: int, what: str) -> tuple[int, int, int]:
    """What an element holds (see `_form`), where its content begins, where it ends."""
    if end - start < 2:
        raise _malformed(what, "it ends inside an element")
    form, length, content = _FORMS[octets[start]], octets[start + 1], start + 2
    if form in _REASONS:
        raise _malformed(what, _REASONS[form])
    if length >= _LONG_FORM:
        count = length & 0x7F
        length = int.from_bytes(octets[content : content + count], "big")
        content += count
        if count == 0 or length < _LONG_FORM or length >> 8 * (count - 1) == 0:
            raise _malformed(what, "a length is indefinite or longer than it must be")
    if content + length > end:
        raise _malformed(what, "an element reaches beyond its parent")
    return form, content, content + length


def _malformed(what: str, why: str) -> FormatError:
    return FormatError(
        f"{what} is not DER: {why}",
        category="der_malformed",
        hint="check that it was not cut short, and that hex or base64 was decoded once",
    )
