"""Key blocks under the master file key: known ones open and are made again, changed ones do not open."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from adapters.atalla import akb
from adapters.atalla.errors import Refusal
from adapters.atalla.face.protection import Protection
from keyexchange.crypto import TdesKey, rsa, tdes_kcv
from keyexchange.secret import Secret

from .conftest import BLOCKS, MASTER, VECTORS


@pytest.mark.parametrize("vector", VECTORS["keys"], ids=lambda vector: vector["id"])
def test_known_blocks_open_and_are_made_again(vector):
    protection = Protection(Secret(bytes.fromhex(vector["master_file_key"])))
    block = akb.parse(vector["block"])
    key = protection.unwrap(block, 1)
    assert key == Secret(bytes.fromhex(vector["key"]))
    assert tdes_kcv(TdesKey(key)).digits == vector["kcv"]
    assert protection.wrap(block.header, key) == vector["block"]


@pytest.mark.parametrize("place", [*range(8), 9, 30, 56, 58, 73])
def test_a_changed_character_is_seen(place):
    text = BLOCKS["e6-cvk"]
    other = "3" if place == 0 else "D" if text[place] == "C" else "C"
    with pytest.raises(Refusal) as refused:
        MASTER.unwrap(akb.parse(text[:place] + other + text[place + 1 :]), 4)
    assert (refused.value.code, refused.value.field) == ("05", 4)


def test_public_keys_are_in_clear_with_the_mac_of_the_convention():
    modulus = int.from_bytes(bytes((7 * i + 0xB1) % 256 for i in range(256)), "big")
    key = RSAPublicNumbers(65537, modulus).public_key()
    for header, mac in (("1wRVE000", "6C58510CA4722DC1"), ("1kREE000", "2035C82024886114")):
        text = MASTER.wrap_public(header, key)
        assert text.startswith(f"{header},00030100010100B1B8BFC6")
        assert text.endswith(f",{mac}")
        assert MASTER.unwrap_public(akb.parse(text), 1) == key


@pytest.mark.parametrize("bits", [2048, 3072])
def test_private_keys_come_back(bits):
    key = rsa.generate(bits)
    block = akb.parse(MASTER.wrap_private("1wRGN000", key))
    assert MASTER.unwrap_private(block, 1).private_numbers() == key.private_numbers()


def test_a_block_of_one_kind_is_none_of_another():
    symmetric, private = BLOCKS["e6-cvk"], MASTER.wrap_private("1wRGN000", rsa.generate(1024))
    for unwrap, text, code in (
        (MASTER.unwrap, private, "10"),
        (MASTER.unwrap_public, symmetric, "03"),
        (MASTER.unwrap_private, symmetric, "03"),
    ):
        with pytest.raises(Refusal) as refused:
            unwrap(akb.parse(text), 2)
        assert refused.value.code == code
