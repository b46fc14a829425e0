"""PKCS#10 certification requests. Source: RFC 2986."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from keyexchange.errors import FormatError, TrustError


def load_csr(octets: bytes | str) -> x509.CertificateSigningRequest:
    """A certification request from DER or PEM, with its proof of possession verified.

    Raises:
        FormatError: category der_malformed.
        TrustError: category signature_invalid: it was not signed with the private key of the key that it holds.
    """
    raw = octets.encode("utf-8", "replace") if isinstance(octets, str) else octets
    pem = b"-----BEGIN" in raw
    try:
        csr = x509.load_pem_x509_csr(raw) if pem else x509.load_der_x509_csr(raw)
        _ = csr.subject  # parsed when asked for
        proven = csr.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        raise FormatError(
            "this is not a certification request",
            category="der_malformed",
            hint="give a PKCS#10 request as DER or PEM",
        ) from None
    if not proven:
        raise TrustError(
            "the certification request is not signed by the key that it asks a certificate for",
            category="signature_invalid",
            hint="make the request again at the device that holds the private key",
        )
    return csr
