"""PINs under keys: known answers, round trips, translations that are permitted and those that are not."""

from __future__ import annotations

from typing import Any

import psec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.crypto import AesKey, BlockCipherKey, TdesKey
from keyexchange.errors import FormatError, RuleError, UnsupportedError
from keyexchange.payment.ibm3624 import DecimalisationTable, Ibm3624, pin_offset, verify_ibm3624
from keyexchange.payment.pin import Pin
from keyexchange.payment.pin_blocks import PinBlockFormat, PinLayout
from keyexchange.payment.pin_encryption import decrypt_pin, encrypt_pin, translate_pin
from keyexchange.payment.pvv import verify_pvv
from keyexchange.secret import Secret
from tests.keyexchange.payment.test_pin_blocks import pin_or_category
from tests.vectors import vectors

FORMATS = {f"ISO{member.value}": member for member in PinBlockFormat}
TIED = [PinBlockFormat.ISO_0, PinBlockFormat.ISO_3, PinBlockFormat.ISO_4]
PAN, OTHER_PAN = "5432101234567890", "5432101234567809"
TDES = TdesKey(Secret(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")))
AES = AesKey(Secret(bytes(range(16))))
PINS = st.text("0123456789", min_size=4, max_size=12)
PANS = st.text("0123456789", min_size=12, max_size=19)


def octets(text: str) -> bytes:
    return bytes.fromhex(text)


def key_of(text: str, pin_format: PinBlockFormat) -> BlockCipherKey:
    return (AesKey if pin_format is PinBlockFormat.ISO_4 else TdesKey)(Secret(octets(text)))


def some_key(pin_format: PinBlockFormat) -> BlockCipherKey:
    return AES if pin_format is PinBlockFormat.ISO_4 else TDES


@pytest.mark.parametrize("vector", vectors("pin", "encrypt_pin_block"))
def test_an_encrypted_block_is_the_published_one(vector: Any) -> None:
    inputs, layout = vector["inputs"], PinLayout(FORMATS[vector["inputs"]["format"]], vector["inputs"]["pan"])
    key = key_of(inputs["key"], layout.format)
    block = encrypt_pin(key, layout, Pin(inputs["pin"]), fill=inputs.get("fill"))
    assert block.hex().upper() == vector["expected"]["encrypted_pin_block"]
    assert decrypt_pin(key, layout, block) == Pin(inputs["pin"])


@pytest.mark.parametrize("vector", vectors("pin", "iso4"))
def test_format_4_is_two_encryptions_with_the_pan_between(vector: Any) -> None:
    inputs, layout = vector["inputs"], PinLayout(PinBlockFormat.ISO_4, vector["inputs"]["pan"])
    key = key_of(inputs["key"], layout.format)
    block = encrypt_pin(key, layout, Pin(inputs["pin"]), fill=inputs["random"])
    assert block.hex().upper() == vector["expected"]["encrypted_pin_block"]
    assert decrypt_pin(key, layout, block) == Pin(inputs["pin"])
    assert psec.pinblock.decipher_pinblock_iso_4(octets(inputs["key"]), block, inputs["pan"]) == inputs["pin"]


@pytest.mark.parametrize("vector", vectors("pin", "refuse_encrypted_block"))
def test_a_deciphered_block_that_must_not_be_read_is_refused(vector: Any) -> None:
    inputs, layout = vector["inputs"], PinLayout(FORMATS[vector["inputs"]["format"]], vector["inputs"]["pan"])
    with pytest.raises(FormatError) as refused:
        decrypt_pin(key_of(inputs["key"], layout.format), layout, octets(inputs["encrypted_pin_block"]))
    assert refused.value.category == "pin_block"


@pytest.mark.parametrize("vector", vectors("pin", "translate"))
def test_a_translated_block_is_the_published_one(vector: Any) -> None:
    sides = [vector["inputs"][side] for side in ("incoming", "outgoing")]
    layouts = [PinLayout(FORMATS[side["format"]], side["pan"]) for side in sides]
    keys = [key_of(side["key"], layout.format) for side, layout in zip(sides, layouts, strict=True)]
    fill = sides[1].get("fill", sides[1].get("random"))
    block = translate_pin(
        keys[0],
        layouts[0],
        octets(sides[0]["encrypted_pin_block"]),
        keys[1],
        layouts[1],
        fill=fill,
    )
    assert block.hex().upper() == vector["expected"]["encrypted_pin_block"]
    assert decrypt_pin(keys[1], layouts[1], block) == Pin(vector["expected"]["pin"])


@pytest.mark.parametrize("vector", vectors("pin", "translate_pin_data"))
def test_the_translation_that_a_live_service_made(vector: Any) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    layout = PinLayout(PinBlockFormat.ISO_0, inputs["account"] + "0")
    incoming, outgoing = (TdesKey(Secret(octets(inputs[f"{side}_key"]))) for side in ("incoming", "outgoing"))
    block = translate_pin(incoming, layout, octets(inputs["incoming_block"]), outgoing, layout)
    assert block.hex().upper() == expected["outgoing_block"]


@pytest.mark.parametrize("vector", vectors("pin", "verify_pin_pvv"))
def test_the_pvv_that_a_live_service_verified(vector: Any) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    pek, pvk = (TdesKey(Secret(octets(inputs[name]))) for name in ("pek", "pvk"))
    pin = decrypt_pin(pek, PinLayout(PinBlockFormat.ISO_0, inputs["pan"] + "0"), octets(inputs["encrypted_pin_block"]))
    assert pin == Pin(expected["pin"])
    verify_pvv(pvk, pin, inputs["pan"], inputs["pvki"], expected["pvv"])


@pytest.mark.parametrize("vector", vectors("pin", "verify_pin_ibm3624"))
def test_the_offset_that_a_live_service_verified(vector: Any) -> None:
    inputs = vector["inputs"]
    pek, pvk = (TdesKey(Secret(octets(inputs[name]))) for name in ("pek", "pvk"))
    layout = PinLayout(PinBlockFormat.ISO_0, inputs["pan_without_check_digit"] + "0")
    pin = decrypt_pin(pek, layout, octets(inputs["encrypted_pin_block"]))
    table = DecimalisationTable(inputs["decimalization_table"])
    card = Ibm3624(table, inputs["pin_validation_data"], inputs["pin_validation_pad"])
    assert pin_offset(pvk, card, pin) == inputs["pin_offset"]
    verify_ibm3624(pvk, card, pin, inputs["pin_offset"])


@settings(max_examples=100)
@given(st.sampled_from(TIED), st.sampled_from(TIED), PINS, PANS)
def test_there_and_back_is_the_same_pin(here: PinBlockFormat, there: PinBlockFormat, digits: str, pan: str) -> None:
    first, second = PinLayout(here, pan), PinLayout(there, pan)
    start = encrypt_pin(some_key(here), first, Pin(digits))
    middle = translate_pin(some_key(here), first, start, some_key(there), second)
    end = translate_pin(some_key(there), second, middle, some_key(here), first)
    assert decrypt_pin(some_key(here), first, end) == Pin(digits)


@settings(max_examples=50)
@given(st.sampled_from([16, 24]), st.sampled_from([16, 24, 32]), st.data(), PINS, PANS)
def test_every_key_size_translates(tdes: int, aes: int, data: st.DataObject, digits: str, pan: str) -> None:
    incoming = TdesKey(Secret(data.draw(st.binary(min_size=tdes, max_size=tdes))))
    outgoing = AesKey(Secret(data.draw(st.binary(min_size=aes, max_size=aes))))
    first, second = PinLayout(PinBlockFormat.ISO_3, pan), PinLayout(PinBlockFormat.ISO_4, pan)
    block = translate_pin(incoming, first, encrypt_pin(incoming, first, Pin(digits)), outgoing, second)
    assert psec.pinblock.decipher_pinblock_iso_4(outgoing.secret.reveal(), block, pan) == digits


@settings(max_examples=100)
@given(st.sampled_from([PinBlockFormat.ISO_0, PinBlockFormat.ISO_4]), PINS, st.integers(1, 12), st.integers(1, 9))
def test_a_block_never_gives_the_pin_for_another_pan(
    pin_format: PinBlockFormat, digits: str, place: int, difference: int
) -> None:
    # Format 3 may: where the PAN meets random fill, another PAN makes of it another fill
    changed = str((int(PAN[-place - 1]) + difference) % 10)
    other = f"{PAN[: -place - 1]}{changed}{PAN[-place:]}"
    block = encrypt_pin(some_key(pin_format), PinLayout(pin_format, PAN), Pin(digits))
    outcome = pin_or_category(lambda: decrypt_pin(some_key(pin_format), PinLayout(pin_format, other), block))
    assert outcome == "pin_block" or (isinstance(outcome, Pin) and outcome != Pin(digits))


@settings(max_examples=100)
@given(st.sampled_from(TIED), st.data())
def test_hostile_octets_give_a_pin_or_one_error(pin_format: PinBlockFormat, data: st.DataObject) -> None:
    layout = PinLayout(pin_format, PAN)
    block = data.draw(st.binary(min_size=layout.octets, max_size=layout.octets))
    outcome = pin_or_category(lambda: decrypt_pin(some_key(pin_format), layout, block))
    assert isinstance(outcome, Pin) or outcome == "pin_block"


@pytest.mark.parametrize("pin_format", PinBlockFormat)
def test_a_block_of_another_length_is_refused(pin_format: PinBlockFormat) -> None:
    layout = PinLayout(pin_format, PAN)
    for length in (0, 7, 9, 15, 17, 24):
        with pytest.raises(FormatError) as refused:
            decrypt_pin(some_key(pin_format), layout, bytes(length))
        assert refused.value.category == "pin_block_length"


@pytest.mark.parametrize("pin_format", PinBlockFormat)
def test_a_key_of_the_other_algorithm_is_refused(pin_format: PinBlockFormat) -> None:
    wrong = TDES if pin_format is PinBlockFormat.ISO_4 else AES
    layout = PinLayout(pin_format, PAN)
    with pytest.raises(UnsupportedError, match="format"):
        encrypt_pin(wrong, layout, Pin("1234"))
    with pytest.raises(UnsupportedError, match="format"):
        decrypt_pin(wrong, layout, bytes(layout.octets))


PERMITTED = {
    PinBlockFormat.ISO_0: "0234",
    PinBlockFormat.ISO_1: "01234",
    PinBlockFormat.ISO_2: "",
    PinBlockFormat.ISO_3: "0234",
    PinBlockFormat.ISO_4: "0234",
}


@pytest.mark.parametrize("target", PinBlockFormat)
@pytest.mark.parametrize("source", PinBlockFormat)
def test_formats_are_translated_as_pci_permits(source: PinBlockFormat, target: PinBlockFormat) -> None:
    first, second = PinLayout(source, PAN), PinLayout(target, PAN)
    block = encrypt_pin(some_key(source), first, Pin("4711"))
    if target.value in PERMITTED[source]:
        out = translate_pin(some_key(source), first, block, some_key(target), second)
        assert decrypt_pin(some_key(target), second, out) == Pin("4711")
    else:
        with pytest.raises(RuleError) as refused:
            translate_pin(some_key(source), first, block, some_key(target), second)
        assert refused.value.rule == "pin-translation"


def test_another_pan_needs_a_word_of_the_caller() -> None:
    here, there = PinLayout(PinBlockFormat.ISO_0, PAN), PinLayout(PinBlockFormat.ISO_4, OTHER_PAN)
    block = encrypt_pin(TDES, here, Pin("4711"))
    with pytest.raises(RuleError) as refused:
        translate_pin(TDES, here, block, AES, there)
    assert refused.value.rule == "pin-translation"
    assert PAN not in str(refused.value)
    out = translate_pin(TDES, here, block, AES, there, pan_may_change=True)
    assert decrypt_pin(AES, there, out) == Pin("4711")
