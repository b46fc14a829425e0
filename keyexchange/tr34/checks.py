"""Checks that tokens of every kind share."""

from __future__ import annotations

import hmac

from keyexchange.errors import TrustError
from keyexchange.pki import issuer_and_serial, load, load_crl
from keyexchange.pki.der import require_der


def require_signer(identifier: bytes, certificate: bytes, what: str, *, role: str = "KDH") -> None:
    """Make sure that an IssuerAndSerialNumber is a certificate's.

    Raises:
        TrustError: signer_mismatch.
    """
    if identifier != issuer_and_serial(certificate):
        raise TrustError(
            f"{what} names another {role} certificate than the one given",
            category="signer_mismatch",
            hint=f"give the {role} certificate whose issuer and serial number the token names, octet for octet",
        )


def require_answer(nonce: bytes | None, expected: bytes | None) -> None:
    """Make sure that a token answers the receiver's random number.

    Args:
        nonce: the token's.
        expected: what the receiver gave out; nothing is an answer to None.

    Raises:
        TrustError: nonce_mismatch.
    """
    if nonce is None or expected is None or not hmac.compare_digest(nonce, expected):
        raise TrustError(
            "the token does not answer the receiver's random number",
            category="nonce_mismatch",
            hint="have the sender make it again with the random number that the receiver gave out for it",
        )


def require_carried(certificates: tuple[bytes, ...], crls: tuple[bytes, ...]) -> None:
    """Make sure that these are DER certificates and revocation lists.

    Raises:
        FormatError: category der_malformed.
    """
    for certificate in certificates:
        require_der(certificate, "a certificate to carry along")
        load(certificate)
    for crl in crls:
        require_der(crl, "a revocation list to carry along")
        load_crl(crl)
