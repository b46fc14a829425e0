"""Certificate revocation lists, as far as a chain needs them: complete lists by the certificate's own issuer.

Laws of this file:

- every list in an issuer's name must be signed by it, and what any of them revokes is revoked;
- an authority that changes its key has lists by either. A list by its other key revokes, since that errs on the safe
  side, and says of nobody that he is not revoked: two authorities may have one name;
- who signed a list is found out once and kept; what it says, and whether it is outdated, is looked up at every call;
- only a list that is complete, has begun and is not outdated says that a certificate is *not* revoked. An outdated
  one may do so when the caller allows it, and then that is reported.

Source: RFC 5280, 5 and 6.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from keyexchange.errors import FormatError, TrustError
from keyexchange.pki.certificates import serial_number, subject_text, time_text

_KEPT = 16
"""How many lists, and pairs of list and issuer, are kept: few authorities are in use, and lists can be long."""
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


@dataclass(frozen=True, eq=False)
class RevocationList:
    """A list with what is asked of it at every check; the same octets give the same object as long as it is kept.

    Args:
        crl: the list.
        issuer: its name.
        this_update: when it was made.
        next_update: when it is to be replaced; the end of time when it does not say.
        complete: neither a delta nor of some certificates only, which a critical extension would say.
    """

    crl: x509.CertificateRevocationList
    issuer: x509.Name
    this_update: datetime
    next_update: datetime
    complete: bool


def load_crl(octets: bytes | str) -> x509.CertificateRevocationList:
    """A list from DER or PEM.

    Raises:
        FormatError: category der_malformed.
    """
    return read_list(octets).crl


def read_list(octets: bytes | str) -> RevocationList:
    """A list from DER or PEM, for `check_revocation`.

    Raises:
        FormatError: category der_malformed.
    """
    return _read(octets.encode("utf-8", "replace") if isinstance(octets, str) else bytes(octets))


@lru_cache(maxsize=_KEPT)
def _read(raw: bytes) -> RevocationList:
    try:
        crl = x509.load_pem_x509_crl(raw) if b"-----BEGIN" in raw else x509.load_der_x509_crl(raw)
        complete = not any(extension.critical for extension in crl.extensions)
        return RevocationList(crl, crl.issuer, crl.last_update_utc, crl.next_update_utc or _NEVER, complete)
    except (ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise FormatError("this is not a certificate revocation list", category="der_malformed") from None


def check_revocation(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    lists: Sequence[RevocationList],
    *,
    at: datetime,
    allow_outdated: bool = False,
    others: Sequence[x509.Certificate] = (),
) -> Revocation:
    """Hold a certificate against lists; those of other issuers say nothing about it.

    A list without nextUpdate is never outdated.

    Args:
        allow_outdated: rely on an outdated list when there is no other; the newest is taken.
        others: trusted certificates of the same authority for other keys of it.

    Raises:
        TrustError: revoked; crl_expired (only outdated lists, and not allowed); crl_not_yet_valid (only lists from
            the future); signature_invalid (no key of the issuer signed a list in its name); purpose_mismatch (the
            issuer's certificate does not allow it to sign lists).

    Source: RFC 5280, 6.3.3.
    """
    own = [each for each in lists if _is_in_its_name(each, issuer)]
    complete = [each for each in own if _is_by(each, issuer, others) and each.complete]
    for each in own:
        _require_absence(certificate, each.crl)
    if not complete:
        return Revocation(listed=False)
    begun = [each.next_update for each in complete if each.this_update <= at]
    if not begun:
        raise _not_begun(issuer, min(each.this_update for each in complete))
    return _by_newest(issuer, max(begun), at, allow_outdated=allow_outdated)


def _by_newest(issuer: x509.Certificate, newest: datetime, at: datetime, *, allow_outdated: bool) -> Revocation:
    """Args: newest: the latest nextUpdate of the lists relied upon."""
    if newest >= at:
        return Revocation(listed=True)
    if not allow_outdated:
        raise TrustError(
            f"the revocation list of {subject_text(issuer)} was to be replaced on {time_text(newest)}",
            category="crl_expired",
            hint="get a newer list from the certificate authority",
        )
    return Revocation(listed=True, outdated=OutdatedList(subject_text(issuer), newest))


def _not_begun(issuer: x509.Certificate, begins: datetime) -> TrustError:
    return TrustError(
        f"the revocation list of {subject_text(issuer)} says that it was made on {time_text(begins)}, in the future",
        category="crl_not_yet_valid",
        hint="compare the clock of this machine with the authority's, and get the list that is valid now",
    )


def _is_by(crl: RevocationList, issuer: x509.Certificate, others: Sequence[x509.Certificate]) -> bool:
    """Whether the issuer's own key signed a list in its name; if not, one of the others must have.

    Raises:
        TrustError: signature_invalid, purpose_mismatch.
    """
    if _signed_by(crl, issuer):
        if not _may_sign_lists(issuer):
            raise TrustError(
                f"the key of {subject_text(issuer)} may not sign revocation lists: its keyUsage lacks cRLSign",
                category="purpose_mismatch",
                hint="have the authority's certificate issued with cRLSign, or leave the list out",
            )
        return True
    if not any(_signed_by(crl, other) for other in others):
        raise TrustError(
            f"the revocation list in the name of {subject_text(issuer)} is not signed by it",
            category="signature_invalid",
            hint="get the list from the authority itself; after a change of its key, trust both of its certificates",
        )
    return False


def _entry_of(serial: int, crl: x509.CertificateRevocationList) -> x509.RevokedCertificate | None:
    if serial < 0:  # which the quick way refuses with a ValueError
        return next((entry for entry in crl if entry.serial_number == serial), None)
    return crl.get_revoked_certificate_by_serial_number(serial)


def _require_absence(certificate: x509.Certificate, crl: x509.CertificateRevocationList) -> None:
    entry = _entry_of(serial_number(certificate), crl)
    if entry is not None:
        raise TrustError(
            f"the certificate of {subject_text(certificate)} was revoked on {time_text(entry.revocation_date_utc)}",
            category="revoked",
            hint="have a new certificate issued; do not use keys that were sent under the revoked one",
        )


@lru_cache(maxsize=_KEPT)
def _is_in_its_name(crl: RevocationList, issuer: x509.Certificate) -> bool:
    return crl.issuer == issuer.subject


@lru_cache(maxsize=_KEPT)
def _signed_by(crl: RevocationList, issuer: x509.Certificate) -> bool:
    try:
        key = issuer.public_key()
        return isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) and crl.crl.is_signature_valid(key)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


@lru_cache(maxsize=_KEPT)
def _may_sign_lists(issuer: x509.Certificate) -> bool:
    """Source: RFC 5280, 6.3.3 (f): cRLSign, when there is a keyUsage."""
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return False
