"""The check itself."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from keyexchange.hsm.apc.protocol import Request
from keyexchange.hsm.apc.sigv4.canonical import canonical_request
from keyexchange.hsm.apc.sigv4.claims import ALGORITHM, LONGEST_KEPT, Claims, read_claims
from keyexchange.hsm.apc.sigv4.refusals import incomplete, invalid, unrecognized
from keyexchange.secret import Secret

MAXIMUM_SKEW = timedelta(minutes=15)
_CACHED_KEYS = 64
_REGION = re.compile(r"[a-z]{2}-[a-z]{1,16}-[0-9]+")
_TERMINATOR = "aws4_request"


@dataclass(frozen=True)
class Credentials:
    """An access key pair that is let in.

    Args:
        session_token: of temporary credentials; every request has to bring it.
    """

    access_key_id: str
    secret_access_key: Secret
    session_token: Secret | None = None


class Caller(NamedTuple):
    """Who signed, and for which region."""

    access_key_id: str
    region: str


class _Scope(NamedTuple):
    """The credential scope: `<access key>/<yyyymmdd>/<region>/<service>/aws4_request`."""

    access_key_id: str
    date: str
    region: str
    service: str

    @property
    def text(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/{_TERMINATOR}"


Find = Callable[[str], Credentials | None]
"""The pair of an access key id, if there is one."""


class Verifier:
    """Checks the signatures of requests to one service.

    Args:
        service: the service's signing name.
        clock: gives aware times.
    """

    def __init__(self, service: str, clock: Callable[[], datetime]) -> None:
        self._service = service
        self._clock = clock
        self._keys: dict[_Scope, tuple[Credentials, _SigningKey]] = {}
        self._scopes: dict[tuple[str, str], _Scope] = {}

    def verify(self, request: Request, find: Find) -> Caller:
        """Who sent this.

        Args:
            request: whole.
            find: knows the pairs that are let in.

        Raises:
            ApiError: MissingAuthenticationTokenException, IncompleteSignatureException, UnrecognizedClientException,
                InvalidSignatureException; always before the body is looked at.
        """
        claims = read_claims(request)
        self._require_fresh(claims)
        _require_signed(request, claims.signed_headers)
        scope = self._scope(claims)
        credentials = find(scope.access_key_id)
        if credentials is None:
            raise unrecognized()
        canonical = canonical_request(request, claims.signed_headers)
        to_sign = f"{ALGORITHM}\n{claims.stamp}\n{scope.text}\n{hashlib.sha256(canonical).hexdigest()}"
        expected = self._signing_key(credentials, scope).mac(to_sign.encode()).hex()
        if not hmac.compare_digest(expected.encode(), claims.signature.encode()):
            raise invalid(
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
                "Access Key and signing method. Consult the service documentation for details."
            )
        _require_token(claims, credentials)
        return Caller(scope.access_key_id, scope.region)

    def _require_fresh(self, claims: Claims) -> None:
        now = self._clock()
        if claims.signed_at > now + MAXIMUM_SKEW:
            limit = f"{_stamp(now + MAXIMUM_SKEW)} ({_stamp(now)} + 15 min.)"
            raise invalid(f"Signature not yet current: {claims.stamp} is still later than {limit}")
        life = MAXIMUM_SKEW if claims.lifetime is None else timedelta(seconds=claims.lifetime)
        if claims.signed_at + life < now:
            margin = "15 min." if claims.lifetime is None else f"{claims.lifetime} sec."
            limit = f"{_stamp(now - life)} ({_stamp(now)} - {margin})"
            raise invalid(f"Signature expired: {claims.stamp} is now earlier than {limit}")

    def _scope(self, claims: Claims) -> _Scope:
        """The scope, if it is right; kept, for a client's requests of a day have one."""
        place = (claims.credential, claims.stamp[:8])
        scope = self._scopes.get(place)
        if scope is None:
            scope = self._read_scope(claims)
            if len(self._scopes) >= _CACHED_KEYS:
                self._scopes.clear()
            if len(claims.credential) <= LONGEST_KEPT:
                self._scopes[place] = scope
        return scope

    def _read_scope(self, claims: Claims) -> _Scope:
        parts = claims.credential.split("/")
        if len(parts) != 5:
            raise incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term"
            )
        scope = _Scope(*parts[:4])
        wrong = [text for text, right in self._scope_checks(scope, parts[4], claims) if not right]
        if wrong:
            raise invalid(" ".join(wrong))
        return scope

    def _scope_checks(self, scope: _Scope, terminator: str, claims: Claims) -> tuple[tuple[str, bool], ...]:
        date = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP."
        return (
            ("Credential should be scoped to a valid region.", bool(_REGION.fullmatch(scope.region))),
            (f"Credential should be scoped to correct service: '{self._service}'.", scope.service == self._service),
            (f"Credential should be scoped with a valid terminator: '{_TERMINATOR}'.", terminator == _TERMINATOR),
            (date, claims.stamp[:8] == scope.date),
        )

    def _signing_key(self, credentials: Credentials, scope: _Scope) -> _SigningKey:
        """The signing key of a day, region and service. Kept with its pair: another secret makes another key."""
        kept = self._keys.get(scope)
        if kept is not None and kept[0] is credentials:
            return kept[1]
        octets = b"AWS4" + credentials.secret_access_key.reveal()
        for part in scope.text.split("/"):
            octets = hmac.digest(octets, part.encode(), "sha256")
        key = _SigningKey(octets)
        if len(self._keys) >= _CACHED_KEYS:
            self._keys.clear()
        self._keys[scope] = credentials, key
        return key


class _SigningKey:
    """HMAC-SHA-256 under one key, with both hashes begun: a third of the time of `hmac.digest`, which begins them anew.

    Source: RFC 2104, clause 2 (the two pads) and clause 4 (keeping what is made of the key).

    Args:
        octets: no more than a block of SHA-256.
    """

    def __init__(self, octets: bytes) -> None:
        padded = octets.ljust(hashlib.sha256().block_size, b"\0")
        self._inner = hashlib.sha256(bytes(each ^ 0x36 for each in padded))
        self._outer = hashlib.sha256(bytes(each ^ 0x5C for each in padded))

    def mac(self, text: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text)
        outer.update(inner.digest())
        return outer.digest()


def _require_signed(request: Request, signed_headers: tuple[str, ...]) -> None:
    """`Host` and every `X-Amz-` header must be among the signed ones."""
    if "host" not in signed_headers:
        raise invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    loose = [name for name, _ in request.headers if name not in signed_headers and name.startswith("x-amz-")]
    if loose:
        names = ", ".join(sorted(set(loose)))
        raise invalid(f"There were headers present in the request which were not signed: {names}")


def _require_token(claims: Claims, credentials: Credentials) -> None:
    """Temporary credentials bring their token, permanent ones none."""
    own = credentials.session_token
    sent = Secret(claims.token.encode()) if claims.token else None
    if own != sent:
        raise unrecognized()


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
