"""RT-KRD, the random number token: what the receiver gives out and a two-pass token answers.

Source: X9 TR 34-2019, Annex B.12: a bare Attribute, not in a SignedData.
"""

from __future__ import annotations

from keyexchange.errors import FormatError
from keyexchange.pki.der import require_der
from keyexchange.tr34.attributes import encode_nonce, nonce_of

_WHAT = "the random number token"
_SHORTEST = 8
"""Octets. Source: APC API reference, RandomNonce; of fewer, two would soon be equal."""


def build_random_number(nonce: bytes) -> bytes:
    """RT-KRD, DER, for a random number of 8 octets or more.

    Raises:
        FormatError: category structure: too short.
    """
    _require_length(nonce)
    return encode_nonce(nonce)


def read_random_number(octets: bytes) -> bytes:
    """The random number of an RT-KRD.

    Raises:
        FormatError: der_malformed or structure.
    """
    require_der(octets, _WHAT)
    nonce = nonce_of(octets, _WHAT)
    _require_length(nonce)
    return nonce


def _require_length(nonce: bytes) -> None:
    if len(nonce) < _SHORTEST:
        raise FormatError(
            f"{_WHAT} has {len(nonce)} octets of random, fewer than {_SHORTEST}",
            category="structure",
            hint="have the receiver give out 8 to 16 random octets",
        )
