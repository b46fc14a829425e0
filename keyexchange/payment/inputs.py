"""Checks of octets that callers hand in. No value ever stands in a message; digits are checked in `digits`."""

from __future__ import annotations

from keyexchange.errors import FormatError


def require_octets(name: str, value: bytes, length: int) -> None:
    """Refuse octets of another length.

    Args:
        name: how the field is called in the message.

    Raises:
        FormatError: category octet_length.
    """
    if len(value) != length:
        raise FormatError(
            f"the {name} has {len(value)} octets instead of {length}",
            category="octet_length",
            hint=f"give the {name} as {2 * length} hex digits",
        )
