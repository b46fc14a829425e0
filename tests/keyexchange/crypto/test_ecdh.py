"""Shared secrets, both KDFs, and a key block under the derived key, against known answers."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange import tr31
from keyexchange.crypto.ec import CURVES, generate, load_point, point, shared_secret
from keyexchange.crypto.kdf import Derivation, KdfFunction, KdfHash
from keyexchange.errors import FormatError, UnsupportedError
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret
from tests.keyexchange.crypto import second
from tests.vectors import vectors

HASHES = {"sha256": KdfHash.SHA_256, "sha384": KdfHash.SHA_384, "sha512": KdfHash.SHA_512}
FUNCTIONS = {"NIST_SP800 (one-step, hash)": KdfFunction.NIST_SP800, "ANSI_X963": KdfFunction.ANSI_X963}
SECRETS = vectors("ecdh_kdf", "shared_secret")
CONCAT = vectors("ecdh_kdf", "shared_secret_concat_kdf")
X963 = vectors("ecdh_kdf", "x963_kdf")
CHAINS = vectors("ecdh_kdf", "chain")
IS_SYMMETRIC = [a for a in KeyAlgorithm if a.letter in ("T", "A", "H")]


def secret(digits: str) -> Secret:
    return Secret(bytes.fromhex(digits))


def curve(name: str) -> KeyAlgorithm:
    return KeyAlgorithm(f"ECC_NIST_{name.replace('-', '')}")


def agree(name: str, private_scalar: str, peer_point: str) -> Secret:
    private_key = ec.derive_private_key(int(private_scalar, 16), CURVES[curve(name)])
    return shared_secret(private_key, load_point(curve(name), bytes.fromhex(peer_point)))


def derivation(function: KdfFunction, hash_name: str, info: str, algorithm: str = "AES_128") -> Derivation:
    return Derivation(function, HASHES[hash_name], bytes.fromhex(info), KeyAlgorithm(algorithm))


@pytest.mark.parametrize("vector", [p for p in SECRETS if "shared_secret" in p.values[0]["expected"]])
def test_both_sides_share_the_known_secret(vector: Any) -> None:
    inputs = vector["inputs"]
    shared = agree(inputs["curve"], inputs["private_scalar"], inputs["peer_point"])
    assert shared == secret(vector["expected"]["shared_secret"])


@pytest.mark.parametrize("name", ["P-256", "P-384", "P-521"])
def test_the_shared_secret_is_that_of_a_second_implementation(name: str) -> None:
    for _ in range(3):
        own, other = generate(curve(name)), generate(curve(name)).public_key()
        scalar = own.private_numbers().private_value
        assert shared_secret(own, other) == Secret(second.ecdh(name, scalar, point(other)))


@pytest.mark.parametrize("vector", [p for p in SECRETS if "error" in p.values[0]["expected"]])
def test_a_point_of_no_curve_or_another_is_refused(vector: Any) -> None:
    inputs = vector["inputs"]
    with pytest.raises(FormatError) as refused:
        agree(inputs["curve"], inputs["private_scalar"], inputs["peer_point"])
    assert refused.value.category == "point_invalid"


@pytest.mark.parametrize("octets", [b"", b"\x00", b"\x04", b"\x05" + bytes(64), bytes(65)])
def test_what_is_no_point_is_refused(octets: bytes) -> None:
    with pytest.raises(FormatError) as refused:
        load_point(KeyAlgorithm.ECC_NIST_P256, octets)
    assert refused.value.category == "point_invalid"


def test_a_point_is_asked_of_a_curve_only() -> None:
    with pytest.raises(UnsupportedError, match="RSA_2048"):
        load_point(KeyAlgorithm.RSA_2048, b"")


def test_keys_of_two_curves_share_nothing() -> None:
    ours, theirs = generate(KeyAlgorithm.ECC_NIST_P256), generate(KeyAlgorithm.ECC_NIST_P384)
    with pytest.raises(FormatError) as refused:
        shared_secret(ours, theirs.public_key())
    assert refused.value.category == "curve_mismatch"


@pytest.mark.parametrize("vector", CONCAT)
def test_the_one_step_kdf_gives_the_known_key(vector: Any) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    shared = agree(inputs["curve"], inputs["private_scalar"], inputs["peer_point"])
    assert shared == secret(expected["shared_secret"])
    derived = derivation(KdfFunction.NIST_SP800, inputs["hash"], inputs["info"])
    assert derived.octets(shared, inputs["length"]) == secret(expected["key"])


@pytest.mark.parametrize("vector", [p for p in X963 if p.values[0]["inputs"]["hash"] in HASHES])
def test_the_x963_kdf_gives_the_known_key(vector: Any) -> None:
    inputs = vector["inputs"]
    derived = derivation(KdfFunction.ANSI_X963, inputs["hash"], inputs["info"])
    assert derived.octets(secret(inputs["z"]), inputs["length"]) == secret(vector["expected"]["key"])


@pytest.mark.parametrize("vector", [*CONCAT, *X963])
def test_the_second_implementation_agrees_with_nist(vector: Any) -> None:
    # SHA-224 among them, which APC and so the product do not offer
    inputs, expected = vector["inputs"], vector["expected"]
    function = "ANSI_X963" if vector["op"] == "x963_kdf" else "NIST_SP800"
    z = inputs.get("z") or expected["shared_secret"]
    key = second.kdf(function, inputs["hash"], bytes.fromhex(z), bytes.fromhex(inputs["info"]), inputs["length"])
    assert key.hex().upper() == expected["key"]


@settings(max_examples=100)
@given(
    st.sampled_from(KdfFunction),
    st.sampled_from(KdfHash),
    st.binary(min_size=1, max_size=66),
    st.binary(max_size=64),
    st.integers(1, 200),
)
def test_both_kdfs_equal_the_second_implementation(
    function: KdfFunction, hash_: KdfHash, z: bytes, info: bytes, length: int
) -> None:
    derived = Derivation(function, hash_, info, KeyAlgorithm.AES_128).octets(Secret(z), length)
    name = hash_.value.replace("_", "").lower()
    assert derived == Secret(second.kdf(function.value, name, z, info, length))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
@pytest.mark.parametrize(("function", "name"), [(KdfFunction.NIST_SP800, "SSKDF"), (KdfFunction.ANSI_X963, "X963KDF")])
@pytest.mark.parametrize("hash_", KdfHash)
def test_both_kdfs_equal_openssl(function: KdfFunction, name: str, hash_: KdfHash) -> None:
    z, info, length = bytes(range(32)), b"keyexchange", 100
    options = (f"digest:{hash_.value.replace('_', '')}", f"hexkey:{z.hex()}", f"hexinfo:{info.hex()}")
    command = ["openssl", "kdf", "-keylen", str(length), "-binary", *(w for o in options for w in ("-kdfopt", o)), name]
    printed = subprocess.run(command, capture_output=True, check=True, timeout=30).stdout
    assert Derivation(function, hash_, info, KeyAlgorithm.AES_128).octets(Secret(z), length) == Secret(printed)


@pytest.mark.parametrize("algorithm", IS_SYMMETRIC)
def test_a_derived_key_has_the_length_of_its_algorithm(algorithm: KeyAlgorithm) -> None:
    derived = Derivation(KdfFunction.NIST_SP800, KdfHash.SHA_256, b"info", algorithm)
    assert derived.key(Secret(bytes(32))) == derived.octets(Secret(bytes(32)), algorithm.octets)


@pytest.mark.parametrize("algorithm", [a for a in KeyAlgorithm if a not in IS_SYMMETRIC])
def test_no_asymmetric_key_is_derived(algorithm: KeyAlgorithm) -> None:
    with pytest.raises(UnsupportedError, match=algorithm):
        Derivation(KdfFunction.NIST_SP800, KdfHash.SHA_256, b"", algorithm).key(Secret(bytes(32)))


@pytest.mark.parametrize("vector", CHAINS)
@pytest.mark.parametrize(("own", "other"), [("party_u", "party_v"), ("party_v", "party_u")])
def test_either_side_opens_the_block_under_the_derived_key(vector: Any, own: str, other: str) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    shared = agree(inputs["curve"], inputs[f"{own}_private"], inputs[f"{other}_public"])
    assert shared == secret(expected["shared_secret"])
    terms = derivation(
        FUNCTIONS[inputs["kdf"]], inputs["hash"], inputs["shared_information"], inputs["derived_key_algorithm"]
    )
    kek = terms.key(shared)
    assert kek == secret(expected["derived_key"])  # as derived: no parity was adjusted
    kbpk = tr31.Kbpk(terms.algorithm.letter.value, kek)
    content = tr31.unwrap(kbpk, expected["block"])
    assert content.key == secret(expected["wrapped_key"])
    padding = bytes.fromhex(inputs["block_padding"])
    assert tr31.wrap(kbpk, content.header, content.key, padding=padding) == expected["block"]


@pytest.mark.parametrize("change", [{"function": KdfFunction.ANSI_X963}, {"hash": KdfHash.SHA_384}, {"info": "00"}])
def test_terms_that_differ_derive_a_key_that_opens_nothing(change: dict[str, Any]) -> None:
    vector = CHAINS[0].values[0]
    terms: dict[str, Any] = {"function": KdfFunction.NIST_SP800, "hash": KdfHash.SHA_512, "info": ""} | change
    other = Derivation(terms["function"], terms["hash"], bytes.fromhex(terms["info"]), KeyAlgorithm.AES_128)
    kbpk = tr31.Kbpk("A", other.key(secret(vector["expected"]["shared_secret"])))
    with pytest.raises(FormatError) as refused:
        tr31.unwrap(kbpk, vector["expected"]["block"])
    assert refused.value.category == "mac_mismatch"
