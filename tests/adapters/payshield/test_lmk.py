"""Keys under the test LMKs: published cryptograms and blocks, both ways; changed ones never open."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.payshield.errors import Refusal
from adapters.payshield.lmk import KeyBlockLmk, Protection, VariantLmk, blocks
from adapters.payshield.lmk.key_types import PAIRS, TR31_USAGE, TYPE_OF_USAGE, USAGES_OF_TYPE
from adapters.payshield.lmk.published import AES_LMK, TDES_LMK
from keyexchange.crypto import has_odd_parity, key_kcv, rsa
from keyexchange.crypto.blocks import block_cipher_key
from keyexchange.crypto.kcv import block_cipher_kcv
from keyexchange.crypto.rsa import sign_pkcs1_sha256
from keyexchange.keys import KeyAlgorithm, KeyUsage
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, OptionalBlock

from .conftest import VECTORS

VARIANT = VariantLmk("02")
LMKS = {"aes": KeyBlockLmk.aes_test("00"), "3des": KeyBlockLmk.tdes_test("01")}
SIGNING = Header("1", "03", "R", "S", "00", "N")


def secret(digits):
    return Secret(bytes.fromhex(digits))


def protection(vector):
    if vector["under"] == "zmk":
        return Protection(Kbpk("T", secret(vector["zmk"])))
    return Protection(Kbpk("A", secret(AES_LMK)) if vector["under"] == "aes" else Kbpk("T", secret(TDES_LMK)))


@pytest.mark.parametrize("vector", VECTORS["variant"], ids=lambda vector: vector["name"])
def test_known_cryptograms_of_the_variant_lmk(vector):
    key = VARIANT.decrypt(vector["key_type"], vector["text"])
    assert key == secret(vector["key"])
    assert VARIANT.encrypt(vector["key_type"], key) == vector["text"]
    letter = "D" if len(key) == 8 else "T"
    assert block_cipher_kcv(block_cipher_key(letter, key)).digits == vector["kcv"]


@pytest.mark.parametrize("vector", VECTORS["blocks"], ids=lambda vector: vector["name"])
def test_known_key_blocks(vector):
    header, key = blocks.unwrap_symmetric(protection(vector), vector["text"])
    assert key == secret(vector["key"])
    if "kcv" in vector:
        assert block_cipher_kcv(block_cipher_key(header.algorithm, key)).digits == vector["kcv"]
    if "padding" in vector:
        padding = bytes.fromhex(vector["padding"])
        assert blocks.wrap_symmetric(protection(vector), header, key, padding=padding) == vector["text"]


def test_the_check_value_of_the_aes_lmk_is_what_hsms_show():
    assert LMKS["aes"].check_value == VECTORS["aes_lmk"]["check_value"]


@pytest.mark.parametrize("name", LMKS)
def test_a_key_comes_back_with_its_header(name):
    lmk = LMKS[name]
    optional = (OptionalBlock("05", "a comment"),)
    header = Header("1", "72", "T", "B", "07", "S", optional)
    text = lmk.wrap(header, secret("0123456789ABCDEFFEDCBA9876543210"))
    assert int(text[2:6]) == len(text) - 1
    read, key = lmk.unwrap(text)
    assert key == secret("0123456789ABCDEFFEDCBA9876543210")
    assert (read.key_usage, read.key_version_number, read.reserved) == ("72", "07", lmk.identifier)
    assert read.optional_blocks[0] == optional[0]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(VECTORS["blocks"]), st.integers(min_value=1), st.integers(min_value=1, max_value=127))
def test_a_changed_block_never_opens(vector, position, change):
    text = bytearray(vector["text"], "ascii")
    position = 1 + position % (len(text) - 1)
    text[position] ^= change
    if text[position : position + 1].upper() == vector["text"][position].encode().upper():
        return  # the other case of a hex digit is the same block
    with pytest.raises(Refusal) as refused:
        blocks.unwrap_symmetric(protection(vector), text.decode("ascii"))
    assert refused.value.code in {"A1", "A4", "A5", "AC", "B2"}


def test_a_block_of_another_lmk_is_refused_with_the_code_for_why():
    under_tdes = LMKS["3des"].wrap(Header("0", "P0", "T", "B"), secret("0123456789ABCDEFFEDCBA9876543210"))
    with pytest.raises(Refusal, match="A1"):
        LMKS["aes"].unwrap(under_tdes)
    under_another_id = KeyBlockLmk.aes_test("07").wrap(Header("1", "P0", "T", "B"), secret("0123456789ABCDEF" * 2))
    with pytest.raises(Refusal, match="A3"):
        LMKS["aes"].unwrap(under_another_id)


def test_a_3des_lmk_holds_no_aes_key():
    with pytest.raises(Refusal, match="48"):
        LMKS["3des"].wrap(Header("0", "D0", "A", "B"), secret("00" * 16))


@pytest.fixture(scope="module")
def rsa_key():
    return rsa.generate(2048)


@pytest.mark.parametrize(("name", "length"), [("aes", b"S10704"), ("3des", b"S00688")])
def test_rsa_private_keys_have_the_recorded_block_lengths(name, length, rsa_key):
    block = LMKS[name].wrap_private(SIGNING, rsa_key)
    assert block.startswith(length)
    header, loaded = LMKS[name].unwrap_private(block)
    assert sign_pkcs1_sha256(loaded, b"x") == sign_pkcs1_sha256(rsa_key, b"x")
    assert header.mode_of_use == "S"
    assert LMKS[name].unwrap_private(block)[1] is loaded, "a loaded key is kept"


def test_a_changed_private_key_block_never_opens(rsa_key):
    block = LMKS["aes"].wrap_private(SIGNING, rsa_key)
    for position in (6, 20, 300, 690, 704):
        changed = block[:position] + bytes([block[position] ^ 1]) + block[position + 1 :]
        with pytest.raises(Refusal):
            LMKS["aes"].unwrap_private(changed)


def test_a_symmetric_key_is_no_private_key():
    block = blocks.wrap_private(protection({"under": "aes"}), replace(SIGNING, key_usage="B0"), Secret(bytes(16)))
    with pytest.raises(Refusal, match="A6"):
        LMKS["aes"].unwrap_private(block)


def test_a_variant_private_key_has_656_octets_at_2048_bits(rsa_key):
    cryptogram = VARIANT.encrypt_private(rsa_key)
    assert len(cryptogram) == 656
    loaded = VARIANT.decrypt_private(cryptogram)
    assert sign_pkcs1_sha256(loaded, b"x") == sign_pkcs1_sha256(rsa_key, b"x")
    with pytest.raises(Refusal, match="49"):
        VARIANT.decrypt_private(bytes(656))
    with pytest.raises(Refusal, match="49"):
        VARIANT.decrypt_private(cryptogram[:100] + bytes(8) + cryptogram[108:])
    with pytest.raises(Refusal, match="78"):
        VARIANT.decrypt_private(cryptogram[:-1])


def test_a_wrong_key_type_spoils_the_parity():
    assert not has_odd_parity(VARIANT.decrypt("402", "U8E3D3E2FD5919657F05A1AA90D32A014").reveal())


@pytest.mark.parametrize(("key_type", "text", "code"), [
    ("00F", "U8E3D3E2FD5919657F05A1AA90D32A014", "04"),
    ("A00", "U8E3D3E2FD5919657F05A1AA90D32A014", "04"),
    ("009", "X8E3D3E2FD5919657F05A1AA90D32A014", "26"),
])  # fmt: skip
def test_unknown_types_and_schemes_are_refused(key_type, text, code):
    with pytest.raises(Refusal, match=code):
        VARIANT.decrypt(key_type, text)


def test_the_tables_agree_with_each_other():
    usages = set(KeyUsage.__members__)
    for usage, key_type in TYPE_OF_USAGE.items():
        assert usage in USAGES_OF_TYPE[key_type]
    assert all(key_type[1:] in PAIRS for key_type in USAGES_OF_TYPE)
    assert all(set(allowed) <= usages for allowed in USAGES_OF_TYPE.values())
    assert {code for code in TR31_USAGE.values() if not code.isdigit()} <= usages


def test_check_values_of_aes_keys_are_cmacs():
    vector = next(v for v in VECTORS["blocks"] if v["name"] == "own-k1-aes256")
    assert key_kcv(KeyAlgorithm.AES_256, secret(vector["key"])).digits == vector["kcv"]
