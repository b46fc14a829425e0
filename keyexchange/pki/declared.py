"""Reads what asn1crypto classes declare, quickly: each field of a SEQUENCE as the element that it is in the octets.

asn1crypto makes an object of every field, several times as slow as the rest of a token's work. Here its class
says what there must be (tags, order, what may be absent), and is asked for it once; nothing is declared twice.

Laws of this file:

- the octets were walked before (`der.require_der`): lengths are taken as they are;
- a SEQUENCE has its declared fields and no more, as `asn1.StrictSequence` has it;
- a field that is absent is empty octets, which no element is; one with a default may be absent;
- a field whose type is a choice is handed out whatever its tag, like one that may be anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from asn1crypto import core

from keyexchange.pki.der import content_of, contents, elements, end_of, identifier_of, not_its_structure

_MAY_BE_ABSENT = frozenset({"optional", "default"})


class _Field(NamedTuple):
    """Args: identifier: the octet that an element of it begins with; None for any."""

    name: str
    identifier: int | None
    optional: bool


def read_fields(kind: Any, element: bytes, what: str) -> Mapping[str, bytes]:
    """The fields of a declared SEQUENCE by their names, each with its tag and length.

    Args:
        kind: an asn1crypto class.
        element: one element that was walked before.
        what: names it in the message.

    Raises:
        FormatError: category structure.
    """
    if element[:1] != identifier_of(kind):
        raise not_its_structure(what)
    found: dict[str, bytes] = {}
    start, size = content_of(element), len(element)
    for name, identifier, optional in _plan(kind):
        if start < size and (identifier is None or element[start] == identifier):
            end = end_of(element, start)
            found[name] = element[start:end]
            start = end
        elif optional:
            found[name] = b""
        else:
            raise not_its_structure(what)
    if start != size:
        raise not_its_structure(what)
    return found


def read_members(kind: Any, element: bytes, what: str) -> list[bytes]:
    """The members of a declared SET OF, in the order in which they stand; its own tag may be an implicit one.

    Args:
        kind: an asn1crypto class.
        element: one element that was walked before.
        what: names it in the message.

    Raises:
        FormatError: category structure.
    """
    members, identifier = elements(element), _member_identifier(kind)
    if identifier is not None and any(member[0] != identifier for member in members):
        raise not_its_structure(what)
    return members


def read_only(kind: Any, element: bytes, what: str) -> bytes:
    """The one element inside a constructed element of a type, as it stands.

    Raises:
        FormatError: category structure: another type, none inside or several.
    """
    inside = elements(element) if element[:1] == identifier_of(kind) else []
    if len(inside) != 1:
        raise not_its_structure(what)
    return inside[0]


def read_octets(element: bytes, what: str) -> bytes:
    """What an OCTET STRING holds.

    Raises:
        FormatError: category structure: it is none.
    """
    if element[:1] != identifier_of(core.OctetString):
        raise not_its_structure(what)
    return contents(element)


@cache
def _plan(kind: Any) -> tuple[_Field, ...]:
    declared = ((name, spec, *options) for name, spec, *options in kind._fields)
    return tuple(_field(name, spec, options[0] if options else {}) for name, spec, *options in declared)


@cache
def _member_identifier(kind: Any) -> int | None:
    return _identifier(kind._child_spec, {})


def _field(name: str, spec: Any, options: Mapping[str, Any]) -> _Field:
    tagging = {key: value for key, value in options.items() if key not in _MAY_BE_ABSENT}
    return _Field(name, _identifier(spec, tagging), not _MAY_BE_ABSENT.isdisjoint(options))


def _identifier(spec: Any, tagging: Mapping[str, Any]) -> int | None:
    if issubclass(spec, core.Any | core.Choice) and not tagging:
        return None
    return int(spec(contents=b"", **tagging).dump()[0])
