"""What may be shown of a request or an answer: by the service model's own `sensitive` marks, and a little more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.model import Shape

_ALSO_HIDDEN = frozenset(
    {
        *("CertificateType", "CsrBlob", "CertificateBody"),
        *("EvenHexLengthBetween16And32", "ImportTokenId", "ExportTokenId"),
    }
)
"""Shapes without the mark: those that are long (certificates, requests for them), and those that are good for one
exchange only (the nonce, and the tokens that name AWS's key pair)."""


def redact(shape: Shape | None, value: Any) -> Any:
    """A copy of a value in which everything sensitive is `<n characters>`.

    Args:
        shape: botocore's shape of the value; None for an operation without input or output.
        value: request parameters or an answer. Members that the shape does not know are left out.
    """
    if shape is None:
        return {}
    if shape.metadata.get("sensitive") or shape.name in _ALSO_HIDDEN:
        return f"<{len(value)} characters>" if isinstance(value, str | bytes) else "<hidden>"
    if isinstance(value, Mapping):
        members: Mapping[str, Shape] = getattr(shape, "members", {})
        return {name: redact(members[name], inner) for name, inner in value.items() if name in members}
    if isinstance(value, list | tuple):
        member: Shape | None = getattr(shape, "member", None)
        return [redact(member, inner) for inner in value]
    return value
