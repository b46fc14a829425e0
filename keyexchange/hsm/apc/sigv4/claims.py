"""What a request says of its own signature, in either form; nothing here is believed yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from keyexchange.hsm.apc.errors import ApiError
from keyexchange.hsm.apc.protocol import Request
from keyexchange.hsm.apc.sigv4.refusals import incomplete, invalid, missing

ALGORITHM = "AWS4-HMAC-SHA256"
LONGEST_LIFE = 604_800
"""Seconds: X-Amz-Expires is a week at most."""
LONGEST_KEPT = 512
"""Characters of what is kept before anybody has shown who he is."""
_TIME = re.compile(r"\d{8}T\d{6}Z")
_SECONDS = re.compile(r"[0-9]{1,10}")
_LAST_FIELD = ", Signature="
_HEADER_FIELDS = ("Credential", "Signature", "SignedHeaders")
_QUERY_FIELDS = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")


class Claims(NamedTuple):
    """One request's signature as it was sent.

    Args:
        credential: access key id and scope, "AKID/20260101/us-east-1/service/aws4_request".
        signed_headers: names in lower case, as sent.
        signature: hex digits.
        stamp: when it was signed, "20260101T120000Z".
        signed_at: the same, aware.
        token: session token, or None.
        lifetime: seconds from `signed_at`, of a presigned URL that says so; None for the usual quarter of an hour.
    """

    credential: str
    signed_headers: tuple[str, ...]
    signature: str
    stamp: str
    signed_at: datetime
    token: str | None
    lifetime: int | None


def read_claims(request: Request) -> Claims:
    """The signature in the Authorization header, or in the query.

    Raises:
        ApiError: MissingAuthenticationTokenException, IncompleteSignatureException, InvalidSignatureException.
    """
    header = request.header("authorization")
    if "X-Amz-Algorithm" not in request.query:
        return _from_header(request, header)
    query = parameters(request.query)
    if "X-Amz-Algorithm" not in query:
        return _from_header(request, header)
    if header:
        raise invalid("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
    return _from_query(query)


def parameters(query: str) -> dict[str, str]:
    """Query parameters, decoded; of two with one name the last."""
    pairs = (part.partition("=") for part in query.split("&") if part)
    return {unquote(name): unquote(value) for name, _, value in pairs}


def _from_header(request: Request, header: str | None) -> Claims:
    if not header:
        raise missing()
    before, _, signature = header.rpartition(_LAST_FIELD)
    if not signature.isalnum():  # not where every client has it, or not whole: read with the others
        before, signature = header, ""
    read = _fields if len(before) <= LONGEST_KEPT else _fields.__wrapped__
    credential, names, among = read(before, whole=not signature)
    stamp, signed_at = _header_date(request)
    return Claims(
        credential=credential,
        signed_headers=names,
        signature=signature or among,
        stamp=stamp,
        signed_at=signed_at,
        token=request.header("x-amz-security-token"),
        lifetime=None,
    )


@lru_cache(256)
def _fields(header: str, *, whole: bool) -> tuple[str, tuple[str, ...], str]:
    """Credential, signed headers and signature in an Authorization header; kept, for all but the signature is the same
    in all requests of a client.

    Args:
        whole: whether the signature is among them; otherwise it was taken off.
    """
    algorithm, _, rest = header.partition(" ")
    if algorithm != ALGORITHM:
        raise incomplete(f"Unsupported AWS 'algorithm' in the Authorization header (only {ALGORITHM} for now).")
    fields = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    wanted = _HEADER_FIELDS if whole else tuple(name for name in _HEADER_FIELDS if name != "Signature")
    _require(fields, wanted, "Authorization header requires '{}' parameter.", "")
    return fields["Credential"], _names(fields["SignedHeaders"]), fields.get("Signature", "")


def _from_query(query: Mapping[str, str]) -> Claims:
    closing = " Re-examine the query-string parameters."
    _require(query, _QUERY_FIELDS, "AWS query-string parameters must include '{}'.", closing)
    if query["X-Amz-Algorithm"] != ALGORITHM:
        raise incomplete(f"Unsupported AWS 'algorithm' in the query string (only {ALGORITHM} for now).")
    stamp = query["X-Amz-Date"]
    return Claims(
        credential=query["X-Amz-Credential"],
        signed_headers=_names(query["X-Amz-SignedHeaders"]),
        signature=query["X-Amz-Signature"],
        stamp=stamp,
        signed_at=_moment(stamp),
        token=query.get("X-Amz-Security-Token"),
        lifetime=_lifetime(query.get("X-Amz-Expires")),
    )


def _require(fields: Mapping[str, str], names: tuple[str, ...], sentence: str, closing: str) -> None:
    absent = [sentence.format(name) for name in names if not fields.get(name)]
    if absent:
        raise incomplete(" ".join(absent) + closing)


def _names(signed_headers: str) -> tuple[str, ...]:
    return tuple(signed_headers.lower().split(";"))


def _header_date(request: Request) -> tuple[str, datetime]:
    """The time in X-Amz-Date, else in Date, which may also have HTTP's own form.

    Source: IAM User Guide, "Elements of an AWS API request signature", "Date"; RFC 9110, 5.6.7.
    """
    stamp = request.header("x-amz-date") or request.header("date")
    if not stamp:
        raise incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if "," in stamp or " " in stamp:
        moment = _http_date(stamp)
        return moment.strftime("%Y%m%dT%H%M%SZ"), moment
    return stamp, _moment(stamp)


def _http_date(text: str) -> datetime:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        raise _not_a_date() from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@lru_cache(64)
def _moment(stamp: str) -> datetime:
    if not _TIME.fullmatch(stamp):
        raise _not_a_date()
    try:
        return datetime.fromisoformat(stamp)
    except ValueError:
        raise _not_a_date() from None


def _not_a_date() -> ApiError:
    return incomplete("Date must be in ISO-8601 'basic format'. See http://en.wikipedia.org/wiki/ISO_8601")


def _lifetime(text: str | None) -> int | None:
    if text is None:
        return None
    if not _SECONDS.fullmatch(text):
        raise incomplete("X-Amz-Expires should be a number of seconds")
    if not 1 <= int(text) <= LONGEST_LIFE:
        raise incomplete(f"X-Amz-Expires must be at least 1 second and less than a week ({LONGEST_LIFE} seconds)")
    return int(text)
