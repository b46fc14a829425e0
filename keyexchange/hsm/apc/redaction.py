"""Requests and answers as they may be logged."""

from __future__ import annotations

from keyexchange.hsm.apc.model import ListShape, MapShape, Shape, StructureShape

BULKY = frozenset({"CertificateType", "EvenHexLengthBetween16And32", "ImportTokenId", "ExportTokenId"})
"""Shapes that the model does not call sensitive and that are of no use in a log: certificates, nonces, tokens."""


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
