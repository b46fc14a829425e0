"""Verification: one comparison, in constant time, and one error."""

from __future__ import annotations

import hmac

from keyexchange.errors import MismatchError


def require_same(expected: str | bytes, given: str | bytes, *, what: str, reason: str) -> None:
    """Refuse a value that is not the expected one, without telling where they differ.

    Args:
        expected, given: both ASCII text, or both octets.
        what: the value, as the message calls it.
        reason: as `MismatchError.reason` calls it.

    Raises:
        MismatchError: they differ, in length too.
    """
    left, right = (value.encode() if isinstance(value, str) else value for value in (expected, given))
    if not hmac.compare_digest(left, right):
        raise MismatchError(f"{what} does not verify", reason=reason)
