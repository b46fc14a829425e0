"""The other side of an exchange, played by the test with this project's codecs and the `cryptography` package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from keyexchange import pki, tr31
from keyexchange.crypto import ec, key_kcv, rsa
from keyexchange.crypto.kdf import Derivation, KdfFunction, KdfHash
from keyexchange.keys import Kcv, KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import (
    AgreementTerms,
    CertificateChain,
    ImportMark,
    KeyBlock,
    KeyToMove,
)
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk

MARK = ImportMark("20260101-000000-c0ffee", "contract")
TERMS = AgreementTerms(KeyAlgorithm.ECC_NIST_P256, "NIST_SP800", "SHA_256", KeyAlgorithm.AES_128, bytes(range(16)))


@dataclass(frozen=True)
class Authority:
    """A certification authority of the test."""

    @cached_property
    def _pair(self):
        key = rsa.generate(2048)
        return pki.issue_root("contract authority", key, days=2, now=datetime.now(UTC)), key

    def certify(self, public_key, purpose) -> CertificateChain:
        root, key = self._pair
        if isinstance(public_key, bytes):
            public_key = load_der_public_key(public_key)
        leaf = pki.issue_leaf("contract", public_key, root, key, purpose=purpose, days=2, now=datetime.now(UTC))
        return CertificateChain(pki.to_der(leaf), (pki.to_der(root),))


AUTHORITY = Authority()
RSA_KEY = rsa.generate(2048)
EC_KEY = ec.generate(TERMS.curve)


def key_to_move(attributes: KeyAttributes, reference: str = "", kcv: Kcv | None = None) -> KeyToMove:
    return KeyToMove("contract", reference, attributes, kcv)


def kbpk_of(peer_certificate: bytes) -> Kbpk:
    """What the other half derives: the test's key with the side's certificate."""
    derivation = Derivation(KdfFunction(TERMS.function), KdfHash(TERMS.hash), TERMS.shared_information, TERMS.algorithm)
    shared = ec.shared_secret(EC_KEY, pki.load(peer_certificate).public_key())
    return Kbpk("A", derivation.key(shared))


def block_of(kbpk: Kbpk, attributes: KeyAttributes, key: Secret) -> KeyBlock:
    """A key of the test in a TR-31 block."""
    header = Header(
        "D" if kbpk.letter == "A" else "B",
        attributes.key_usage,
        attributes.algorithm.letter.value,
        attributes.mode_of_use,
        exportability=attributes.exportability,
    )
    return KeyBlock(tr31.wrap(kbpk, header, key), key_kcv(attributes.algorithm, key))


def spki(key) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
