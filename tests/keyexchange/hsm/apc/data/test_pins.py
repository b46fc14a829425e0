"""GeneratePinData and VerifyPinData: known answers, every member there and back, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyexchange import tr31
from keyexchange.crypto import AesKey, TdesKey, aes_kcv
from keyexchange.payment import Pin, PinBlockFormat, PinLayout, decrypt_pin, encrypt_pin
from keyexchange.secret import Secret
from tests.keyexchange.hsm.apc.data.desk import Desk
from tests.keyexchange.hsm.apc.data.other_side import meet
from tests.vectors import vectors

PAN, OTHER_PAN = "4111111111111111", "4222222222222220"
PEK = "0123456789ABCDEFFEDCBA98765432100011223344556677"
TABLE = "0123456789012345"
CARD = {"DecimalizationTable": TABLE, "PinValidationData": "411111111111", "PinValidationDataPadCharacter": "F"}
UNREADABLE = "Pin block provided is invalid. Please check your input to ensure all field values are correct."
PINS = st.text("0123456789", min_size=4, max_size=12)
CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

PinKeys = dict[str, str]


@pytest.fixture(scope="module")
def keys(desk: Desk) -> PinKeys:
    return {
        "pek": desk.key("P0", "TDES_3KEY", "B", PEK),
        "aes": desk.key("P0", "AES_128", "B"),
        "pvv": desk.key("V2", "TDES_2KEY", "C"),
        "ibm": desk.key("V1", "TDES_2KEY", "C"),
    }


def block_of(digits: str, pin_format: PinBlockFormat = PinBlockFormat.ISO_0, pan: str = PAN) -> str:
    """What a terminal sends, under the PEK."""
    return encrypt_pin(TdesKey(Secret(bytes.fromhex(PEK))), PinLayout(pin_format, pan), Pin(digits)).hex()


def generated(desk: Desk, pvk: str, pek: str, member: dict[str, Any], **further: Any) -> Any:
    request = {"PrimaryAccountNumber": PAN, "PinBlockFormat": "ISO_FORMAT_0"} | further
    return desk.ask(
        "GeneratePinData",
        GenerationKeyIdentifier=pvk,
        EncryptionKeyIdentifier=pek,
        GenerationAttributes=member,
        **request,
    )


def verification(pvk: str, pek: str, block: str, member: dict[str, Any], **further: Any) -> dict[str, Any]:
    return {
        "VerificationKeyIdentifier": pvk,
        "EncryptionKeyIdentifier": pek,
        "EncryptedPinBlock": block,
        "VerificationAttributes": member,
        "PrimaryAccountNumber": PAN,
        "PinBlockFormat": "ISO_FORMAT_0",
    } | further


def visa(value: str, index: int = 1) -> dict[str, Any]:
    return {"VisaPin": {"PinVerificationKeyIndex": index, "VerificationValue": value}}


def ibm(offset: str) -> dict[str, Any]:
    return {"Ibm3624Pin": {**CARD, "PinOffset": offset}}


@pytest.mark.parametrize("vector", vectors("pin", "verify_pin_pvv"))
def test_a_pvv_of_the_live_service_verifies(vector: Any, desk: Desk) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    pek, pvk = desk.key("P0", "TDES_2KEY", "B", inputs["pek"]), desk.key("V2", "TDES_2KEY", "C", inputs["pvk"])
    block, pan = inputs["encrypted_pin_block"], inputs["pan"] + "0"
    given_pin = {"VisaPinVerificationValue": {"EncryptedPinBlock": block, "PinVerificationKeyIndex": inputs["pvki"]}}
    answer = generated(desk, pvk, pek, given_pin, PrimaryAccountNumber=pan)
    assert answer["PinData"] == {"VerificationValue": expected["pvv"]}
    assert answer["EncryptedPinBlock"] == block
    request = verification(pvk, pek, block, visa(expected["pvv"], inputs["pvki"]), PrimaryAccountNumber=pan)
    desk.ask("VerifyPinData", **request)


@pytest.mark.parametrize("vector", vectors("pin", "verify_pin_ibm3624"))
def test_an_offset_of_the_live_service_verifies(vector: Any, desk: Desk) -> None:
    inputs = vector["inputs"]
    pek, pvk = desk.key("P0", "TDES_2KEY", "B", inputs["pek"]), desk.key("V1", "TDES_2KEY", "C", inputs["pvk"])
    card = {
        "DecimalizationTable": inputs["decimalization_table"],
        "PinValidationData": inputs["pin_validation_data"],
        "PinValidationDataPadCharacter": inputs["pin_validation_pad"],
    }
    block, pan = inputs["encrypted_pin_block"], inputs["pan_without_check_digit"] + "0"
    answer = generated(
        desk, pvk, pek, {"Ibm3624PinOffset": {"EncryptedPinBlock": block, **card}}, PrimaryAccountNumber=pan
    )
    assert answer["PinData"] == {"PinOffset": inputs["pin_offset"]}
    member = {"Ibm3624Pin": {**card, "PinOffset": inputs["pin_offset"]}}
    desk.ask("VerifyPinData", **verification(pvk, pek, block, member, PrimaryAccountNumber=pan))


@pytest.mark.parametrize("vector", vectors("pin", "visa_pvv"))
def test_pvvs_are_those_of_the_source(vector: Any, desk: Desk, keys: PinKeys) -> None:
    inputs = vector["inputs"]
    sized = {32: "TDES_2KEY", 48: "TDES_3KEY"}[len(inputs["pvk"])]
    pvk = desk.key("V2", sized, "C", inputs["pvk"])
    block = block_of(inputs["pin"], pan=inputs["pan"])
    member = {"VisaPinVerificationValue": {"EncryptedPinBlock": block, "PinVerificationKeyIndex": inputs["pvki"]}}
    answer = generated(desk, pvk, keys["pek"], member, PrimaryAccountNumber=inputs["pan"])
    assert answer["PinData"] == {"VerificationValue": vector["expected"]["pvv"]}


@pytest.mark.parametrize("vector", vectors("dukpt_tdes", "dukpt_pin_key") + vectors("apc_data", "dukpt_encrypt_pin"))
def test_a_pin_under_dukpt_verifies(vector: Any, desk: Desk, keys: PinKeys) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    pin, pan = inputs.get("pin", "1234"), inputs.get("pan", PAN)
    bdk = desk.key("B0", "TDES_2KEY", "X", inputs["bdk"])
    block = expected.get("encrypted_pin_block")
    if block is None:
        key = TdesKey(Secret(bytes.fromhex(expected["pin_key"])))
        block = encrypt_pin(key, PinLayout(PinBlockFormat.ISO_0, pan), Pin(pin)).hex()
    stated = {"VisaPinVerificationValue": {"EncryptedPinBlock": block_of(pin, pan=pan), "PinVerificationKeyIndex": 1}}
    pvv = generated(desk, keys["pvv"], keys["pek"], stated, PrimaryAccountNumber=pan)["PinData"]["VerificationValue"]
    dukpt = {"KeySerialNumber": inputs["ksn"], "DukptDerivationType": "TDES_2KEY"}
    request = verification(keys["pvv"], bdk, block, visa(pvv), DukptAttributes=dukpt, PrimaryAccountNumber=pan)
    assert desk.ask("VerifyPinData", **request)["EncryptionKeyArn"] == bdk


@pytest.mark.parametrize("member", ["VisaPin", "Ibm3624RandomPin", "Ibm3624NaturalPin", "Ibm3624PinFromOffset"])
@pytest.mark.parametrize("pin_format", ["ISO_FORMAT_0", "ISO_FORMAT_1", "ISO_FORMAT_3", "ISO_FORMAT_4"])
@pytest.mark.parametrize("length", [None, 4, 6, 12])
def test_a_new_pin_verifies_in_every_format(
    desk: Desk, keys: PinKeys, member: str, pin_format: str, length: int | None
) -> None:
    pek = keys["aes" if pin_format == "ISO_FORMAT_4" else "pek"]
    pvk = keys["pvv" if member == "VisaPin" else "ibm"]
    details: dict[str, Any] = {"PinVerificationKeyIndex": 1} if member == "VisaPin" else dict(CARD)
    if member == "Ibm3624PinFromOffset":
        details["PinOffset"] = "9" * (length or 4)
    wanted = {"PinBlockFormat": pin_format} | ({} if length is None else {"PinDataLength": length})
    answer = generated(desk, pvk, pek, {member: details}, **wanted)
    assert answer["GenerationKeyArn"] == pvk
    assert answer["EncryptionKeyArn"] == pek
    stated = answer["PinData"]
    told = visa(stated["VerificationValue"]) if member == "VisaPin" else ibm(stated["PinOffset"])
    desk.ask("VerifyPinData", **verification(pvk, pek, answer["EncryptedPinBlock"], told, **wanted))


def test_what_a_pin_that_is_not_new_says_of_itself(desk: Desk, keys: PinKeys) -> None:
    natural = generated(desk, keys["ibm"], keys["pek"], {"Ibm3624NaturalPin": CARD}, PinDataLength=5)
    assert natural["PinData"] == {"PinOffset": "00000"}
    again = generated(
        desk, keys["ibm"], keys["pek"], {"Ibm3624PinFromOffset": {**CARD, "PinOffset": "00000"}}, PinDataLength=5
    )
    assert again["EncryptedPinBlock"] == natural["EncryptedPinBlock"]
    assert again["PinData"] == natural["PinData"]


@CALM
@given(pin=PINS, place=st.integers(0, 11), other=st.integers(1, 9))
def test_a_wrong_digit_never_verifies(desk: Desk, keys: PinKeys, pin: str, place: int, other: int) -> None:
    pek, block = keys["pek"], block_of(pin)
    place %= len(pin)
    wrong = block_of(pin[:place] + str((int(pin[place]) + other) % 10) + pin[place + 1 :])
    member = {"Ibm3624PinOffset": {"EncryptedPinBlock": block, **CARD}}
    offset = generated(desk, keys["ibm"], pek, member)["PinData"]["PinOffset"]
    length = {"PinDataLength": len(pin)}
    desk.ask("VerifyPinData", **verification(keys["ibm"], pek, block, ibm(offset), **length))
    request = verification(keys["ibm"], pek, wrong, ibm(offset), **length)
    assert desk.failed("VerifyPinData", **request) == "INVALID_PIN"


@CALM
@given(pin=PINS, value=st.text("0123456789", min_size=4, max_size=4), index=st.integers(0, 6))
def test_a_wrong_pvv_never_verifies(desk: Desk, keys: PinKeys, pin: str, value: str, index: int) -> None:
    pvk, pek, block = keys["pvv"], keys["pek"], block_of(pin)
    member = {"VisaPinVerificationValue": {"EncryptedPinBlock": block, "PinVerificationKeyIndex": index}}
    right = generated(desk, pvk, pek, member)["PinData"]["VerificationValue"]
    request = verification(pvk, pek, block, visa(value, index))
    if value == right:
        desk.ask("VerifyPinData", **request)
    else:
        assert desk.failed("VerifyPinData", **request) == "INVALID_PIN"


def test_so_many_digits_count_from_the_right_as_the_request_says(desk: Desk, keys: PinKeys) -> None:
    pvk, pek = keys["ibm"], keys["pek"]
    member = {"Ibm3624PinOffset": {"EncryptedPinBlock": block_of("123456"), **CARD}}
    offset = generated(desk, pvk, pek, member)["PinData"]["PinOffset"]
    assert len(offset) == 6
    shorter = generated(desk, pvk, pek, member, PinDataLength=4)["PinData"]["PinOffset"]
    assert shorter == offset[-4:]
    left_differs = block_of("923456")
    for stated in (offset, shorter):
        desk.ask("VerifyPinData", **verification(pvk, pek, left_differs, ibm(stated)))
    whole = verification(pvk, pek, left_differs, ibm(offset), PinDataLength=6)
    assert desk.failed("VerifyPinData", **whole) == "INVALID_PIN"
    short = verification(pvk, pek, block_of("3456"), ibm(offset), PinDataLength=6)
    assert desk.failed("VerifyPinData", **short) == "INVALID_PIN"
    assert "offset" in desk.refused(
        "VerifyPinData", **verification(pvk, pek, left_differs, ibm("1234"), PinDataLength=6)
    )
    assert "PinDataLength" in desk.refused(
        "GeneratePinData",
        GenerationKeyIdentifier=pvk,
        EncryptionKeyIdentifier=pek,
        PinBlockFormat="ISO_FORMAT_0",
        PrimaryAccountNumber=PAN,
        PinDataLength=8,
        GenerationAttributes=member,
    )


def test_random_pins_differ(desk: Desk, keys: PinKeys) -> None:
    blocks = {
        generated(desk, keys["pvv"], keys["pek"], {"VisaPin": {"PinVerificationKeyIndex": 1}}, PinDataLength=12)[
            "EncryptedPinBlock"
        ]
        for _ in range(20)
    }
    assert len(blocks) == 20


def unreadable() -> dict[str, dict[str, Any]]:
    return {
        "another PAN": {"PrimaryAccountNumber": OTHER_PAN},
        "another format": {"PinBlockFormat": "ISO_FORMAT_3"},
        "another block": {"EncryptedPinBlock": "0123456789ABCDEF"},
    }


@pytest.mark.parametrize("why", unreadable())
def test_a_block_that_does_not_read_gets_the_services_one_message(desk: Desk, keys: PinKeys, why: str) -> None:
    request = verification(keys["pvv"], keys["pek"], block_of("1234"), visa("1234")) | unreadable()[why]
    assert desk.refused("VerifyPinData", **request) == UNREADABLE


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"EncryptedPinBlock": "0123456789ABCDEF0"}, "even number"),
        ({"EncryptedPinBlock": "0123456789ABCDEF01"}, "octets"),
        ({"PinBlockFormat": "ISO_FORMAT_4"}, "not encrypted under this kind of key"),
        ({"VerificationAttributes": visa("12345")}, "4 decimal digits"),
        ({"DukptAttributes": {"KeySerialNumber": "0" * 20, "DukptDerivationType": "TDES_2KEY"}}, "KeyUsages"),
    ],
)
def test_bad_input_is_refused(desk: Desk, keys: PinKeys, change: dict[str, Any], words: str) -> None:
    request = verification(keys["pvv"], keys["pek"], block_of("1234"), visa("1234"))
    assert words in desk.refused("VerifyPinData", **(request | change))


@pytest.mark.parametrize("pin_format", ["ISO_FORMAT_0", "ISO_FORMAT_1"])
def test_a_pvv_needs_a_pan_whatever_the_format(desk: Desk, keys: PinKeys, pin_format: str) -> None:
    message = desk.refused(
        "GeneratePinData",
        GenerationKeyIdentifier=keys["pvv"],
        EncryptionKeyIdentifier=keys["pek"],
        PinBlockFormat=pin_format,
        GenerationAttributes={"VisaPin": {"PinVerificationKeyIndex": 1}},
    )
    assert "PAN" in message or "PrimaryAccountNumber" in message


@pytest.mark.parametrize(("usage", "mode"), [("P0", "D"), ("D0", "B"), ("K0", "B")])
def test_a_new_pin_takes_a_key_that_encrypts_pins(desk: Desk, keys: PinKeys, usage: str, mode: str) -> None:
    message = desk.refused(
        "GeneratePinData",
        GenerationKeyIdentifier=keys["pvv"],
        EncryptionKeyIdentifier=desk.key(usage, "TDES_2KEY", mode),
        PinBlockFormat="ISO_FORMAT_0",
        PrimaryAccountNumber=PAN,
        GenerationAttributes={"VisaPin": {"PinVerificationKeyIndex": 1}},
    )
    assert "not allowed for this operation" in message


def test_an_offset_of_another_length_than_asked_for_is_refused(desk: Desk, keys: PinKeys) -> None:
    message = desk.refused(
        "GeneratePinData",
        GenerationKeyIdentifier=keys["ibm"],
        EncryptionKeyIdentifier=keys["pek"],
        PinBlockFormat="ISO_FORMAT_0",
        PrimaryAccountNumber=PAN,
        PinDataLength=5,
        GenerationAttributes={"Ibm3624PinFromOffset": {**CARD, "PinOffset": "1234"}},
    )
    assert "PinDataLength" in message


@pytest.mark.parametrize("usage", ["P0", None])
def test_a_pin_is_chosen_and_revealed_under_an_agreed_key(desk: Desk, keys: PinKeys, usage: str | None) -> None:
    other = meet(desk, usage)
    key, held = AesKey(Secret(other.key("AES_128"))), PinLayout(PinBlockFormat.ISO_4, PAN)
    agreed = {"EncryptionWrappedKey": other.wrapped_key("AES_128"), "PinBlockFormat": "ISO_FORMAT_4"}
    chosen = encrypt_pin(key, held, Pin("246813")).hex()
    member = {"VisaPinVerificationValue": {"EncryptedPinBlock": chosen, "PinVerificationKeyIndex": 1}}
    pvv = generated(desk, keys["pvv"], other.key_pair, member, **agreed)["PinData"]["VerificationValue"]
    desk.ask("VerifyPinData", **verification(keys["pvv"], other.key_pair, chosen, visa(pvv), **agreed))
    desk.ask("VerifyPinData", **verification(keys["pvv"], keys["pek"], block_of("246813"), visa(pvv)))
    new = generated(desk, keys["ibm"], other.key_pair, {"Ibm3624RandomPin": CARD}, PinDataLength=6, **agreed)
    assert new["EncryptionKeyArn"] == other.key_pair
    assert new["EncryptionKeyCheckValue"] == aes_kcv(key).digits
    revealed = decrypt_pin(key, held, bytes.fromhex(new["EncryptedPinBlock"])).reveal()
    told = ibm(new["PinData"]["PinOffset"])
    request = verification(keys["ibm"], keys["pek"], block_of(revealed), told, PinDataLength=6)
    desk.ask("VerifyPinData", **request)


def test_a_pin_is_verified_under_a_key_that_comes_in_a_block(desk: Desk, keys: PinKeys) -> None:
    kek = bytes.fromhex("89ABCDEF0123456776543210FEDCBA981122334455667788")
    header = tr31.Header("B", "P0", "T", "D")
    block = tr31.wrap(tr31.Kbpk("T", Secret(kek)), header, Secret(bytes.fromhex(PEK)))
    member = {"VisaPinVerificationValue": {"EncryptedPinBlock": block_of("1357"), "PinVerificationKeyIndex": 1}}
    pvv = generated(desk, keys["pvv"], keys["pek"], member)["PinData"]["VerificationValue"]
    key = desk.key("K0", "TDES_3KEY", "B", kek.hex())
    dynamic = {"EncryptionWrappedKey": {"WrappedKeyMaterial": {"Tr31KeyBlock": block}}}
    request = verification(keys["pvv"], key, block_of("1357"), visa(pvv), **dynamic)
    assert desk.ask("VerifyPinData", **request)["EncryptionKeyArn"] == key
    new = {"GenerationKeyIdentifier": keys["ibm"], "EncryptionKeyIdentifier": key, "PinBlockFormat": "ISO_FORMAT_1"}
    message = desk.refused("GeneratePinData", GenerationAttributes={"Ibm3624RandomPin": CARD}, **new, **dynamic)
    assert "KeyModesOfUse" in message
    both = request | {"DukptAttributes": {"KeySerialNumber": "0" * 20, "DukptDerivationType": "TDES_2KEY"}}
    assert "do not go together" in desk.refused("VerifyPinData", **both)
