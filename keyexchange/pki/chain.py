"""From a certificate up to one that is trusted, with its purpose and the revocation lists.

Laws of this file:

- what follows from the octets of certificates alone is found out once and kept; dates, revocation lists and who is
  trusted are judged at every call;
- lists are held against the way up that `path` found: when one of them revokes a certificate on it, there is no trust,
  though a cross-signed authority may have another way.

Source: RFC 5280, 6.1 and 6.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509

from keyexchange.pki.certificates import load, require_aware, subject_text, to_der
from keyexchange.pki.crl import OutdatedList, Revocation, check_revocation, read_list
from keyexchange.pki.path import find_path, issued
from keyexchange.pki.purpose import Allowance, Purpose, allows, require_no_authority, require_purpose

_Known = tuple[Sequence[x509.Certificate], Sequence[x509.Certificate]]
"""The anchors, and what may stand between."""


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

    Keys on the way have 112 bits of strength (RSA-2048, P-224) or more, signatures SHA-256 or longer. A leaf that is
    itself an anchor is trusted when it is in date and, if it names itself as issuer, signed by itself.

    Args:
        leaf: DER (PEM and base64 are read too), like all others.
        issuers: certificates that may stand between, in any order; not trusted by themselves.
        anchors: certificates that are trusted.
        at: the moment to judge dates by; aware.
        crls: DER; lists by issuers outside the path are ignored.
        allow_outdated_crls: rely on a list after its nextUpdate when there is no other; the result then says so.
        purpose: what the leaf must be for, when it says what it is for, and then it may be no authority's; anything
            when absent.
        allow_other_purpose: take a leaf that is for something else; the result then says so.

    Raises:
        TrustError: chain_untrusted, expired (or not yet valid), revoked, crl_expired, crl_not_yet_valid,
            signature_invalid (of a list), purpose_mismatch (also of an issuer that may not sign lists).
        FormatError: der_malformed; structure: `at` has no time zone.
    """
    require_aware(at, "the moment to judge dates by")
    trusted, between = [load(anchor) for anchor in anchors], [load(issuer) for issuer in issuers]
    path = find_path(load(leaf), between, trusted, at)
    allowances = _judge_purpose(to_der(path[0]), purpose, allow_other=allow_other_purpose)
    report = _hold_against_lists(path, crls, at, known=(trusted, between), allow_outdated=allow_outdated_crls)
    return replace(report, allowances=allowances)


def _judge_purpose(leaf: bytes, purpose: Purpose | None, *, allow_other: bool) -> tuple[Allowance, ...]:
    if purpose is None:
        return ()
    require_no_authority(leaf)
    if allows(leaf, purpose):
        return ()
    if not allow_other:
        require_purpose(leaf, purpose)
    return (Allowance.OTHER_PURPOSE,)


def _hold_against_lists(
    path: tuple[x509.Certificate, ...], crls: Sequence[bytes], at: datetime, *, known: _Known, allow_outdated: bool
) -> ChainReport:
    lists = [read_list(crl) for crl in crls]
    answers: list[tuple[x509.Certificate, Revocation]] = []
    for certificate, issuer, *above in (path[start : start + 3] for start in range(len(path) - 1)):
        others = _other_keys(issuer, above, known) if lists else ()
        answer = check_revocation(certificate, issuer, lists, at=at, allow_outdated=allow_outdated, others=others)
        answers.append((certificate, answer))
    return ChainReport(
        path=tuple(subject_text(certificate) for certificate in path),
        unlisted=tuple(subject_text(certificate) for certificate, answer in answers if not answer.listed),
        outdated=tuple(answer.outdated for _, answer in answers if answer.outdated is not None),
    )


def _other_keys(issuer: x509.Certificate, above: Sequence[x509.Certificate], known: _Known) -> list[x509.Certificate]:
    """Certificates of the issuer's name for keys before or after this one, from a hand that is trusted."""
    trusted, between = known
    hands = (issuer, *above)
    return [
        *(other for other in trusted if other != issuer and other.subject == issuer.subject),
        *(
            other
            for other in between
            if other != issuer and other.subject == issuer.subject and any(issued(other, hand) for hand in hands)
        ),
    ]
