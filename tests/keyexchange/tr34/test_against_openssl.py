"""The CMS layout is CMS: OpenSSL verifies the signature and decrypts the envelope; it verifies unbind tokens too.

Only with sorted attributes and OAEP parameters as RFC 8017 has them; OpenSSL takes nothing else.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from keyexchange.crypto.rsa import sign_pkcs1_sha256
from keyexchange.pki import issuer_and_serial, load
from keyexchange.pki.der import encode, first_element
from keyexchange.tr34 import Signer, asn1, build_ca_unbind, build_kdh_unbind
from keyexchange.tr34.algorithms import ENVELOPED_DATA, oid
from tests.keyexchange.tr34.lab import certificate, private_key, token_of
from tests.vectors import vectors

OPENSSL = shutil.which("openssl")
VECTOR = next(p.values[0] for p in vectors("tr34_computed", "key_token") if p.id == "tr34-v-cms-sorted-tagged")


def openssl(*arguments: str, given: bytes) -> bytes:
    return subprocess.run([str(OPENSSL), "cms", *arguments], input=given, capture_output=True, check=True).stdout


@pytest.mark.skipif(OPENSSL is None, reason="needs the openssl command")
def test_openssl_finds_the_same_key_block(tmp_path: Path) -> None:
    kdh, krd, key = tmp_path / "kdh.pem", tmp_path / "krd.pem", tmp_path / "krd.key"
    kdh.write_bytes(load(certificate("kdh_2048")).public_bytes(Encoding.PEM))
    krd.write_bytes(load(certificate("krd_2048")).public_bytes(Encoding.PEM))
    key.write_bytes(private_key("krd_2048").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    enveloped = openssl(
        "-verify", "-inform", "DER", "-noverify", "-binary", "-certfile", str(kdh), given=token_of(VECTOR)
    )
    content_info = encode(asn1.AnyContentInfo, oid(ENVELOPED_DATA), encode(asn1.Explicit0, enveloped))
    block = openssl("-decrypt", "-inform", "DER", "-recip", str(krd), "-inkey", str(key), "-binary", given=content_info)
    assert block.hex().upper() == VECTOR["expected"]["key_block_hex"]
    assert first_element(block, "the key block")[1] == b""


@pytest.mark.skipif(OPENSSL is None, reason="needs the openssl command")
def test_openssl_verifies_unbind_tokens(tmp_path: Path) -> None:
    pem = tmp_path / "kdh.pem"
    pem.write_bytes(load(certificate("kdh_2048")).public_bytes(Encoding.PEM))
    krd_id, kdh_id = issuer_and_serial(certificate("krd_2048")), issuer_and_serial(certificate("kdh_2048"))
    kdh = Signer(kdh_id, lambda octets: sign_pkcs1_sha256(private_key("kdh_2048"), octets))
    for token, content in (
        (build_kdh_unbind(krd_id=krd_id, nonce=bytes(8), kdh=kdh), krd_id),
        (build_ca_unbind(krd_id=krd_id, kdh_id=kdh_id, authority=kdh), krd_id + kdh_id),
    ):
        verify = ("-verify", "-inform", "DER", "-noverify", "-binary", "-certfile", str(pem))
        assert openssl(*verify, given=token) == content
