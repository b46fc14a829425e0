"""Keys of every kind travel, proprietary ones are read and never written, and no bit of a block can be turned over."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec as elliptic

from keyexchange.crypto import ec, rsa
from keyexchange.errors import FormatError, RuleError
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret
from keyexchange.tr31 import STRICT, VERSIONS, Header, Kbpk, OptionalBlock, parse, private_key_form, unwrap, wrap
from keyexchange.tr31.binding import seal
from tests.vectors import vectors

KBPKS = {"B": Kbpk("T", Secret(bytes(range(1, 25)))), "D": Kbpk("A", Secret(bytes(range(32))))}


@pytest.mark.parametrize("version", KBPKS)
@pytest.mark.parametrize(("size", "hash_id"), [(28, "20"), (32, "21"), (48, "22"), (64, "23"), (20, "10")])
def test_an_hmac_key_travels_with_its_hash(version: str, size: int, hash_id: str) -> None:
    header = Header(version, "M7", "H", "C", optional_blocks=(OptionalBlock("HM", hash_id),))
    key = Secret(bytes(range(size)))
    block = wrap(KBPKS[version], header, key, weaker_kbpk=version == "B")
    content = unwrap(KBPKS[version], block, STRICT)
    assert content.key == key
    assert content.violations == ()
    assert content.header.optional_blocks[0] == OptionalBlock("HM", hash_id)


@pytest.mark.parametrize("version", KBPKS)
def test_an_rsa_private_key_travels(version: str) -> None:
    pair = rsa.generate(2048)
    header = Header(version, "D1", "R", "D", optional_blocks=(OptionalBlock("AL", "0101"),))
    content = unwrap(KBPKS[version], wrap(KBPKS[version], header, Secret(rsa.private_der(pair))), STRICT)
    assert content.violations == ()
    assert private_key_form("R", content.key) == "PKCS#1 RSAPrivateKey"
    assert rsa.load_unchecked(content.key.reveal()).private_numbers() == pair.private_numbers()


@pytest.mark.parametrize("algorithm", ec.CURVES)
def test_an_elliptic_private_key_travels(algorithm: KeyAlgorithm) -> None:
    pair = ec.generate(algorithm)
    content = unwrap(KBPKS["D"], wrap(KBPKS["D"], Header("D", "S0", "E", "S"), Secret(ec.private_der(pair))), STRICT)
    assert content.violations == ()
    loaded = ec.load_private(content.key.reveal())
    assert isinstance(loaded, elliptic.EllipticCurvePrivateKey)
    assert loaded.private_numbers() == pair.private_numbers()


NUMERIC = {"key_usage": "10", "algorithm": "1", "mode_of_use": "2", "exportability": "3"}


@pytest.mark.parametrize("field", NUMERIC)
def test_a_proprietary_code_is_read_and_named_but_not_written(field: str) -> None:
    fields = {"key_usage": "D0", "algorithm": "A", "mode_of_use": "B", "exportability": "E"} | {field: NUMERIC[field]}
    header = Header("D", **fields)
    content = bytes([0, 128]) + bytes(range(16)) + bytes(14)
    text = header.text(16 + 2 * (32 + 16))
    ciphertext, mac = seal(VERSIONS["D"], KBPKS["D"].keys(VERSIONS["D"]), text.encode(), content)
    read = unwrap(KBPKS["D"], text + (ciphertext + mac).hex().upper())
    assert read.header == header
    assert read.header.proprietary == (field,)
    assert read.key == Secret(bytes(range(16)))
    for odd_header in (False, True):
        with pytest.raises(RuleError, match=field) as caught:
            wrap(KBPKS["D"], header, Secret(bytes(range(16))), odd_header=odd_header)
        assert caught.value.rule == "proprietary-code"


SHORTEST = {
    version: min(
        (
            p.values[0]["inputs"]
            for p in vectors("tr31", "unwrap")
            if p.values[0]["expected"]["version"] == version and p.values[0]["inputs"]["block"].isupper()
        ),
        key=lambda inputs: len(inputs["block"]),
    )
    for version in VERSIONS
}


@pytest.mark.parametrize("version", VERSIONS)
def test_no_bit_of_a_block_can_be_turned_over(version: str) -> None:
    block = SHORTEST[version]["block"]
    kbpk = Kbpk(VERSIONS[version].letter, Secret(bytes.fromhex(SHORTEST[version]["kbpk"])))
    key = unwrap(kbpk, block).key
    for place, character in enumerate(block):
        for bit in range(8):
            changed = block[:place] + chr(ord(character) ^ 1 << bit) + block[place + 1 :]
            if place >= len(parse(block).header_text) and changed.upper() == block:
                assert unwrap(kbpk, changed).key == key  # the same octets, written otherwise: a named tolerance
                with pytest.raises(FormatError, match="lower-case"):
                    unwrap(kbpk, changed, STRICT.union(unwrap(kbpk, block).tolerances))
            else:
                with pytest.raises(FormatError):
                    unwrap(kbpk, changed)
