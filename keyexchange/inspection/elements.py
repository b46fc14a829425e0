"""The first look at DER: which elements stand inside, by their tags; and names out of it, fit for a screen."""

from __future__ import annotations

from keyexchange.errors import FormatError
from keyexchange.pki.der import first_element


def first_tags(element: bytes, most: int) -> bytes:
    """The tags of the first elements inside an element; empty when they are not elements.

    Args:
        element: whole, its length definite.
        most: how many are looked at: a list of hostile length would be copied once for each element.
    """
    tags, rest = b"", content(element)
    try:
        while rest and len(tags) < most:
            inner, rest = first_element(rest, "the object")
            tags += inner[:1]
    except FormatError:
        return b""
    return tags


def content(element: bytes) -> bytes:
    """What is inside an element with a definite length."""
    size = element[1]
    return element[2 + (size & 0x7F if size & 0x80 else 0) :]


def printable(text: str) -> str:
    """A text out of an object, without what could move a cursor."""
    return "".join(character if character.isprintable() else "?" for character in text)
