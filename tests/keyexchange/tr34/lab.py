"""The PKI of the computed vectors, and a receiver's key whose OAEP is not random."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import OAEP
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key

from keyexchange.crypto import xor
from keyexchange.pki import load
from keyexchange.pki.der import encode
from keyexchange.tr34 import OpenedToken, Token, asn1, open_token, read, verify

_PKI = json.loads((Path(__file__).parents[2] / "vectors" / "tr34_computed.json").read_text("utf-8"))["pki"]


def crl() -> bytes:
    return base64.b64decode(_PKI["crl_kdh"])


def certificate(name: str) -> bytes:
    return base64.b64decode(_PKI[name]["certificate_b64"])


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    der = base64.b64decode(_PKI[name]["private_key_pkcs8_b64"])
    key = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def revocation_list(authority: str, *serials: int, until: datetime) -> bytes:
    """A list signed by an authority of the PKI."""
    name = load(certificate(authority)).subject
    builder = x509.CertificateRevocationListBuilder(name, last_update=until - timedelta(days=9), next_update=until)
    for serial in serials:
        revoked = x509.RevokedCertificateBuilder(serial_number=serial, revocation_date=until - timedelta(days=9))
        builder = builder.add_revoked_certificate(revoked.build())
    return builder.sign(private_key(authority), hashes.SHA256()).public_bytes(Encoding.DER)


def token_of(vector: Any) -> bytes:
    return base64.b64decode(vector["inputs"]["token_b64"])


def expected_nonce(vector: Any) -> bytes | None:
    inputs = vector["inputs"]
    nonce = inputs.get("expected_nonce") or inputs.get("nonce")
    return bytes.fromhex(nonce) if nonce else None


def receive(octets: bytes, vector: Any) -> tuple[Token, OpenedToken]:
    """All that a receiver does, but for the chain."""
    kdh, krd = vector["inputs"]["kdh"], vector["inputs"]["krd"]
    token = read(octets)
    verify(token, kdh_certificate=certificate(kdh), nonce=expected_nonce(vector))
    opened = open_token(
        token,
        krd_private_key=private_key(krd),
        krd_certificate=certificate(krd),
        kdh_certificate=certificate(kdh),
    )
    return token, opened


def rearranged(token: bytes, *, sequence: bool, inside: bool) -> bytes:
    """The content of a token in another of the four arrangements of EnvelopedData."""
    content = read(token).signed.content
    body = asn1.EnvelopedData.load(content if content[:1] == b"\x30" else encode(asn1.EnvelopedData, content))
    info = body["encrypted_content_info"]
    algorithm = info["content_encryption_algorithm"]
    ciphertext = (algorithm["encrypted_content"].dump(), info["encrypted_content"].dump())
    one, other = (b"".join(ciphertext), b"") if inside else (b"", b"".join(ciphertext))
    new = (
        body["version"].dump(),
        body["recipient_infos"].dump(),
        encode(
            asn1.EncryptedContentInfo,
            info["content_type"].dump(),
            encode(asn1.ContentEncryptionAlgorithm, algorithm["algorithm"].dump(), algorithm["iv"].dump(), one),
            other,
        ),
    )
    return encode(asn1.EnvelopedData, *new) if sequence else b"".join(new)


class SeededKey:
    """A public key that encrypts with a given OAEP seed. Source: RFC 8017, 7.1.1, with SHA-256 and no label."""

    def __init__(self, key: rsa.RSAPublicKey, seed: bytes) -> None:
        self._key, self._seed, self.key_size = key, seed, key.key_size

    def encrypt(self, message: bytes, padding: OAEP) -> bytes:
        assert padding.algorithm.name == padding.mgf._algorithm.name == "sha256"
        size, numbers = self._key.key_size // 8, self._key.public_numbers()
        filler = bytes(size - len(message) - 66)
        data = hashlib.sha256(b"").digest() + filler + b"\x01" + message
        masked = xor(data, _mgf1(self._seed, len(data)))
        block = b"\x00" + xor(self._seed, _mgf1(masked, 32)) + masked
        return pow(int.from_bytes(block, "big"), numbers.e, numbers.n).to_bytes(size, "big")


def _mgf1(seed: bytes, length: int) -> bytes:
    rounds = -(-length // 32)
    return b"".join(hashlib.sha256(seed + i.to_bytes(4, "big")).digest() for i in range(rounds))[:length]
