"""Keys under the test PMK: the published figures, and what is not one of them."""

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.futurex.errors import Refusal
from adapters.futurex.keys import TEST_PMK, Pmk
from keyexchange import tr31
from keyexchange.crypto import ec, rsa
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk

from .conftest import PMK, VECTORS

BLOCKS = [vector for vector in VECTORS if vector["op"] == "block"]


@pytest.fixture(scope="module")
def rsa_key():
    return rsa.generate(2048)


@pytest.mark.parametrize("vector", BLOCKS, ids=lambda vector: vector["name"])
def test_known_blocks_are_opened_and_made(vector):
    inputs, block = vector["inputs"], vector["expected"]["block"]
    assert TEST_PMK.reveal().hex().upper() == inputs["pmk"]
    header, key = PMK.open(block)
    assert key.reveal().hex().upper() == inputs["key"]
    padding = bytes.fromhex(inputs["padding"])
    assert tr31.wrap(Kbpk("A", TEST_PMK), header, key, padding=padding) == block
    assert len(PMK.wrap(header, key)) == len(block)


@pytest.mark.parametrize("mode", ["G", "V", "D"])
def test_an_rsa_pair_is_two_blocks(rsa_key, mode):
    private, public = PMK.wrap_private(rsa_key, mode), PMK.wrap_public(rsa_key.public_key(), mode)
    assert PMK.open_private(private)[1].private_numbers() == rsa_key.private_numbers()
    assert PMK.open_public(public)[1] == rsa_key.public_key()
    assert private[7:8] == public[7:8] == "R"
    assert private[11] == "N", "a private key never leaves"
    with pytest.raises(Refusal, match="58"):
        PMK.open_private(public)
    with pytest.raises(Refusal, match="57"):
        PMK.open_public(private)


def test_an_elliptic_curve_pair_is_two_blocks():
    key = ec.generate(KeyAlgorithm.ECC_NIST_P521)
    private, public = PMK.wrap_private(key, "X"), PMK.wrap_public(key.public_key(), "X")
    assert private[5:9] == "K3EX"
    assert PMK.open_private(private)[1].private_numbers() == key.private_numbers()
    opened = PMK.open_public(public)[1]
    spki = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert opened.public_bytes(*spki) == key.public_key().public_bytes(*spki)


@pytest.mark.parametrize("block", ["", "D0112", "x" * 112, BLOCKS[0]["expected"]["block"][:-1] + "4"])
def test_what_is_not_under_the_pmk_is_refused(block):
    for opened, number in ((PMK.open, "48"), (PMK.open_private, "58"), (PMK.open_public, "57")):
        with pytest.raises(Refusal) as refused:
            opened(block)
        assert refused.value.number == number


def test_a_symmetric_key_is_no_asymmetric_one():
    with pytest.raises(Refusal, match="58"):
        PMK.open_private(BLOCKS[0]["expected"]["block"])
    with pytest.raises(Refusal, match="57"):
        PMK.open_public(BLOCKS[0]["expected"]["block"])


def test_what_the_pmk_does_not_take():
    with pytest.raises(Refusal, match="63"):
        PMK.wrap(Header("D", "C0", "T", "B"), Secret(bytes(16)))
    with pytest.raises(Refusal, match="63"):
        PMK.wrap(Header("D", "C0", "T", "C"), Secret(bytes(15)))
    with pytest.raises(Refusal, match="64"):
        Pmk(Secret(bytes(16))).wrap(Header("D", "K1", "A", "B"), Secret(bytes(32)))
