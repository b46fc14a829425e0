"""Pages of a listing."""

from __future__ import annotations

import base64
import binascii

from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.protocol import Values

DEFAULT_PAGE = 50
"""Source: APC API reference, MaxResults: 1 to 100, 50 when absent."""


def page_size(request: Values) -> int:
    """How many items the caller wants at most."""
    return int(request.get("MaxResults", DEFAULT_PAGE))


def position(request: Values, listing: str) -> str:
    """Where the page begins: what `next_token` was made from; empty for the first page.

    Raises:
        ApiError: ValidationException: not a token of this listing.
    """
    token = request.get("NextToken")
    if token is None:
        return ""
    try:
        kind, _, place = base64.urlsafe_b64decode(token.encode("ascii")).decode().partition(":")
    except (binascii.Error, UnicodeError):
        kind, place = "", ""
    if kind != listing or not place:
        raise validation("NextToken is not valid")
    return place


def with_next_token(values: Values, listing: str, following: object) -> Values:
    """An answer with the token of the following page, when there is one."""
    if following is None:
        return values
    return {**values, "NextToken": base64.urlsafe_b64encode(f"{listing}:{following}".encode()).decode()}
