"""Dynamic keys: in a TR-31 block under a key of the store, and derived by ECDH."""

from __future__ import annotations

from typing import Any

import pytest

from keyexchange import tr31
from keyexchange.crypto import TdesKey, has_odd_parity, odd_parity, xor
from keyexchange.hsm.apc.errors import ApiError
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk
from tests.keyexchange.hsm.apc.data.desk import Desk
from tests.keyexchange.hsm.apc.data.other_side import meet

KEK = "00112233445566778899AABBCCDDEEFF"
TDES_KEK = "0123456789ABCDEFFEDCBA98765432101122334455667788"
WORKING = "0123456789ABCDEFFEDCBA9876543210"
ENCRYPTION = {"Symmetric": {"Mode": "ECB"}}
DATA = "31" * 16


def wrapped(kek: str = KEK, letter: str = "A", *, key: str = WORKING, **fields: str) -> dict[str, Any]:
    """A WrappedKey with a block, by default a TDES data key that encrypts and decrypts."""
    header = {"key_usage": "D0", "algorithm": "T", "mode_of_use": "B", **fields}
    block = tr31.wrap(
        Kbpk(letter, Secret(bytes.fromhex(kek))),
        Header("D" if letter == "A" else "B", **header),
        Secret(bytes.fromhex(key)),
        weaker_kbpk=True,
        odd_header=True,
    )
    return {"WrappedKeyMaterial": {"Tr31KeyBlock": block}}


def encrypt(desk: Desk, key: str, wrapped_key: dict[str, Any]) -> dict[str, Any]:
    return desk.ask(
        "EncryptData", KeyIdentifier=key, PlainText=DATA, EncryptionAttributes=ENCRYPTION, WrappedKey=wrapped_key
    )


@pytest.mark.parametrize(("usage", "algorithm", "kek", "letter"), [
    ("K1", "AES_128", KEK, "A"),
    ("K0", "AES_128", KEK, "A"),
    ("K0", "TDES_3KEY", TDES_KEK, "T"),
])  # fmt: skip
def test_a_key_in_a_block_is_used_and_its_kek_named(
    usage: str, algorithm: str, kek: str, letter: str, desk: Desk
) -> None:
    kek_arn = desk.key(usage, algorithm, "B", kek)
    answer = encrypt(desk, kek_arn, wrapped(kek, letter))
    stored = desk.key("D0", "TDES_2KEY", "B", WORKING)
    direct = desk.ask("EncryptData", KeyIdentifier=stored, PlainText=DATA, EncryptionAttributes=ENCRYPTION)
    assert answer["CipherText"] == direct["CipherText"]
    assert answer["KeyArn"] == kek_arn
    assert answer["KeyCheckValue"] == "08D7B4"
    back = desk.ask(
        "DecryptData",
        KeyIdentifier=kek_arn,
        CipherText=answer["CipherText"],
        DecryptionAttributes=ENCRYPTION,
        WrappedKey=wrapped(kek, letter, mode_of_use="D"),
    )
    assert back["PlainText"] == DATA


def test_the_check_value_is_by_the_method_that_was_asked_for(desk: Desk) -> None:
    kek = desk.key("K0", "AES_128", "D", KEK)
    usual = encrypt(desk, kek, wrapped())
    asked = encrypt(desk, kek, {**wrapped(), "KeyCheckValueAlgorithm": "CMAC"})
    assert usual["KeyCheckValue"] == "08D7B4"
    assert asked["KeyCheckValue"] != "08D7B4"
    assert asked["CipherText"] == usual["CipherText"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"key_usage": "P0"}, "KeyUsages not allowed for this operation: TR31_P0"),
        ({"mode_of_use": "D"}, "KeyModesOfUse not allowed for this operation"),
        ({"kek": "FF" * 16}, "MAC does not verify"),
        ({"algorithm": "A", "key": WORKING * 2}, "weaker AES_128"),
        ({"key": "0123456789ABCDEF" * 2}, "single DES"),
        ({"key_version_number": "c1"}, "component"),
    ],
)
def test_a_key_that_is_not_for_this_is_refused(fields: dict[str, str], said: str, desk: Desk) -> None:
    kek = desk.key("K0", "AES_128", "B", KEK)
    request = {"PlainText": DATA, "EncryptionAttributes": ENCRYPTION, "WrappedKey": wrapped(**fields)}
    assert said in desk.refused("EncryptData", KeyIdentifier=kek, **request)


@pytest.mark.parametrize(("usage", "mode", "said"), [("D0", "B", "TR31_K0"), ("K0", "E", "KeyModesOfUse")])
def test_the_kek_must_be_one_that_unwraps(usage: str, mode: str, said: str, desk: Desk) -> None:
    key = desk.key(usage, "AES_128", mode, KEK)
    request = {"PlainText": DATA, "EncryptionAttributes": ENCRYPTION, "WrappedKey": wrapped()}
    assert said in desk.refused("EncryptData", KeyIdentifier=key, **request)


def test_other_keys_than_data_and_pin_keys_do_not_come_wrapped(desk: Desk) -> None:
    """Source: APC Data Plane API reference, EncryptData: "key purpose of D0"."""
    kek = desk.key("K0", "AES_128", "B", KEK)
    request = {"PlainText": DATA, "WrappedKey": wrapped(key_usage="B0", mode_of_use="X")}
    attributes = {"Dukpt": {"KeySerialNumber": "FFFF9876543210E00001"}}
    refusal = desk.refused("EncryptData", KeyIdentifier=kek, EncryptionAttributes=attributes, **request)
    assert refusal == "A wrapped key can not be a TR31_B0_BASE_DERIVATION_KEY"


def test_the_parity_of_a_wrapped_key_is_not_looked_at(desk: Desk) -> None:
    kek, even = desk.key("K0", "AES_128", "B", KEK), xor(bytes.fromhex(WORKING), b"\x01" * 16)
    assert has_odd_parity(bytes.fromhex(WORKING))
    assert not has_odd_parity(even)
    answer = encrypt(desk, kek, wrapped(key=even.hex()))
    assert answer["CipherText"] == encrypt(desk, kek, wrapped())["CipherText"]


def test_weak_keys_of_des_are_taken_as_parts(desk: Desk) -> None:
    """But for equal parts, which are refused above."""
    kek, weak = desk.key("K0", "AES_128", "B", KEK), "01" * 8 + "FE" * 8
    expected = TdesKey(Secret(bytes.fromhex(weak))).encrypt_ecb(bytes.fromhex(DATA))
    assert encrypt(desk, kek, wrapped(key=weak))["CipherText"] == expected.hex().upper()


def test_the_parity_of_an_agreed_key_is_not_looked_at(desk: Desk) -> None:
    """It is as random as the key; under DES it is without effect."""
    other = meet(desk, "D0")
    answer = encrypt(desk, other.key_pair, other.wrapped_key("TDES_2KEY"))
    stored = desk.key("D0", "TDES_2KEY", "B", odd_parity(other.key("TDES_2KEY")).hex())
    direct = desk.ask("EncryptData", KeyIdentifier=stored, PlainText=DATA, EncryptionAttributes=ENCRYPTION)
    assert answer["CipherText"] == direct["CipherText"]


@pytest.mark.parametrize("function", ["NIST_SP800", "ANSI_X963"])
def test_a_key_that_both_sides_derive_is_used(function: str, desk: Desk) -> None:
    other = meet(desk, "D0")
    answer = encrypt(desk, other.key_pair, other.wrapped_key("AES_128", function=function))
    derived = desk.key("D0", "AES_128", "B", other.key("AES_128", function=function).hex())
    direct = desk.ask("EncryptData", KeyIdentifier=derived, PlainText=DATA, EncryptionAttributes=ENCRYPTION)
    assert answer["CipherText"] == direct["CipherText"]
    assert answer["KeyCheckValue"] == direct["KeyCheckValue"]
    assert answer["KeyArn"] == other.key_pair


def test_data_cross_from_a_derived_key_to_a_wrapped_one(desk: Desk) -> None:
    other, kek = meet(desk, "D0"), desk.key("K0", "AES_128", "B", KEK)
    sent = encrypt(desk, other.key_pair, other.wrapped_key("TDES_2KEY"))
    crossed = desk.ask(
        "ReEncryptData",
        IncomingKeyIdentifier=other.key_pair,
        OutgoingKeyIdentifier=kek,
        CipherText=sent["CipherText"],
        IncomingEncryptionAttributes=ENCRYPTION,
        OutgoingEncryptionAttributes=ENCRYPTION,
        IncomingWrappedKey=other.wrapped_key("TDES_2KEY"),
        OutgoingWrappedKey=wrapped(),
    )
    assert crossed["CipherText"] == encrypt(desk, kek, wrapped())["CipherText"]


def test_an_agreement_that_is_not_for_this_is_refused(desk: Desk) -> None:
    data, pins, wrapping = meet(desk, "D0"), meet(desk, "P0"), meet(desk, "K0")
    request = {"PlainText": DATA, "EncryptionAttributes": ENCRYPTION}

    def refused(key: str, wrapped_key: dict[str, Any]) -> str:
        return desk.refused("EncryptData", KeyIdentifier=key, WrappedKey=wrapped_key, **request)

    assert "TR31_P0_PIN_ENCRYPTION_KEY instead" in refused(pins.key_pair, pins.wrapped_key("AES_128"))
    assert "DeriveKeyUsage TR31_D0" in refused(wrapping.key_pair, wrapping.wrapped_key("AES_128"))
    assert "weaker ECC_NIST_P256" in refused(data.key_pair, data.wrapped_key("AES_256"))
    assert "HMAC_SHA256 instead of" in refused(data.key_pair, data.wrapped_key("HMAC_SHA256"))
    strangers = {**data.wrapped_key("AES_128")["WrappedKeyMaterial"]["DiffieHellmanSymmetricKey"]}
    strangers["CertificateAuthorityPublicKeyIdentifier"] = pins.authority
    wrong_authority = {"WrappedKeyMaterial": {"DiffieHellmanSymmetricKey": strangers}}
    assert "PublicKeyCertificate is not valid" in refused(data.key_pair, wrong_authority)
    strangers["CertificateAuthorityPublicKeyIdentifier"] = data.key_pair
    assert "not a public key for digital signatures" in refused(data.key_pair, wrong_authority)
    strangers["CertificateAuthorityPublicKeyIdentifier"] = "alias/nobody"
    with pytest.raises(ApiError) as missing:
        encrypt(desk, data.key_pair, wrong_authority)
    assert missing.value.code == "ResourceNotFoundException"
