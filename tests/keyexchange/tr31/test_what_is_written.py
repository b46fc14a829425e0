"""What is written can be read: keys are what their headers say, and are no stronger than what protects them."""

from __future__ import annotations

from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from keyexchange.crypto import ec, rsa
from keyexchange.errors import FormatError, RuleError
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, OptionalBlock, content_strength, most_strength, parse_header, unwrap, wrap

KBPKS = {
    80: Kbpk("T", Secret(bytes(range(16)))),
    112: Kbpk("T", Secret(bytes(range(1, 25)))),
    128: Kbpk("A", Secret(bytes(range(16)))),
    192: Kbpk("A", Secret(bytes(range(24)))),
    256: Kbpk("A", Secret(bytes(range(32)))),
}


def header(kbpk: Kbpk, usage: str, algorithm: str, mode: str, *blocks: tuple[str, str]) -> Header:
    version = "D" if kbpk.letter == "A" else "B"
    return Header(version, usage, algorithm, mode, optional_blocks=tuple(OptionalBlock(*block) for block in blocks))


def pkcs8(der: bytes) -> bytes:
    key = load_der_private_key(der, None)
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@cache
def private_key(name: str) -> bytes:
    if name.startswith("RSA"):
        return rsa.private_der(rsa.generate(int(name.removeprefix("RSA_"))))
    if name == "DSA_2048":
        key = dsa.generate_private_key(2048)
        return key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return ec.private_der(ec.generate(KeyAlgorithm(name)))


PAIRS = [
    ("RSA_2048", "R", 112),
    ("RSA_3072", "R", 128),
    ("ECC_NIST_P256", "E", 128),
    ("ECC_NIST_P384", "E", 192),
    ("ECC_NIST_P521", "E", 256),
    ("DSA_2048", "S", 112),
]
HMAC = [(28, "20", 112), (32, "21", 128), (48, "22", 192), (64, "23", 256), (16, "23", 128), (64, "10", 80)]


@pytest.mark.parametrize("form", [bytes, pkcs8], ids=["as it is", "PKCS#8"])
@pytest.mark.parametrize(("name", "letter", "bits"), PAIRS)
def test_a_private_key_is_held_against_its_kbpk(name: str, letter: str, bits: int, form: type) -> None:
    key = Secret(form(private_key(name)))
    for strength, kbpk in KBPKS.items():
        stated = header(kbpk, "S0", letter, "S")
        assert content_strength(stated, key) == bits
        if strength < bits:
            with pytest.raises(RuleError) as raised:
                wrap(kbpk, stated, key)
            assert raised.value.rule == "kek-strength"
        assert unwrap(kbpk, wrap(kbpk, stated, key, weaker_kbpk=strength < bits)).key == key
    assert most_strength(stated, len(key)) >= bits


@pytest.mark.parametrize(("size", "hash_id", "bits"), HMAC)
def test_an_hmac_key_is_held_against_its_kbpk(size: int, hash_id: str, bits: int) -> None:
    key = Secret(bytes(range(size)))
    for strength, kbpk in KBPKS.items():
        stated = header(kbpk, "M7", "H", "C", ("HM", hash_id))
        assert content_strength(stated, key) == bits
        if strength < bits:
            with pytest.raises(RuleError) as raised:
                wrap(kbpk, stated, key)
            assert raised.value.rule == "kek-strength"
        assert unwrap(kbpk, wrap(kbpk, stated, key, weaker_kbpk=strength < bits)).key == key
    assert most_strength(stated, size) == bits


OTHER_KEYS = [
    ("D", "P0", "E", 24, "decrypted_length"),
    ("T", "P0", "E", 17, "decrypted_length"),
    ("A", "P0", "E", 17, "decrypted_length"),
    ("H", "M7", "C", 13, "decrypted_length"),
    ("R", "S0", "S", 16, "key_form"),
    ("E", "S0", "S", 32, "key_form"),
]


@pytest.mark.parametrize(("letter", "usage", "mode", "size", "category"), OTHER_KEYS)
def test_a_key_that_is_not_what_its_header_says_is_refused(
    letter: str, usage: str, mode: str, size: int, category: str
) -> None:
    kbpk, key = KBPKS[256], Secret(bytes(size))
    blocks = (("HM", "21"),) if letter == "H" else ()
    stated = header(kbpk, usage, letter, mode, *blocks)
    with pytest.raises(FormatError) as raised:
        wrap(kbpk, stated, key, weaker_kbpk=True)
    assert raised.value.category == category
    assert unwrap(kbpk, wrap(kbpk, stated, key, odd_key=True)).violations


@pytest.mark.parametrize("size", [0, 8192])
def test_a_key_of_no_size_for_a_block_is_refused_whatever_is_asked(size: int) -> None:
    with pytest.raises(FormatError):
        wrap(KBPKS[256], header(KBPKS[256], "S0", "R", "S"), Secret(bytes(size)), odd_key=True, weaker_kbpk=True)


NOT_READABLE = {
    "a wrong check value of the key": (header(KBPKS[128], "P0", "A", "E", ("KC", "01123456")), "check-value-differs"),
    "a wrong check value of the KBPK": (header(KBPKS[128], "P0", "A", "E", ("KP", "01123456")), "check-value-differs"),
    "KS beside AES DUKPT": (header(KBPKS[128], "B1", "A", "X", ("KS", "0" * 20)), "header-combination"),
    "KS that is text": (header(KBPKS[128], "B1", "T", "X", ("KS", "text")), "header-combination"),
    "HMAC without HM": (header(KBPKS[128], "M7", "H", "C"), "header-combination"),
}


@pytest.mark.parametrize(("stated", "rule"), NOT_READABLE.values(), ids=NOT_READABLE)
def test_what_its_reader_would_not_take_is_not_written(stated: Header, rule: str) -> None:
    key = Secret(bytes(range(16)))
    with pytest.raises(RuleError) as raised:
        wrap(KBPKS[128], stated, key)
    assert raised.value.rule == rule
    assert wrap(KBPKS[128], stated, key, odd_header=True)


def test_right_check_values_are_written() -> None:
    kbpk, key = KBPKS[128], Secret(bytes(range(16, 32)))
    kcv = Kbpk("A", key).kcv.digits
    block = wrap(kbpk, header(kbpk, "P0", "A", "E", ("KC", f"01{kcv}"), ("KP", f"01{kbpk.kcv.digits}")), key)
    assert unwrap(kbpk, block).key == key


def test_an_extended_length_of_a_short_block_stays_as_it_is() -> None:
    text = "D0000P0AE00E0100LB00040010ABCDEF"
    read, end = parse_header(text)
    assert (end, read.text(0)) == (len(text), text)
    assert read.length == end
    assert read.optional_blocks == (OptionalBlock("LB", "ABCDEF"),)


@pytest.mark.parametrize("field", ["key_usage", "algorithm", "mode_of_use", "key_version_number", "exportability"])
@pytest.mark.parametrize("value", ["", "P0T"])
def test_a_field_of_another_size_is_refused(field: str, value: str) -> None:
    fields = {"key_usage": "P0", "algorithm": "A", "mode_of_use": "E"} | {field: value}
    with pytest.raises(FormatError) as raised:
        wrap(KBPKS[128], Header("D", **fields), Secret(bytes(range(16))))
    assert raised.value.category == "header_malformed"
