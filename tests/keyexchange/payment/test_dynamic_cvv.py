"""Card values that change with every transaction."""

from __future__ import annotations

from typing import Any

import pyemv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.crypto import TdesKey
from keyexchange.errors import FormatError, MismatchError, UnsupportedError
from keyexchange.payment.card_value import CardValue
from keyexchange.payment.dynamic_cvv import Cvc3, Dcvv, DerivedCavv, DiscoverDcvv, iv_cvc3
from keyexchange.payment.emv.master_keys import icc_master_key_a
from keyexchange.secret import Secret
from tests.vectors import vectors

pytestmark = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")  # pyemv's keys

OCTETS = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
KEY = TdesKey(Secret(OCTETS))
PAN = "4123456789012345"
IV = bytes.fromhex("94C9")


def card_key(vector: Any) -> TdesKey:
    """The card's key: as printed, and derived too where the source's method is EMV's."""
    inputs, expected = vector["inputs"], vector["expected"]
    if inputs["derivation"] == "option A":
        issuer = TdesKey(Secret(bytes.fromhex(inputs["imk"])))
        derived = icc_master_key_a(issuer, inputs["pan"], inputs["psn"])
        printed = expected.get("icc_master_key", derived.secret.reveal().hex())
        assert derived.secret.reveal() == bytes.fromhex(printed)
        return derived
    return TdesKey(Secret(bytes.fromhex(expected["icc_master_key"])))


@pytest.mark.parametrize("vector", vectors("card", "dcvv"))
def test_a_dcvv_is_the_published_one_and_verifies(vector: Any) -> None:
    inputs, key = vector["inputs"], card_key(vector)
    value = Dcvv(inputs["pan"], inputs["expiry"], inputs["service_code"], inputs["atc"])
    assert value.generate(key) == vector["expected"]["dcvv"]
    value.verify(key, vector["expected"]["dcvv"])


@pytest.mark.parametrize("vector", vectors("card", "cvc3"))
def test_a_cvc3_is_the_published_one_and_verifies(vector: Any) -> None:
    inputs, expected, key = vector["inputs"], vector["expected"], card_key(vector)
    iv = (
        iv_cvc3(key, bytes.fromhex(inputs["track_data"]))
        if "track_data" in inputs
        else bytes.fromhex(inputs["iv_cvc3"])
    )
    assert iv.hex().upper() == expected.get("iv_cvc3", iv.hex().upper())
    value = Cvc3(iv, inputs["unpredictable_number"], inputs["atc"])
    assert value.generate(key) == expected["full"]
    assert value.generate(key, len(expected["cvc3"])) == expected["cvc3"]
    value.verify(key, expected["cvc3"])


@settings(max_examples=100)
@given(st.binary(min_size=1, max_size=80), st.binary(min_size=4, max_size=4), st.binary(min_size=2, max_size=2))
def test_pyemv_gives_the_same_cvc3(track: bytes, number: bytes, counter: bytes) -> None:
    value = Cvc3(iv_cvc3(KEY, track), number.hex(), counter.hex()).generate(KEY)
    assert int(value) == int(pyemv.cvv.generate_cvc3(OCTETS, track, counter, number))


ALL = [
    Dcvv(PAN, "2812", "201", "0032"),
    Cvc3(IV, "00002710", "0032"),
    DerivedCavv(PAN, "00002710", "0032"),
    DiscoverDcvv(PAN, "2812", "00002710", "0032"),
]
OTHERS: list[list[CardValue]] = [
    [Dcvv(PAN[:-1] + "6", "2812", "201", "0032"), Dcvv(PAN, "2813", "201", "0032"), Dcvv(PAN, "2812", "201", "0033")],
    [Cvc3(IV[::-1], "00002710", "0032"), Cvc3(IV, "00002711", "0032"), Cvc3(IV, "00002710", "0033")],
    [DerivedCavv(PAN[:-1] + "6", "2710", "32"), DerivedCavv(PAN, "2711", "32"), DerivedCavv(PAN, "2710", "33")],
    [
        DiscoverDcvv(PAN[:-1] + "6", "2812", "2710", "32"),
        DiscoverDcvv(PAN, "2813", "2710", "32"),
        DiscoverDcvv(PAN, "2812", "2711", "32"),
        DiscoverDcvv(PAN, "2812", "2710", "33"),
    ],
]


@pytest.mark.parametrize("value", ALL, ids=repr)
@pytest.mark.parametrize("length", [3, 4, 5])
def test_what_is_generated_verifies_and_one_wrong_digit_does_not(value: CardValue, length: int) -> None:
    digits = value.generate(KEY, length)
    assert len(digits) == length
    value.verify(KEY, digits)
    for place in range(length):
        wrong = f"{digits[:place]}{(int(digits[place]) + 1) % 10}{digits[place + 1 :]}"
        with pytest.raises(MismatchError):
            value.verify(KEY, wrong)


@pytest.mark.parametrize(("value", "others"), list(zip(ALL, OTHERS, strict=True)), ids=[repr(value) for value in ALL])
def test_every_input_counts(value: CardValue, others: list[CardValue]) -> None:
    assert value.generate(KEY, 5) not in {other.generate(KEY, 5) for other in others}


def test_zeros_on_the_left_of_counters_and_numbers_may_be_left_out() -> None:
    assert Dcvv(PAN, "2812", "201", "32").generate(KEY, 5) == ALL[0].generate(KEY, 5)
    assert Cvc3(IV, "2710", "32").generate(KEY) == ALL[1].generate(KEY)
    assert DerivedCavv(PAN, "2710", "032").generate(KEY) == ALL[2].generate(KEY)


@pytest.mark.parametrize(
    ("value", "category"),
    [
        (Dcvv("41", "2812", "201", "0032"), "pan"),
        (Dcvv(PAN, "28", "201", "0032"), "expiry_date"),
        (Dcvv(PAN, "2812", "2", "0032"), "service_code"),
        (Dcvv(PAN, "2812", "201", "00032"), "counter"),
        (Dcvv(PAN, "2812", "201", ""), "counter"),
        (Dcvv(PAN, "2812", "201", "00g2"), "counter"),
        (Cvc3(b"\x01", "00002710", "0032"), "iv_cvc3"),
        (Cvc3(IV, "000027100", "0032"), "unpredictable_number"),
        (Cvc3(IV, "00002710", "x"), "counter"),
        (DerivedCavv(PAN, "z", "0032"), "unpredictable_number"),
        (DiscoverDcvv(PAN, "2812", "", "0032"), "unpredictable_number"),
    ],
)
def test_bad_input_is_refused(value: CardValue, category: str) -> None:
    with pytest.raises(FormatError) as refused:
        value.generate(KEY)
    assert refused.value.category == category
    assert PAN not in str(refused.value)


@pytest.mark.parametrize("value", [ALL[0], ALL[2], ALL[3]], ids=repr)
def test_a_key_of_another_length_is_refused(value: CardValue) -> None:
    with pytest.raises(UnsupportedError, match="double length"):
        value.generate(TdesKey(Secret(bytes(range(24)))))
