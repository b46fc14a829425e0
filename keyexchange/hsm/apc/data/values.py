"""Small readers of what requests hold. The model has checked patterns and lengths already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.protocol import Values

T = TypeVar("T")


def chosen(union: Values, table: Mapping[str, T], member: str) -> tuple[T, Any]:
    """The row of a table for the member of a union that is there, and that member.

    Args:
        member: the union's name in the request.

    Raises:
        ApiError: ValidationException: a member that only a newer model than this program knows.
    """
    for name, row in table.items():
        if name in union:
            return row, union[name]
    raise validation(f"{member} has a member that is not served by this endpoint")


def octets(text: str) -> bytes:
    """Hexadecimal digits as octets."""
    return bytes.fromhex(text)


def even_octets(member: str, text: str) -> bytes:
    """The octets of a member whose pattern allows an odd number of digits.

    Raises:
        ApiError: ValidationException: there is an odd number of them.
    """
    if len(text) % 2:
        raise validation(f"{member} must have an even number of hexadecimal digits")
    return bytes.fromhex(text)


def hexadecimal(data: bytes) -> str:
    """Octets as the service writes them: upper case."""
    return data.hex().upper()
