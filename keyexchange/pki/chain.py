"""From a certificate up to one that is trusted.

Laws of this file:

- only an anchor is trusted because it was handed in as one; every other issuer must be a CA by its own extensions.
  A leaf may have no extensions at all, so a certificate without any never issues another;
- of several issuers that fit, an anchor is preferred, then one that is in date. Nothing is tried twice, so foreign
  certificates cannot make the search long;
- what follows from the octets of certificates alone (who signed which, what an issuer may do) is found out once and
  kept; dates, revocation lists and who is trusted are judged at every call.

Not checked: name constraints and policies (an issuer that marks them critical is refused).

Source: RFC 5280, 6.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from keyexchange.errors import TrustError
from keyexchange.pki.certificates import load, subject_text, time_text, to_der
from keyexchange.pki.crl import OutdatedList, check_revocation, read_list
from keyexchange.pki.purpose import Allowance, Purpose, allows, require_purpose

_LONGEST_PATH = 8
_KEPT = 512
"""How many pairs of certificates are remembered."""
_UNDERSTOOD = frozenset(
    {
        x509.BasicConstraints.oid,
        x509.KeyUsage.oid,
        x509.ExtendedKeyUsage.oid,
        x509.SubjectKeyIdentifier.oid,
        x509.AuthorityKeyIdentifier.oid,
    }
)


@dataclass(frozen=True)
class ChainReport:
    """A chain that holds, and what a careful reader should know about it.

    Args:
        path: subjects from the leaf to the anchor, printable.
        unlisted: those below the anchor for which no complete revocation list was at hand: nothing is known of them.
        outdated: lists relied upon after their time, because the caller allowed it.
        allowances: what else was put up with, because the caller allowed it.
    """

    path: tuple[str, ...]
    unlisted: tuple[str, ...]
    outdated: tuple[OutdatedList, ...]
    allowances: tuple[Allowance, ...] = ()


def verify_chain(
    leaf: bytes,
    issuers: Sequence[bytes],
    anchors: Sequence[bytes],
    *,
    at: datetime,
    crls: Sequence[bytes] = (),
    allow_outdated_crls: bool = False,
    purpose: Purpose | None = None,
    allow_other_purpose: bool = False,
) -> ChainReport:
    """Verify that a certificate chains to an anchor, is in date all the way, and is on no list given.

    A leaf that is itself an anchor is trusted when it is in date and, if it names itself as issuer, signed by itself.

    Args:
        leaf: DER (PEM and base64 are read too), like all others.
        issuers: certificates that may stand between, in any order; not trusted by themselves.
        anchors: certificates that are trusted.
        at: the moment to judge dates by; aware.
        crls: DER; lists by issuers outside the path are ignored.
        allow_outdated_crls: rely on a list after its nextUpdate when there is no other; the result then says so.
        purpose: what the leaf must be for, when it says what it is for; anything when absent.
        allow_other_purpose: take a leaf that is for something else; the result then says so.

    Raises:
        TrustError: chain_untrusted, expired (or not yet valid), revoked, crl_expired, signature_invalid (of a list),
            purpose_mismatch.
        FormatError: category der_malformed.
    """
    trusted = [load(anchor) for anchor in anchors]
    path = _climb(load(leaf), [load(issuer) for issuer in issuers], trusted, at)
    for certificate in path:
        _check_dates(certificate, at)
    for below, issuer in enumerate(path[1:]):
        _check_issuer(issuer, below=below, anchor=issuer in trusted)
    allowances = _judge_purpose(to_der(path[0]), purpose, allow_other=allow_other_purpose)
    report = _hold_against_lists(path, crls, at, allow_outdated=allow_outdated_crls)
    return replace(report, allowances=allowances)


def _judge_purpose(leaf: bytes, purpose: Purpose | None, *, allow_other: bool) -> tuple[Allowance, ...]:
    if purpose is None or allows(leaf, purpose):
        return ()
    if not allow_other:
        require_purpose(leaf, purpose)
    return (Allowance.OTHER_PURPOSE,)


def _hold_against_lists(
    path: list[x509.Certificate], crls: Sequence[bytes], at: datetime, *, allow_outdated: bool
) -> ChainReport:
    lists = [read_list(crl) for crl in crls]
    answers = [
        (certificate, check_revocation(certificate, issuer, lists, at=at, allow_outdated=allow_outdated))
        for certificate, issuer in pairwise(path)
    ]
    return ChainReport(
        path=tuple(subject_text(certificate) for certificate in path),
        unlisted=tuple(subject_text(certificate) for certificate, answer in answers if not answer.listed),
        outdated=tuple(answer.outdated for _, answer in answers if answer.outdated is not None),
    )


def _climb(
    leaf: x509.Certificate, issuers: list[x509.Certificate], anchors: list[x509.Certificate], at: datetime
) -> list[x509.Certificate]:
    """The certificates from the leaf to the anchor, both included; signatures verified, nothing else."""
    path = [leaf]
    candidates = anchors + sorted(issuers, key=lambda issuer: not _in_date(issuer, at))
    while path[-1] not in anchors and len(path) < _LONGEST_PATH:
        issuer = next((c for c in candidates if c not in path and _issued(path[-1], c)), None)
        if issuer is None:
            break
        path.append(issuer)
    top = path[-1]
    if top not in anchors:
        raise _untrusted(f"nobody trusted here has issued the certificate of {subject_text(top)}")
    if top.issuer == top.subject and not _issued(top, top):
        raise _untrusted(f"the certificate of {subject_text(top)} names itself as issuer but did not sign itself")
    return path


@lru_cache(maxsize=_KEPT)
def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether name and signature fit. `cryptography` refuses SHA-1 and older by itself."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def _in_date(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def _check_dates(certificate: x509.Certificate, at: datetime) -> None:
    if at > certificate.not_valid_after_utc:
        what = f"expired on {time_text(certificate.not_valid_after_utc)}"
    elif at < certificate.not_valid_before_utc:
        what = f"is not valid before {time_text(certificate.not_valid_before_utc)}"
    else:
        return
    raise TrustError(f"the certificate of {subject_text(certificate)} {what}", category="expired")


@lru_cache(maxsize=_KEPT)
def _check_issuer(issuer: x509.Certificate, *, below: int, anchor: bool) -> None:
    """Args: below: how many issuers stand between this one and the leaf."""
    name = subject_text(issuer)
    try:
        extensions = {extension.oid: extension for extension in issuer.extensions}
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise _untrusted(f"the extensions of {name} cannot be read") from None
    constraints = extensions.get(x509.BasicConstraints.oid)
    usage = extensions.get(x509.KeyUsage.oid)
    if constraints is None and not anchor:
        raise _untrusted(f"{name} has issued a certificate but is not said to be a certificate authority")
    if constraints is not None:
        assert isinstance(constraints.value, x509.BasicConstraints)
        if not constraints.value.ca:
            raise _untrusted(f"{name} has issued a certificate but is not a certificate authority")
        if constraints.value.path_length is not None and constraints.value.path_length < below:
            raise _untrusted(f"{name} allows fewer authorities below it than there are")
    if usage is not None:
        assert isinstance(usage.value, x509.KeyUsage)
        if not usage.value.key_cert_sign:
            raise _untrusted(f"the key of {name} may not sign certificates")
    if any(extension.critical and oid not in _UNDERSTOOD for oid, extension in extensions.items()):
        raise _untrusted(f"{name} has a critical extension that is not understood here")


def _untrusted(message: str) -> TrustError:
    return TrustError(
        message,
        category="chain_untrusted",
        hint="give the issuing certificates up to the root, and check that the root is the one you trust",
    )
