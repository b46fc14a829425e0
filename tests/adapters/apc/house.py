"""A sender made of keys in memory, and the adapter before the software HSM: what the tests of this room share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509

from adapters.apc.adapter import ApcAdapter
from adapters.apc.settings import ApcSettings
from keyexchange import pki, tr31, tr34
from keyexchange.crypto import key_kcv, rsa
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import (
    CertificateChain,
    HeldKey,
    ImportMark,
    KeyBlock,
    KeyToken,
    KeyToMove,
    KrdCredential,
    TrustAnchor,
)
from keyexchange.secret import Secret

REGION = "eu-central-1"
NONCE = bytes.fromhex("0102030405060708")
KEK_OCTETS = bytes.fromhex("79ADAEF3212AADCE312ACE422ACCFEFB8A8349794C9EE9A4")
KEK = KeyToMove("kek", "", KeyAttributes("K0", KeyAlgorithm.TDES_3KEY, "B"), alias="alias/kek")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Kdh:
    """A sender made of keys in memory, certified through an intermediate."""

    key: Any
    leaf: x509.Certificate
    middle: x509.Certificate
    root: x509.Certificate

    @property
    def chain(self) -> CertificateChain:
        return CertificateChain(pki.to_der(self.leaf), (pki.to_der(self.middle), pki.to_der(self.root)))

    def token(self, key: KeyToMove, octets: bytes, credential: KrdCredential, nonce: bytes = NONCE) -> KeyToken:
        signer = pki.issuer_and_serial(self.chain.certificate)
        attributes = key.attributes
        header = tr31.Header("D", attributes.key_usage, attributes.algorithm.letter, attributes.mode_of_use)
        parts = tr34.build_parts(
            Secret(octets),
            header.text(9999),
            kdh_id=signer,
            krd_id=pki.issuer_and_serial(credential.chain.certificate),
            krd_public_key=pki.rsa_public_key(pki.load(credential.chain.certificate)),
            nonce=nonce,
            sign=lambda content: rsa.sign_pkcs1_sha256(self.key, content),
        )
        kcv = key_kcv(attributes.algorithm, Secret(octets))
        return KeyToken(tr34.assemble(parts, signer), kcv, "x9_tr34_2012")


@dataclass(frozen=True)
class House:
    """An adapter, what it sent, and the software HSM seen through plain boto3."""

    url: str
    side: ApcAdapter
    lines: list[str]
    plain: Any

    def sent(self) -> list[str]:
        return [line.split()[1] for line in self.lines if line.startswith(">")]

    def tags(self, arn: str) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in self.plain.list_tags_for_resource(ResourceArn=arn)["Tags"]}


def settings(url: str, **changes: Any) -> ApcSettings:
    return ApcSettings(region=REGION, endpoint_url=url, requests_per_second=None, **changes)


def make_kdh() -> Kdh:
    now = datetime.now(UTC)
    root_key, middle_key, key = (rsa.generate(2048) for _ in range(3))
    root = pki.issue_root("KDH root", root_key, days=90, now=now)
    middle = pki.issue_intermediate("KDH CA", middle_key.public_key(), root, root_key, days=60, now=now)
    leaf = pki.issue_leaf("KDH", key.public_key(), middle, middle_key, purpose="sign", days=30, now=now)
    return Kdh(key, leaf, middle, root)


@dataclass(frozen=True)
class Established:
    """A KEK that went to the software HSM by TR-34."""

    anchor: TrustAnchor
    credential: KrdCredential
    token: KeyToken
    held: HeldKey


def import_token(
    side: ApcAdapter,
    kdh: Kdh,
    token: KeyToken,
    credential: KrdCredential,
    anchor: TrustAnchor,
    mark: ImportMark,
    *,
    nonce: bytes = NONCE,
) -> HeldKey:
    return side.import_tr34(
        token,
        key=KEK,
        credential=credential,
        anchor=anchor,
        kdh_certificate=kdh.chain.certificate,
        nonce=nonce,
        mark=mark,
    )


def key_block(key: KeyToMove, octets: bytes) -> KeyBlock:
    attributes = key.attributes
    header = tr31.Header(
        "B",
        attributes.key_usage,
        attributes.algorithm.letter,
        attributes.mode_of_use,
        exportability=attributes.exportability,
    )
    text = tr31.wrap(tr31.Kbpk("T", Secret(KEK_OCTETS)), header, Secret(octets))
    return KeyBlock(text, key_kcv(attributes.algorithm, Secret(octets)))


def working_key(usage: str, mode: str, exportability: str = "E", **changes: Any) -> KeyToMove:
    attributes = KeyAttributes(usage, KeyAlgorithm.TDES_2KEY, mode, exportability)
    return KeyToMove(f"{usage}-{mode}", "", attributes, **changes)


def octets_of(number: int) -> bytes:
    return bytes(range(number, number + 16))


CVK = working_key("C0", "C")
