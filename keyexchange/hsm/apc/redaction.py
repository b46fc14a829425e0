"""Requests and answers as they may be logged, and as the audit trail shows them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from keyexchange.hsm.apc.model import ListShape, MapShape, Shape, StructureShape

BULKY = frozenset({"CertificateType", "EvenHexLengthBetween16And32", "ImportTokenId", "ExportTokenId"})
"""Shapes that the model does not call sensitive and that are of no use in a log: certificates, nonces, tokens."""

HIDDEN = "*** Sensitive Data Redacted ***"
"""Source: AWS Payment Cryptography User Guide, "Logging AWS Payment Cryptography API calls using AWS CloudTrail"."""
_CERTIFICATE = "CertificateType"


def redact(shape: Shape, value: object) -> object:
    """A copy of a value in which key material and everything the model marks `sensitive` is only a length.

    Members that the shape does not know are left out: what we cannot name we do not log.
    """
    if shape.metadata.get("sensitive") or shape.name in BULKY:
        return f"<{len(value)} characters>" if isinstance(value, str) else "<redacted>"
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {name: redact(shape.members[name], member) for name, member in value.items() if name in shape.members}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [redact(shape.member, member) for member in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {"<key>": f"<{len(value)} entries>"}
    return value if isinstance(value, (str, bool, int, float, type(None))) else "<not of this shape>"


Show = Callable[[object], object]


def for_audit(shape: Shape) -> Show:
    """Compile a shape into what makes the audit trail's copy of a value.

    Everything the model marks `sensitive` is hidden, with all that is inside it. A certificate is its SHA-256, because
    what was sent as one may be anything. Members are spelled as CloudTrail spells them; those that the shape does not
    know are left out, and what is not of the shape is hidden.
    """
    if shape.metadata.get("sensitive"):
        return _hide
    if shape.name == _CERTIFICATE:
        return _digest
    if isinstance(shape, StructureShape):
        return _structure(shape)
    if isinstance(shape, ListShape):
        return _list(shape)
    if isinstance(shape, MapShape):
        return _hide  # the model's one map is of sensitive names and values
    return _plain


def _hide(_: object) -> object:
    return HIDDEN


def _digest(value: object) -> object:
    return f"sha256:{hashlib.sha256(value.encode()).hexdigest()}" if isinstance(value, str) else HIDDEN


def _structure(shape: StructureShape) -> Show:
    members = {name: (name[:1].lower() + name[1:], for_audit(member)) for name, member in shape.members.items()}
    plain = {name: written for name, (written, show_member) in members.items() if show_member is _plain}

    def show(value: object) -> object:
        if not isinstance(value, dict):
            return HIDDEN
        shown = {}
        for name, member in value.items():
            if name in plain and type(member) in _THEMSELVES:  # as nearly all are: no call
                shown[plain[name]] = member
            elif name in members and member is not None:
                written, show_member = members[name]
                shown[written] = show_member(member)
        return shown

    return show


_THEMSELVES = frozenset({str, bool})
"""What `_plain` shows as it is, and most members are."""


def _list(shape: ListShape) -> Show:
    show_member = for_audit(shape.member)
    return lambda value: [show_member(each) for each in value] if isinstance(value, list) else HIDDEN


def _plain(value: object) -> object:
    if isinstance(value, (str, bool, int, float, type(None))):
        return value
    return _time(value.replace(microsecond=0)) if isinstance(value, datetime) else HIDDEN


@lru_cache(4)
def _time(value: datetime) -> str:
    """As the guide's example has it: "May 27, 2024, 7:49:54 PM". One answer names the same second more than once."""
    hour = value.hour % 12 or 12
    return f"{value:%b} {value.day}, {value.year}, {hour}:{value:%M:%S %p}"
