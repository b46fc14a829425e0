"""RSA wrap against known answers, both ways, and what it refuses."""

from __future__ import annotations

import base64
import json
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key

import tests.vectors
from keyexchange.crypto.rsa import WrappingSpec, unwrap_key, wrap_key
from keyexchange.errors import FormatError, UnsupportedError
from keyexchange.secret import Secret
from tests.keyexchange.crypto.second import SeededKey
from tests.vectors import vectors

SPECS = {"sha256": WrappingSpec.RSA_OAEP_SHA_256, "sha512": WrappingSpec.RSA_OAEP_SHA_512}
KEYS = json.loads(Path(tests.vectors.__file__).with_name("rsa_oaep.json").read_text("utf-8"))["keys"]
UNWRAP = vectors("rsa_oaep", "unwrap")
WRAP = vectors("rsa_oaep", "wrap")


@cache
def private_key(label: str) -> rsa.RSAPrivateKey:
    key = load_der_private_key(base64.b64decode(KEYS[label]), None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def parts(vector: Any) -> tuple[rsa.RSAPrivateKey, WrappingSpec]:
    """The key and the spec of a vector, after a look that it is one that APC knows: one hash, no label."""
    inputs = vector["inputs"]
    assert (inputs["mgf_hash"], inputs["label"]) == (inputs["hash"], "")
    return private_key(inputs["private_key"]), SPECS[inputs["hash"]]


@pytest.mark.parametrize("vector", [p for p in UNWRAP if "plaintext" in p.values[0]["expected"]])
def test_a_cryptogram_opens_to_the_known_key(vector: Any) -> None:
    key, spec = parts(vector)
    clear = unwrap_key(key, bytes.fromhex(vector["inputs"]["ciphertext"]), spec)
    assert clear == Secret(bytes.fromhex(vector["expected"]["plaintext"]))


@pytest.mark.parametrize("vector", [p for p in UNWRAP if "error" in p.values[0]["expected"]])
def test_a_wrong_cryptogram_is_refused_without_saying_why(vector: Any) -> None:
    key, spec = parts(vector)
    with pytest.raises(FormatError, match=r"^the wrapped key does not open under this private key$") as refused:
        unwrap_key(key, bytes.fromhex(vector["inputs"]["ciphertext"]), spec)
    assert refused.value.category == "decrypt_failed"
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("vector", WRAP)
def test_wrapping_gives_the_known_cryptogram_and_opens_again(vector: Any) -> None:
    key, spec = parts(vector)
    clear = Secret(bytes.fromhex(vector["inputs"]["plaintext"]))
    seeded = SeededKey(key.public_key(), bytes.fromhex(vector["inputs"]["seed"]))
    cryptogram = wrap_key(cast(rsa.RSAPublicKey, seeded), clear, spec)
    assert cryptogram.hex().upper() == vector["expected"]["ciphertext"]
    assert unwrap_key(key, cryptogram, spec) == clear


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
@pytest.mark.parametrize("spec", WrappingSpec)
def test_what_is_wrapped_here_opens_under_its_own_spec_only(bits: int, spec: WrappingSpec) -> None:
    key, clear = private_key(f"krd_{bits}"), Secret(bytes(range(32)))
    cryptogram = wrap_key(key.public_key(), clear, spec)
    assert len(cryptogram) == bits // 8
    assert cryptogram != wrap_key(key.public_key(), clear, spec)
    assert unwrap_key(key, cryptogram, spec) == clear
    (other,) = set(WrappingSpec) - {spec}
    with pytest.raises(FormatError):
        unwrap_key(key, cryptogram, other)


@pytest.mark.parametrize("length", [0, 1, 255, 257, 512])
def test_a_cryptogram_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(FormatError) as refused:
        unwrap_key(private_key("krd_2048"), b"\x5a" * length, WrappingSpec.RSA_OAEP_SHA_256)
    assert refused.value.category == "decrypt_failed"


@pytest.mark.parametrize(("spec", "most"), list(zip(WrappingSpec, (190, 126), strict=True)))
def test_a_key_too_long_for_the_modulus_is_refused(spec: WrappingSpec, most: int) -> None:
    key = private_key("krd_2048")
    assert unwrap_key(key, wrap_key(key.public_key(), Secret(bytes(most)), spec), spec) == Secret(bytes(most))
    with pytest.raises(FormatError) as refused:
        wrap_key(key.public_key(), Secret(bytes(most + 1)), spec)
    assert refused.value.category == "key_too_long"


def test_a_small_rsa_key_wraps_nothing() -> None:
    small = rsa.generate_private_key(65537, 1024)
    for attempt in (
        lambda: wrap_key(small.public_key(), Secret(bytes(16)), WrappingSpec.RSA_OAEP_SHA_256),
        lambda: unwrap_key(small, bytes(128), WrappingSpec.RSA_OAEP_SHA_256),
    ):
        with pytest.raises(UnsupportedError, match="1024 bits"):
            attempt()
