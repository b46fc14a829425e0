"""CVV, CVV2, iCVV and CAVV."""

from __future__ import annotations

from typing import Any

import psec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.crypto import TdesKey
from keyexchange.errors import FormatError, MismatchError, UnsupportedError
from keyexchange.payment.card_value import CardValue
from keyexchange.payment.cvv import CVV2_SERVICE_CODE, Cvv
from keyexchange.secret import Secret
from tests.vectors import vectors

pytestmark = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")  # psec's keys

OCTETS = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
KEY = TdesKey(Secret(OCTETS))
PAN = "4123456789012345"
SERVICE_CODES = {"CVV2": CVV2_SERVICE_CODE, "iCVV": "999"}


def key_of(text: str) -> TdesKey:
    return TdesKey(Secret(bytes.fromhex(text)))


@pytest.mark.parametrize("vector", vectors("card", "cvv"))
def test_a_card_value_is_the_published_one_and_verifies(vector: Any) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    key, service_code = key_of(inputs["cvk"]), inputs["service_code"]
    assert SERVICE_CODES.get(inputs["kind"], service_code) == service_code
    card = Cvv(inputs["pan"], inputs["expiry"], service_code)
    assert card.generate(key) == expected["cvv"]
    card.verify(key, expected["cvv"])
    if "digits" in expected:
        assert card.generate(key, 5) == expected["digits"]
        card.verify(key, expected["digits"][:4])


@pytest.mark.parametrize("vector", vectors("card", "cavv"))
def test_a_cavv_is_a_cvv_of_other_digits(vector: Any) -> None:
    inputs = vector["inputs"]
    codes = inputs["authentication_results_code"] + inputs["second_factor_results_code"]
    authentication = Cvv(inputs["pan"], inputs["unpredictable_number"], codes)
    assert authentication.generate(key_of(inputs["cvk"])) == vector["expected"]["cavv"]
    authentication.verify(key_of(inputs["cvk"]), vector["expected"]["cavv"])


@settings(max_examples=100)
@given(
    st.text("0123456789", min_size=12, max_size=19),
    st.text("0123456789", min_size=4, max_size=4),
    st.text("0123456789", min_size=3, max_size=3),
)
def test_psec_gives_the_same(pan: str, expiry: str, service_code: str) -> None:
    assert Cvv(pan, expiry, service_code).generate(KEY) == psec.cvv.generate_cvv(OCTETS, pan, expiry, service_code)


@settings(max_examples=50)
@given(st.integers(3, 5), st.integers(0, 4), st.integers(1, 9))
def test_one_wrong_digit_never_verifies(length: int, place: int, difference: int) -> None:
    card = Cvv(PAN, "8701", "101")
    value, place = card.generate(KEY, length), place % length
    wrong = f"{value[:place]}{(int(value[place]) + difference) % 10}{value[place + 1 :]}"
    with pytest.raises(MismatchError) as refused:
        card.verify(KEY, wrong)
    assert refused.value.reason == "card_value"
    assert value not in str(refused.value)


@pytest.mark.parametrize(
    "other",
    [Cvv("4123456789012346", "8701", "101"), Cvv(PAN, "8702", "101"), Cvv(PAN, "0187", "101"), Cvv(PAN, "8701", "000")],
)
def test_other_data_give_another_value(other: CardValue) -> None:
    assert other.generate(KEY, 5) != Cvv(PAN, "8701", "101").generate(KEY, 5)


@pytest.mark.parametrize(
    ("card", "category"),
    [
        (Cvv("41234567890", "8701", "101"), "pan"),
        (Cvv("4" * 20, "8701", "101"), "pan"),
        (Cvv("412345678901234F", "8701", "101"), "pan"),
        (Cvv(PAN, "870", "101"), "expiry_date"),
        (Cvv(PAN, "87/1", "101"), "expiry_date"),
        (Cvv(PAN, "8701", "1O1"), "service_code"),
        (Cvv(PAN, "8701", ""), "service_code"),
    ],
)
def test_bad_input_is_refused_without_being_quoted(card: Any, category: str) -> None:
    for use in (lambda: card.generate(KEY), lambda: card.verify(KEY, "123")):
        with pytest.raises(FormatError) as refused:
            use()
        assert refused.value.category == category
        assert refused.value.hint
        assert card.pan not in str(refused.value)


@pytest.mark.parametrize("value", ["", "12", "123456", "12A", "1 3"])
def test_what_is_no_card_value_is_refused(value: str) -> None:
    with pytest.raises(FormatError) as refused:
        Cvv(PAN, "8701", "101").verify(KEY, value)
    assert refused.value.category == "card_value"


@pytest.mark.parametrize("length", [0, 2, 6])
def test_a_length_that_no_card_bears_is_refused(length: int) -> None:
    with pytest.raises(FormatError) as refused:
        Cvv(PAN, "8701", "101").generate(KEY, length)
    assert refused.value.category == "card_value"


@pytest.mark.parametrize("octets", [8, 24])
def test_a_key_that_is_no_pair_is_refused(octets: int) -> None:
    with pytest.raises(UnsupportedError, match="double length"):
        Cvv(PAN, "8701", "101").generate(TdesKey(Secret(bytes(range(octets)))))


def test_card_data_print_without_their_inputs() -> None:
    assert repr(Cvv(PAN, "8701", "101")) == "Cvv(...)"
