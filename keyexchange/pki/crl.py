"""Certificate revocation lists, as far as a chain needs them: complete lists by the certificate's own issuer.

Laws of this file:

- every list in an issuer's name must be signed by it, and what any of them revokes is revoked;
- only a list that is complete and not outdated says that a certificate is *not* revoked. An outdated one may do so
  when the caller allows it, and then that is reported.

Source: RFC 5280, 5 and 6.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from keyexchange.errors import FormatError, TrustError
from keyexchange.pki.certificates import subject_text, time_text

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class OutdatedList:
    """A list that was relied upon after its nextUpdate, because the caller allowed it.

    Args:
        issuer: its issuer's name, printable.
        next_update: when it was to be replaced.
    """

    issuer: str
    next_update: datetime


@dataclass(frozen=True)
class Revocation:
    """What the lists said about a certificate that none of them revokes.

    Args:
        listed: a complete list of its issuer was relied upon; without one, nothing is known.
        outdated: the list relied upon, when it was outdated.
    """

    listed: bool
    outdated: OutdatedList | None = None


def load_crl(octets: bytes | str) -> x509.CertificateRevocationList:
    """A list from DER or PEM.

    Raises:
        FormatError: category der_malformed.
    """
    raw = octets.encode("utf-8", "replace") if isinstance(octets, str) else octets
    try:
        crl = x509.load_pem_x509_crl(raw) if b"-----BEGIN" in raw else x509.load_der_x509_crl(raw)
        _ = crl.issuer, crl.next_update_utc, crl.extensions  # parsed when asked for
    except (ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise FormatError("this is not a certificate revocation list", category="der_malformed") from None
    return crl


def check_revocation(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    lists: Sequence[x509.CertificateRevocationList],
    *,
    at: datetime,
    allow_outdated: bool = False,
) -> Revocation:
    """Hold a certificate against lists; those of other issuers say nothing about it.

    A list without nextUpdate is never outdated.

    Args:
        allow_outdated: rely on an outdated list when there is no other; the newest is taken.

    Raises:
        TrustError: revoked; crl_expired (only outdated lists, and not allowed); signature_invalid (the issuer did not
            sign a list in its name).
    """
    own = [crl for crl in lists if crl.issuer == issuer.subject]
    for crl in own:
        _require_signature(crl, issuer)
        _require_absence(certificate, crl)
    # A critical extension says that the list is a delta, or is of some certificates only.
    complete = [crl for crl in own if not any(extension.critical for extension in crl.extensions)]
    if not complete:
        return Revocation(listed=False)
    newest = max(crl.next_update_utc or _NEVER for crl in complete)
    if newest >= at:
        return Revocation(listed=True)
    if not allow_outdated:
        raise TrustError(
            f"the revocation list of {subject_text(issuer)} was to be replaced on {time_text(newest)}",
            category="crl_expired",
            hint="get a newer list from the certificate authority",
        )
    return Revocation(listed=True, outdated=OutdatedList(subject_text(issuer), newest))


def _require_signature(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> None:
    if not _signed_by(crl, issuer):
        raise TrustError(
            f"the revocation list in the name of {subject_text(issuer)} is not signed by it",
            category="signature_invalid",
        )


def _require_absence(certificate: x509.Certificate, crl: x509.CertificateRevocationList) -> None:
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
