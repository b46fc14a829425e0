"""Certificate revocation lists, as far as a chain needs them: complete lists by the certificate's own issuer.

Source: RFC 5280, 5 and 6.3.
"""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from keyexchange.errors import FormatError, TrustError
from keyexchange.pki.certificates import subject_text, time_text


def load_crl(octets: bytes | str) -> x509.CertificateRevocationList:
    """A list from DER or PEM.

    Raises:
        FormatError: category der_malformed.
    """
    raw = octets.encode("utf-8", "replace") if isinstance(octets, str) else octets
    try:
        crl = x509.load_pem_x509_crl(raw) if b"-----BEGIN" in raw else x509.load_der_x509_crl(raw)
        _ = crl.issuer, crl.next_update_utc  # parsed when asked for
    except (ValueError, TypeError, x509.InvalidVersion):
        raise FormatError("this is not a certificate revocation list", category="der_malformed") from None
    return crl


def check_revocation(
    certificate: x509.Certificate, issuer: x509.Certificate, crl: x509.CertificateRevocationList, *, at: datetime
) -> None:
    """Hold a certificate against a list; a list of another issuer says nothing about it.

    Raises:
        TrustError: revoked; crl_expired (its nextUpdate has passed); signature_invalid (the issuer did not sign it).
    """
    if crl.issuer != issuer.subject:
        return
    if not _signed_by(crl, issuer):
        raise TrustError(
            f"the revocation list in the name of {subject_text(issuer)} is not signed by it",
            category="signature_invalid",
        )
    if crl.next_update_utc is not None and crl.next_update_utc < at:
        raise TrustError(
            f"the revocation list of {subject_text(issuer)} was to be replaced on {time_text(crl.next_update_utc)}",
            category="crl_expired",
            hint="get a newer list from the certificate authority",
        )
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is not None:
        raise TrustError(
            f"the certificate of {subject_text(certificate)} was revoked on {time_text(entry.revocation_date_utc)}",
            category="revoked",
            hint="have a new certificate issued; do not use keys that were sent under the revoked one",
        )


def _signed_by(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    try:
        key = issuer.public_key()
        return isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) and crl.is_signature_valid(key)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
