"""The canonical request: what is signed.

Source: AWS IAM User Guide, "Create a signed AWS API request", "Create a canonical request". Every service but S3
encodes the path once more than it was sent with, after taking out `.`, `..` and empty segments.
"""

from __future__ import annotations

import hashlib
from urllib.parse import quote, unquote

from keyexchange.hsm.apc.protocol import Request

_SIGNATURE = "X-Amz-Signature"


def canonical_request(request: Request, signed_headers: tuple[str, ...]) -> bytes:
    """A request in the form that both sides hash.

    The body's own digest is in it: UNSIGNED-PAYLOAD, which S3 knows, would leave the body to anybody.
    """
    headers = "".join([f"{name}:{_value(request.header_values(name))}\n" for name in signed_headers])
    lines = (
        request.method,
        canonical_path(request.path),
        canonical_query(request.query),
        headers,
        ";".join(signed_headers),
        hashlib.sha256(request.body).hexdigest(),
    )
    return "\n".join(lines).encode()


def canonical_path(path: str) -> str:
    """A path as sent, normalised and encoded once more."""
    if path == "/":
        return path
    if "//" in path or "/." in path:
        path = _normalised(path)
    return quote(path, safe="/~")


def _normalised(path: str) -> str:
    """Without empty and dot segments. Source: RFC 3986, 5.2.4."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in {"", "."}:
            kept.append(segment)
    closing = "/" if kept and path.endswith("/") else ""
    return f"/{'/'.join(kept)}{closing}"


def canonical_query(query: str) -> str:
    """The parameters encoded in one way and sorted, without the signature itself."""
    if not query:
        return ""
    pairs = (part.partition("=") for part in query.split("&") if part)
    encoded = [(_encoded(name), _encoded(value)) for name, _, value in pairs if name != _SIGNATURE]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def _encoded(text: str) -> str:
    return quote(unquote(text), safe="-_.~")


def _value(values: tuple[str, ...]) -> str:
    """A header's value; several headers of one name are joined in the order sent. Runs of blanks count as one."""
    if len(values) == 1:
        return " ".join(values[0].split())
    return ",".join([" ".join(value.split()) for value in values])
