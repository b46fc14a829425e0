"""Certificates that the sides offer: whether they are still good, and what was found out about them."""

from __future__ import annotations

from datetime import datetime

from keyexchange import pki
from keyexchange.pki.certificates import time_text
from keyexchange.protocols.messages import (
    AgreementCredential,
    CertificateChain,
    ChainFindings,
    KdhCredential,
    KrdCredential,
)


def findings_of(report: pki.ChainReport) -> ChainFindings:
    """What a careful reader should know, in the words of the messages."""
    outdated = (f"{found.issuer}, to be replaced on {time_text(found.next_update)}" for found in report.outdated)
    return ChainFindings(report.unlisted, tuple(outdated), tuple(each.value for each in report.allowances))


def in_date(chain: CertificateChain, now: datetime) -> bool:
    """A certificate that has expired, as in a run that was paused for long, is asked for anew."""
    return now < pki.load(chain.certificate).not_valid_after_utc


def half_in_date(credential: AgreementCredential, now: datetime) -> bool:
    """The same of one side's half of a key agreement; its key pair stays."""
    return in_date(credential.chain, now)


def still_valid(credential: KrdCredential | KdhCredential, now: datetime) -> bool:
    """An import or export token that has expired is asked for anew, and so is one whose certificate has."""
    return (credential.valid_until is None or now < credential.valid_until) and in_date(credential.chain, now)
