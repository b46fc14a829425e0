"""Checks that tokens of every kind share."""

from __future__ import annotations

import hmac

from keyexchange import tr31
from keyexchange.errors import FormatError, TrustError
from keyexchange.pki import issuer_and_serial, load, load_crl, rsa_public_key
from keyexchange.pki.der import require_der
from keyexchange.secret import Secret
from keyexchange.tr34.attributes import check_header


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


def require_content(header: str, key: Secret) -> str:
    """Make sure that a key is one of the algorithm that its header names.

    Returns:
        The algorithm letter.

    Raises:
        FormatError: category structure: another length, no private key, no octets at all.
    """
    letter = check_header(header).algorithm
    wrong = tr31.content_violations(letter, key) if len(key) else ("the key has no octets",)
    if wrong:
        raise FormatError(
            f"the token's key does not fit its header: {wrong[0]}",
            category="structure",
            hint="have the sender make the token again with the algorithm of the key in its header",
        )
    return letter


def require_two_certificates(kdh_certificate: bytes, krd_certificate: bytes) -> None:
    """Make sure that the two sides have a key pair each.

    Raises:
        TrustError: purpose_mismatch.
        FormatError: der_malformed; structure: not RSA keys of 2048, 3072 or 4096 bits.
    """
    if rsa_public_key(load(kdh_certificate)) == rsa_public_key(load(krd_certificate)):
        raise one_key_on_both_sides()


def one_key_on_both_sides() -> TrustError:
    """The error of a key pair that signs tokens and receives them."""
    return TrustError(
        "one key pair serves as sender's (KDH) and receiver's (KRD)",
        category="purpose_mismatch",
        hint="have a key pair of its own made and certified for each side",
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
