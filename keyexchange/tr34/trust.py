"""Who may be trusted: certificates held against their authority, with what tokens carry along.

A token's certificates and revocation lists are not signed with it. They are used all the same, because each is signed
by its own authority; but whoever passes a token on can take a list out of it. `ChainReport.unlisted` shows that.

Source: X9 TR 34-2019, 5 and 6; RFC 5280, 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from keyexchange.pki import ChainReport, Purpose, verify_chain
from keyexchange.tr34.credentials import Credential
from keyexchange.tr34.tokens import Token


def verify_sender(
    token: Token,
    *,
    kdh_certificate: bytes,
    issuers: Sequence[bytes] = (),
    anchors: Sequence[bytes],
    at: datetime,
    crls: Sequence[bytes] = (),
    allow_outdated_crls: bool = False,
) -> ChainReport:
    """Verify the KDH certificate of a key token: chain, dates, that it may sign, and the revocation lists.

    Does not verify the token itself (`verify`).

    Args:
        kdh_certificate: DER.
        issuers: may stand between, beside those that the token carries.
        anchors: certificates that are trusted.
        at: the moment to judge dates by; aware.
        crls: lists from outside, beside those that the token carries.
        allow_outdated_crls: see `pki.verify_chain`; what was relied upon is in the report.

    Raises:
        TrustError, FormatError: as `pki.verify_chain`.
    """
    return verify_chain(
        kdh_certificate,
        (*issuers, *token.certificates),
        anchors,
        at=at,
        crls=(*crls, *token.crls),
        allow_outdated_crls=allow_outdated_crls,
        purpose="sign",
    )


def verify_credential(
    credential: Credential,
    *,
    purpose: Purpose,
    issuers: Sequence[bytes] = (),
    anchors: Sequence[bytes],
    at: datetime,
    crls: Sequence[bytes] = (),
    allow_outdated_crls: bool = False,
) -> ChainReport:
    """Verify a credential before its certificate is bound: like `verify_sender`.

    Args:
        purpose: "sign" of a KDH, "wrap" of a KRD.

    Raises:
        TrustError, FormatError: as `pki.verify_chain`.
    """
    return verify_chain(
        credential.certificate,
        issuers,
        anchors,
        at=at,
        crls=(*crls, *credential.crls),
        allow_outdated_crls=allow_outdated_crls,
        purpose=purpose,
    )
