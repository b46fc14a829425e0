"""Data under TDES and AES, against NIST's examples and OpenSSL's figures."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.crypto import AesKey, BlockCipherKey, TdesKey
from keyexchange.errors import FormatError
from keyexchange.payment.data import CipherMode, decrypt, encrypt
from keyexchange.secret import Secret
from tests.vectors import vectors

KEYS: dict[str, BlockCipherKey] = {
    "tdes": TdesKey(Secret(bytes(range(16)))),
    "aes": AesKey(Secret(bytes(range(32)))),
}
STREAMS = [mode for mode in CipherMode if mode not in (CipherMode.ECB, CipherMode.CBC)]


@pytest.mark.parametrize("vector", vectors("data", "encrypt"))
def test_ciphertexts_are_those_of_the_source_both_ways(vector: dict[str, Any]) -> None:
    inputs = {name: vector["inputs"][name] for name in ("key", "data")}
    secret, data = (bytes.fromhex(text) for text in inputs.values())
    key = {"AES": AesKey, "TDES": TdesKey}[vector["inputs"]["algorithm"]](Secret(secret))
    iv = bytes.fromhex(vector["inputs"]["iv"]) if "iv" in vector["inputs"] else None
    mode = CipherMode(vector["inputs"]["mode"])
    ciphertext = bytes.fromhex(vector["expected"]["ciphertext"])
    assert encrypt(key, mode, data, iv=iv) == ciphertext
    assert decrypt(key, mode, ciphertext, iv=iv) == data


@settings(max_examples=100)
@given(name=st.sampled_from(list(KEYS)), mode=st.sampled_from(STREAMS), data=st.binary(max_size=200), seed=st.binary())
def test_streams_keep_any_length_and_come_back(name: str, mode: CipherMode, data: bytes, seed: bytes) -> None:
    key = KEYS[name]
    if mode is CipherMode.CFB128 and name == "tdes":
        return
    iv = (seed + bytes(16))[: key.block_size]
    ciphertext = encrypt(key, mode, data, iv=iv)
    assert len(ciphertext) == len(data)
    assert decrypt(key, mode, ciphertext, iv=iv) == data


@settings(max_examples=50)
@given(name=st.sampled_from(list(KEYS)), mode=st.sampled_from(["ECB", "CBC"]), data=st.binary(min_size=16))
def test_blocks_come_back(name: str, mode: str, data: bytes) -> None:
    whole = data[: len(data) // 16 * 16]
    assert decrypt(KEYS[name], CipherMode(mode), encrypt(KEYS[name], CipherMode(mode), whole)) == whole


@pytest.mark.parametrize("mode", [CipherMode.CBC, *STREAMS])
def test_an_absent_iv_is_zeros(mode: CipherMode) -> None:
    key, data = KEYS["aes"], bytes(32)
    assert encrypt(key, mode, data) == encrypt(key, mode, data, iv=bytes(16))


@pytest.mark.parametrize("mode", [CipherMode.ECB, CipherMode.CBC])
@pytest.mark.parametrize("octets", [0, 8, 17])
def test_broken_blocks_are_refused(mode: CipherMode, octets: int) -> None:
    for operation in (encrypt, decrypt):
        with pytest.raises(FormatError) as refusal:
            operation(KEYS["aes"], mode, bytes(octets))
        assert refusal.value.category == "data_length"


@pytest.mark.parametrize(
    ("name", "mode", "iv", "category"),
    [
        ("aes", CipherMode.CBC, bytes(8), "iv"),
        ("tdes", CipherMode.OFB, bytes(16), "iv"),
        ("aes", CipherMode.ECB, bytes(16), "iv"),
        ("tdes", CipherMode.CFB128, bytes(8), "mode"),
    ],
)
def test_what_does_not_fit_the_mode_is_refused(name: str, mode: CipherMode, iv: bytes, category: str) -> None:
    with pytest.raises(FormatError) as refusal:
        encrypt(KEYS[name], mode, bytes(16), iv=iv)
    assert refusal.value.category == category
