"""Check values, parity, kept contexts."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given
from hypothesis import strategies as st

from keyexchange.crypto import AesKey, TdesKey, aes_kcv, has_odd_parity, hmac_kcv, key_kcv, odd_parity, tdes_kcv
from keyexchange.crypto import rsa as rsa_keys
from keyexchange.errors import FormatError, TrustError
from keyexchange.keys import Kcv, KcvMethod, KeyAlgorithm
from keyexchange.secret import Secret
from tests.vectors import vectors


def secret(digits: str) -> Secret:
    return Secret(bytes.fromhex(digits))


METHODS = {
    "tdes_zero": lambda key: tdes_kcv(TdesKey(key), 6),
    "aes_cmac_zero": lambda key: aes_kcv(AesKey(key), 6),
    "hmac_empty_sha256": lambda key: hmac_kcv(key, KeyAlgorithm.HMAC_SHA256),
}


@pytest.mark.parametrize("vector", [p for p in vectors("kcv") if p.values[0]["inputs"]["method"] in METHODS])
def test_check_values_equal_the_published_ones(vector: dict[str, Any]) -> None:
    inputs = vector["inputs"]
    kcv = METHODS[inputs["method"]](secret(inputs["key"]))
    assert kcv.digits == vector["expected"]["kcv"][:6]


def test_the_usual_check_value_follows_the_algorithm() -> None:
    assert key_kcv(KeyAlgorithm.TDES_2KEY, secret("0123456789ABCDEFFEDCBA9876543210")) == Kcv(
        "08D7B4", KcvMethod.ANSI_X9_24
    )
    assert key_kcv(KeyAlgorithm.AES_256, Secret(bytes(range(32)))) == Kcv("377822", KcvMethod.CMAC)


def test_check_values_are_compared_on_the_shorter_length_and_by_method() -> None:
    short, long = Kcv("08D7B4", KcvMethod.ANSI_X9_24), Kcv("08d7b4fb629d0885", KcvMethod.ANSI_X9_24)
    assert short.matches(long)
    assert long.matches(short)
    assert not short.matches(Kcv("08D7B5", KcvMethod.ANSI_X9_24))
    assert not short.matches(Kcv("08D7B4", KcvMethod.CMAC))
    for bad in ("08", "XYZ123", "0" * 18):
        with pytest.raises(ValueError, match="hex digits"):
            Kcv(bad, KcvMethod.CMAC)


@given(st.binary(min_size=16, max_size=16), st.integers(1, 40))
def test_cbc_over_kept_contexts_equals_the_library(iv: bytes, blocks: int) -> None:
    key, text = bytes(range(16)), bytes(range(256))[:16] * blocks
    ours = AesKey(Secret(key))
    reference = Cipher(AES(key), CBC(iv)).encryptor()
    sealed = ours.encrypt_cbc(iv, text)
    assert sealed == reference.update(text) + reference.finalize()
    assert ours.decrypt_cbc(iv, sealed) == text


@given(st.binary(min_size=1, max_size=24))
def test_parity_touches_only_the_lowest_bit(octets: bytes) -> None:
    adjusted = odd_parity(octets)
    assert has_odd_parity(adjusted)
    assert all(a & 0xFE == b & 0xFE and a.bit_count() % 2 == 1 for a, b in zip(adjusted, octets, strict=True))


def test_double_length_and_expanded_triple_length_are_one_cipher() -> None:
    double = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    assert TdesKey(Secret(double)).encrypt_ecb(bytes(8)) == TdesKey(Secret(double + double[:8])).encrypt_ecb(bytes(8))


def test_rsa_refusals_have_their_categories() -> None:
    key = rsa_keys.generate(2048)
    reloaded = rsa_keys.load_unchecked(rsa_keys.private_der(key))
    wrapped = rsa_keys.oaep_encrypt(key.public_key(), b"cek")
    assert rsa_keys.oaep_decrypt(reloaded, wrapped) == b"cek"
    with pytest.raises(FormatError) as failed:
        rsa_keys.oaep_decrypt(reloaded, bytes(256))
    assert failed.value.category == "decrypt_failed"
    signature = rsa_keys.sign_pkcs1_sha256(reloaded, b"text")
    rsa_keys.verify_pkcs1(key.public_key(), signature, b"text", rsa_keys.SignatureHash.SHA_256)
    with pytest.raises(TrustError) as untrusted:
        rsa_keys.verify_pkcs1(key.public_key(), signature, b"other", rsa_keys.SignatureHash.SHA_256)
    assert untrusted.value.category == "signature_invalid"
