"""What a run can show: certificates, the trust anchor, digests of tokens and blocks."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography import x509

from keyexchange import pki, tr31, tr34
from keyexchange.engine.codec import digest
from keyexchange.engine.report.model import Carrier, CertificateLine, ChainCheck
from keyexchange.engine.report.story import Outcome, Story
from keyexchange.protocols.messages import (
    CertificateChain,
    ChainFindings,
    KeyBlock,
    KeyCryptogram,
    KeyToken,
    TrustAnchor,
)

_FIXED_HEADER = 16
_VERIFIED = (("KDH", ("token", "kdh_verified")), ("KRD", ("verified", "krd_verified")))
"""By side: the values whose messages hold what was found out about its chain; a run has one of them."""


def certificates_of(story: Story) -> tuple[CertificateLine, ...]:
    """The sender's chain, then the receiver's, each from the leaf up.

    Raises:
        FormatError: a recorded certificate cannot be read.
    """
    sender: CertificateChain | None = story.shared("kdh_chain") or story.shared("kdh_verified")
    credential = story.shared("credential") or story.shared("krd_agreement")
    receiver: CertificateChain | None = credential.chain if credential else None
    return (*_chain("KDH", sender), *_chain("KRD", receiver))


def chain_checks_of(story: Story) -> tuple[ChainCheck, ...]:
    """The sender's chain, then the receiver's; a journal of an earlier version tells nothing of them."""
    verified = ((side, story.shared(name)) for side, names in _VERIFIED for name in names)
    found = ((side, message.findings) for side, message in verified if message is not None)
    return tuple(_check(side, findings) for side, findings in found if findings is not None)


def _check(side: str, findings: ChainFindings) -> ChainCheck:
    return ChainCheck(side, findings.unlisted, findings.outdated, findings.allowances)


def anchor_of(story: Story) -> TrustAnchor | None:
    """What the receiver trusts."""
    found = (story.shared(name) for name in ("anchor", "accepted_sender", "kdh_anchor"))
    return next((anchor for anchor in found if anchor is not None), None)


def carriers_of(story: Story) -> tuple[Carrier, ...]:
    """Every token and block that was made, by key in the plan's order, the oldest of a key first.

    Raises:
        FormatError: a recorded token or block cannot be read.
    """
    return tuple(carrier for key in story.plan["keys"] for carrier in _carriers(story, key["name"]))


def _carriers(story: Story, key: str) -> Iterator[Carrier]:
    for gives, carrier in (("token", _token), ("block", _block), ("cryptogram", _cryptogram)):
        outcomes = story.outcomes(key, gives)
        for outcome in outcomes:
            yield carrier(key, outcome, superseded=outcome is not outcomes[-1])


def _chain(side: str, chain: CertificateChain | None) -> list[CertificateLine]:
    if chain is None:
        return []
    return [
        _certificate(side, pki.load(der), leaf=der is chain.certificate) for der in (chain.certificate, *chain.issuers)
    ]


def _certificate(side: str, certificate: x509.Certificate, *, leaf: bool) -> CertificateLine:
    facts = dict(pki.describe(certificate))
    is_root = certificate.subject == certificate.issuer
    return CertificateLine(
        side=side,
        place="leaf" if leaf else "root" if is_root else "intermediate",
        subject=facts["subject"],
        issuer=facts["issuer"],
        serial_number=facts["serial number"],
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        public_key=facts["public key"],
        sha256=facts["SHA-256 fingerprint"],
    )


def _token(key: str, outcome: Outcome, *, superseded: bool) -> Carrier:
    sent: KeyToken = outcome.message
    token = tr34.read(sent.der)
    header, _ = tr31.parse_header(token.header)
    return Carrier(
        key=key,
        made=outcome.at,
        kind="TR-34 token",
        variety=sent.layout,
        header=token.header[:_FIXED_HEADER],
        optional_blocks=tuple(block.block_id for block in header.optional_blocks),
        length=len(sent.der),
        sha256=digest(sent.der),
        tolerances=tuple(str(tolerance.value) for tolerance in token.tolerances),
        superseded=superseded,
    )


def _block(key: str, outcome: Outcome, *, superseded: bool) -> Carrier:
    sent: KeyBlock = outcome.message
    parsed = tr31.parse(sent.text)
    return Carrier(
        key=key,
        made=outcome.at,
        kind="TR-31 block",
        variety=parsed.header.version_id,
        header=parsed.header_text[:_FIXED_HEADER],
        optional_blocks=tuple(block.block_id for block in parsed.header.optional_blocks),
        length=len(sent.text),
        sha256=digest(sent.text.encode()),
        tolerances=parsed.tolerances,
        superseded=superseded,
    )


def _cryptogram(key: str, outcome: Outcome, *, superseded: bool) -> Carrier:
    sent: KeyCryptogram = outcome.message
    return Carrier(
        key=key,
        made=outcome.at,
        kind="RSA cryptogram",
        variety=sent.spec,
        header="",
        optional_blocks=(),
        length=len(sent.octets),
        sha256=digest(sent.octets),
        tolerances=(),
        superseded=superseded,
    )
