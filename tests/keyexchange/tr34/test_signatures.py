"""SHA-256, SHA-384 and SHA-512, RSA of three sizes on both sides; weaker hashes are refused."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from keyexchange.crypto.rsa import SignatureHash, generate, sign_pkcs1
from keyexchange.errors import FormatError, TrustError
from keyexchange.pki import issue_leaf, issuer_and_serial, load, to_der
from keyexchange.pki.der import encode
from keyexchange.secret import Secret
from keyexchange.tr34 import (
    Layout,
    Signer,
    TokenParts,
    asn1,
    assemble,
    build_ca_unbind,
    build_kdh_rebind,
    build_kdh_unbind,
    build_parts,
    describe,
    open_token,
    read,
    read_binding,
    verify,
    verify_binding,
)
from keyexchange.tr34.algorithms import DIGEST_IDENTIFIERS, oid
from tests.keyexchange.tr34.lab import certificate, private_key

OPENSSL = shutil.which("openssl")
KEY, HEADER, NONCE = Secret(bytes(range(24))), "D0000K0TB00E0000", bytes(range(8))
SIZES = (2048, 3072, 4096)
KDH, KRD = certificate("kdh_2048"), certificate("krd_2048")


@cache
def kdh_of(bits: int) -> tuple[bytes, rsa.RSAPrivateKey]:
    """A sender's certificate and key; the vectors have none of 4096 bits."""
    if bits != 4096:
        return certificate(f"kdh_{bits}"), private_key(f"kdh_{bits}")
    key, root = generate(bits), load(certificate("root"))
    now = root.not_valid_before_utc
    issued = issue_leaf("KDH", key.public_key(), root, private_key("root"), purpose="sign", days=9, now=now)
    return to_der(issued), key


def token(
    hashing: SignatureHash, *, kdh: tuple[bytes, rsa.RSAPrivateKey], krd: str, layout: Layout = Layout.X9_TR34_2012
) -> bytes:
    kdh_id, key = issuer_and_serial(kdh[0]), kdh[1]
    parts = build_parts(
        KEY,
        HEADER,
        kdh_id=kdh_id,
        krd_id=issuer_and_serial(certificate(krd)),
        krd_public_key=private_key(krd).public_key(),
        nonce=NONCE,
        sign=lambda octets: sign_pkcs1(key, octets, hashing),
        hashing=hashing,
        layout=layout,
        der_order=True,
    )
    assert len(parts.signature) == key.key_size // 8
    return assemble(parts, kdh_id, layout=layout)


@pytest.mark.parametrize("hashing", SignatureHash)
@pytest.mark.parametrize("krd_bits", SIZES)
@pytest.mark.parametrize("kdh_bits", SIZES)
def test_keys_of_every_size_send_and_receive_with_every_hash(
    kdh_bits: int, krd_bits: int, hashing: SignatureHash
) -> None:
    kdh, krd = kdh_of(kdh_bits), f"krd_{krd_bits}"
    received = read(token(hashing, kdh=kdh, krd=krd))
    assert received.signed.hashing is hashing
    assert (
        received.signed.attributes.message_digest
        == hashlib.new(hashing.value.replace("-", ""), received.signed.content).digest()
    )
    assert len(received.envelope.wrapped_cek) == krd_bits // 8
    verify(received, kdh_certificate=kdh[0], nonce=NONCE)
    opened = open_token(
        received, krd_private_key=private_key(krd), krd_certificate=certificate(krd), kdh_certificate=kdh[0]
    )
    assert opened.key == KEY


@pytest.mark.parametrize("hashing", SignatureHash)
def test_a_token_says_its_hash_in_words(hashing: SignatureHash) -> None:
    facts = dict(describe(read(token(hashing, kdh=kdh_of(2048), krd="krd_2048"))))
    assert facts["signature"] == f"RSASSA-PKCS1-v1_5 with {hashing}, 256 octets"
    assert facts["message digest"] == f"{hashing}, {int(hashing[-3:]) // 8} octets"


@pytest.mark.parametrize("stated", SignatureHash)
@pytest.mark.parametrize("used", SignatureHash)
def test_the_hash_that_is_stated_is_the_one_that_counts(stated: SignatureHash, used: SignatureHash) -> None:
    kdh_id, key = issuer_and_serial(KDH), private_key("kdh_2048")
    parts = build_parts(
        KEY,
        HEADER,
        kdh_id=kdh_id,
        krd_id=issuer_and_serial(KRD),
        krd_public_key=private_key("krd_2048").public_key(),
        nonce=NONCE,
        sign=lambda octets: sign_pkcs1(key, octets, used),
        hashing=stated,
    )
    received = read(assemble(parts, kdh_id))
    if stated is used:
        verify(received, kdh_certificate=KDH, nonce=NONCE)
        return
    with pytest.raises(TrustError) as caught:
        verify(received, kdh_certificate=KDH, nonce=NONCE)
    assert caught.value.category == "signature_invalid"


def test_a_digest_by_another_hash_than_the_signature_s_is_refused() -> None:
    kdh_id, key = issuer_and_serial(KDH), private_key("kdh_2048")
    made = read(token(SignatureHash.SHA_256, kdh=(KDH, key), krd="krd_2048"))
    signature = sign_pkcs1(key, made.signed.attributes.octets, SignatureHash.SHA_512)
    enveloped = encode(asn1.EnvelopedData, made.signed.content)
    parts = TokenParts(made.signed.attributes.octets, enveloped, signature, SignatureHash.SHA_512)
    with pytest.raises(TrustError) as caught:
        verify(read(assemble(parts, kdh_id)), kdh_certificate=KDH, nonce=NONCE)
    assert caught.value.category == "digest_mismatch"


@pytest.mark.parametrize(
    "dotted", ["1.3.14.3.2.26", "2.16.840.1.101.3.4.2.4", "1.2.840.113549.2.5"], ids=["SHA-1", "SHA-224", "MD5"]
)
def test_weaker_hashes_are_refused(dotted: str) -> None:
    weak = encode(asn1.AlgorithmIdentifier, oid(dotted))
    strong = DIGEST_IDENTIFIERS[SignatureHash.SHA_256]
    octets = token(SignatureHash.SHA_256, kdh=kdh_of(2048), krd="krd_2048")
    signed_by = read(octets).signed
    assert octets.count(strong) >= 2
    parts = TokenParts(signed_by.attributes.octets, encode(asn1.EnvelopedData, signed_by.content), signed_by.signature)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DIGEST_IDENTIFIERS, SignatureHash.SHA_256, weak)
        weaker = assemble(parts, issuer_and_serial(KDH))
    with pytest.raises(FormatError, match="SHA-256 or longer") as caught:
        read(weaker)
    assert "SHA-384" in str(caught.value.hint)


@pytest.mark.parametrize("hashing", SignatureHash)
def test_binding_tokens_are_signed_with_every_hash(hashing: SignatureHash) -> None:
    krd_id, kdh_id = issuer_and_serial(KRD), issuer_and_serial(KDH)
    kdh = Signer(kdh_id, lambda octets: sign_pkcs1(private_key("kdh_2048"), octets, hashing), hashing)
    for octets in (
        build_kdh_unbind(krd_id=krd_id, nonce=NONCE, kdh=kdh),
        build_kdh_rebind(krd_id=krd_id, new_kdh=certificate("kdh_3072"), nonce=NONCE, kdh=kdh),
        build_ca_unbind(krd_id=krd_id, kdh_id=kdh_id, authority=kdh),
    ):
        received = read_binding(octets)
        assert received.signed.hashing is hashing
        verify_binding(received, signer_certificate=KDH, krd_id=krd_id, kdh_id=kdh_id, nonce=NONCE)
        for other in set(SignatureHash) - {hashing}:
            changed = dataclasses.replace(received, signed=dataclasses.replace(received.signed, hashing=other))
            with pytest.raises(TrustError):
                verify_binding(changed, signer_certificate=KDH, krd_id=krd_id, kdh_id=kdh_id, nonce=NONCE)


def cms(*arguments: str, given: bytes) -> bytes:
    return subprocess.run([str(OPENSSL), "cms", *arguments], input=given, capture_output=True, check=True).stdout


@pytest.mark.skipif(OPENSSL is None, reason="needs the openssl command")
@pytest.mark.parametrize("kdh_bits", SIZES)
@pytest.mark.parametrize("hashing", SignatureHash)
def test_openssl_verifies_our_tokens(tmp_path: Path, hashing: SignatureHash, kdh_bits: int) -> None:
    kdh, pem = kdh_of(kdh_bits), tmp_path / "kdh.pem"
    pem.write_bytes(load(kdh[0]).public_bytes(Encoding.PEM))
    octets = token(hashing, kdh=kdh, krd="krd_2048", layout=Layout.CMS)
    verified = cms(
        "-verify", "-inform", "DER", "-noverify", "-binary", "-certfile", str(pem), "-out", "-", given=octets
    )
    assert verified == read(octets).signed.content


@pytest.mark.skipif(OPENSSL is None, reason="needs the openssl command")
@pytest.mark.parametrize("hashing", SignatureHash)
def test_we_verify_a_token_that_openssl_signed(tmp_path: Path, hashing: SignatureHash) -> None:
    """An unbind token of the higher authority: it has no attributes that OpenSSL could not write."""
    krd_id, kdh_id = issuer_and_serial(KRD), issuer_and_serial(KDH)
    pem, key = tmp_path / "ca.pem", tmp_path / "ca.key"
    pem.write_bytes(load(certificate("ca_krd")).public_bytes(Encoding.PEM))
    key.write_bytes(private_key("ca_krd").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    options = ("-sign", "-noattr", "-nodetach", "-binary", "-nocerts", "-md", hashing.value.replace("-", ""))
    files = ("-signer", str(pem), "-inkey", str(key), "-outform", "DER")
    octets = cms(*options, *files, given=krd_id + kdh_id)
    received = read_binding(octets)
    assert received.signed.hashing is hashing
    verify_binding(received, signer_certificate=certificate("ca_krd"), krd_id=krd_id, kdh_id=kdh_id, nonce=None)
