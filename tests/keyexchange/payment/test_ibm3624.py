"""IBM 3624: natural PINs and offsets."""

from __future__ import annotations

from typing import Any

import psec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.crypto import TdesKey
from keyexchange.errors import FormatError, MismatchError, RuleError
from keyexchange.payment.ibm3624 import (
    DecimalisationTable,
    Ibm3624,
    natural_pin,
    pin_from_offset,
    pin_offset,
    verify_ibm3624,
)
from keyexchange.payment.pin import Pin, random_pin
from keyexchange.secret import Secret
from tests.vectors import vectors

pytestmark = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")  # psec's keys

OCTETS = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
KEY = TdesKey(Secret(OCTETS))
TABLE = "0123456789012345"
CARD = Ibm3624(DecimalisationTable(TABLE), "543210123456", "F")
DATA = st.text("0123456789", min_size=4, max_size=16)
PINS = st.text("0123456789", min_size=4, max_size=12)
TABLES = st.text("0123456789", min_size=16, max_size=16)


@pytest.mark.parametrize("vector", vectors("pin", "ibm3624"))
def test_natural_pins_and_offsets_are_the_published_ones(vector: Any) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    key, pin = TdesKey(Secret(bytes.fromhex(inputs["pvk"]))), Pin(inputs["pin"])
    card = Ibm3624(DecimalisationTable(inputs["decimalization_table"]), inputs["validation_data"].rstrip("F"), "F")
    assert natural_pin(key, card, len(pin)).reveal() == expected["natural_pin"]
    assert pin_offset(key, card, pin) == expected["offset"]
    assert pin_from_offset(key, card, expected["offset"]) == pin
    verify_ibm3624(key, card, pin, expected["offset"])


@settings(max_examples=100)
@given(TABLES, DATA, st.sampled_from("0123456789ABCDEFabcdef"), PINS)
def test_psec_gives_the_same(table: str, data: str, pad: str, digits: str) -> None:
    card = Ibm3624(DecimalisationTable(table), data, pad)
    offset = psec.pin.generate_ibm3624_offset(OCTETS, table, digits, data, 0, len(data), pad)
    assert pin_offset(KEY, card, Pin(digits)) == offset
    natural = psec.pin.generate_ibm3624_pin(OCTETS, table, "0" * len(digits), data, 0, len(data), pad)
    assert natural_pin(KEY, card, len(digits)).reveal() == natural


@settings(max_examples=100)
@given(TABLES, DATA, PINS)
def test_offset_and_pin_lead_to_each_other(table: str, data: str, digits: str) -> None:
    card = Ibm3624(DecimalisationTable(table), data)
    offset = pin_offset(KEY, card, Pin(digits))
    assert pin_from_offset(KEY, card, offset) == Pin(digits)
    verify_ibm3624(KEY, card, Pin(digits), offset)


def test_a_random_pin_with_its_offset_verifies() -> None:
    pin = random_pin(6)
    verify_ibm3624(KEY, CARD, pin, pin_offset(KEY, CARD, pin))


def test_the_natural_pin_has_offset_zero() -> None:
    assert pin_offset(KEY, CARD, natural_pin(KEY, CARD, 8)) == "00000000"


@settings(max_examples=50)
@given(st.integers(0, 5), st.integers(1, 9))
def test_one_wrong_digit_never_verifies(place: int, difference: int) -> None:
    offset = pin_offset(KEY, CARD, Pin("654321"))
    wrong = f"{offset[:place]}{(int(offset[place]) + difference) % 10}{offset[place + 1 :]}"
    with pytest.raises(MismatchError) as refused:
        verify_ibm3624(KEY, CARD, Pin("654321"), wrong)
    assert refused.value.reason == "pin"


@pytest.mark.parametrize("digits", ["6543", "65432", "6543210"])
def test_a_pin_of_another_length_than_the_offset_never_verifies(digits: str) -> None:
    with pytest.raises(MismatchError):
        verify_ibm3624(KEY, CARD, Pin(digits), pin_offset(KEY, CARD, Pin("654321")))


@settings(max_examples=60)
@given(PINS, st.integers(4, 12), st.text("0123456789", min_size=8, max_size=8))
def test_a_check_length_counts_from_the_right(digits: str, length: int, other: str) -> None:
    offset = pin_offset(KEY, CARD, Pin(digits))
    if length > len(digits):
        with pytest.raises(FormatError) as refusal:
            verify_ibm3624(KEY, CARD, Pin(digits), offset, length=length)
        assert refusal.value.category == "pin_offset"
        return
    left_differs = Pin(other[: len(digits) - length] + digits[-length:])
    verify_ibm3624(KEY, CARD, left_differs, offset, length=length)
    verify_ibm3624(KEY, CARD, left_differs, offset[-length:], length=length)
    wrong = Pin(digits[:-1] + str((int(digits[-1]) + 1) % 10))
    with pytest.raises(MismatchError):
        verify_ibm3624(KEY, CARD, wrong, offset, length=length)


def test_a_pin_shorter_than_the_check_length_never_verifies() -> None:
    offset = pin_offset(KEY, CARD, Pin("123456"))
    with pytest.raises(MismatchError):
        verify_ibm3624(KEY, CARD, Pin("3456"), offset, length=6)


@pytest.mark.parametrize("table", ["", TABLE[:15], TABLE + "6", "0123456789ABCDEF", "012345678901234٣"])
def test_what_is_no_table_is_refused(table: str) -> None:
    with pytest.raises(FormatError) as refused:
        DecimalisationTable(table)
    assert refused.value.category == "decimalisation_table"


@pytest.mark.parametrize("table", ["0123456789012345", "9876543210987654", "0000111122345678"])
def test_a_varied_table_passes(table: str) -> None:
    DecimalisationTable(table).require_varied()


@pytest.mark.parametrize("table", ["0000000000000000", "0000011223456789", "0011223344556677"[:14] + "66"])
def test_a_table_that_favours_some_pins_is_named_as_such(table: str) -> None:
    with pytest.raises(RuleError) as refused:
        DecimalisationTable(table).require_varied()
    assert refused.value.rule == "decimalisation-table"


@pytest.mark.parametrize(
    ("data", "pad", "category"),
    [
        ("123", "F", "validation_data"),
        ("1" * 17, "F", "validation_data"),
        ("12345A", "F", "validation_data"),
        ("123456", "G", "pad_character"),
        ("123456", "", "pad_character"),
        ("123456", "FF", "pad_character"),
    ],
)
def test_bad_validation_data_are_refused(data: str, pad: str, category: str) -> None:
    with pytest.raises(FormatError) as refused:
        Ibm3624(DecimalisationTable(TABLE), data, pad)
    assert refused.value.category == category


@pytest.mark.parametrize("offset", ["123", "1234567890123", "12A4"])
def test_what_is_no_offset_is_refused(offset: str) -> None:
    for use in (lambda: pin_from_offset(KEY, CARD, offset), lambda: verify_ibm3624(KEY, CARD, Pin("1234"), offset)):
        with pytest.raises(FormatError) as refused:
            use()
        assert refused.value.category == "pin_offset"


@pytest.mark.parametrize("length", [3, 13])
def test_a_natural_pin_of_no_pin_length_is_refused(length: int) -> None:
    with pytest.raises(FormatError, match="4 to 12"):
        natural_pin(KEY, CARD, length)


def test_nothing_of_the_card_is_printed() -> None:
    assert "543210" not in repr(CARD)
    assert TABLE not in repr(CARD)
