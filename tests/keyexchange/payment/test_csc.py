"""American Express card security codes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.crypto import TdesKey
from keyexchange.errors import FormatError, MismatchError
from keyexchange.payment.csc import CscVersion1, CscVersion2
from keyexchange.secret import Secret
from tests.vectors import vectors

KEY = TdesKey(Secret(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")))
PANS = st.builds(
    lambda start, rest: start + rest, st.sampled_from(["34", "37"]), st.text("0123456789", min_size=13, max_size=13)
)


def code_of(inputs: Any) -> CscVersion1 | CscVersion2:
    if inputs["version"] == 1:
        return CscVersion1(inputs["pan"], inputs["expiry"])
    return CscVersion2(inputs["pan"], inputs["expiry"], inputs["service_code"])


@pytest.mark.parametrize("vector", vectors("card", "amex_csc"))
def test_a_code_is_the_published_one_and_verifies(vector: Any) -> None:
    inputs, expected, code = vector["inputs"], vector["expected"], code_of(vector["inputs"])
    key = TdesKey(Secret(bytes.fromhex(inputs["csck"])))
    for length in (5, 4, 3):
        assert code.generate(key, length) == expected[f"csc{length}"]
        code.verify(key, expected[f"csc{length}"])
    assert code.generate(key) == expected["csc4"]


@settings(max_examples=100)
@given(PANS, st.text("0123456789", min_size=4, max_size=4), st.text("0123456789", min_size=3, max_size=3))
def test_codes_are_digits_and_verify(pan: str, expiry: str, service_code: str) -> None:
    for code in (CscVersion1(pan, expiry), CscVersion2(pan, expiry, service_code)):
        for length in (3, 4, 5):
            value = code.generate(KEY, length)
            assert len(value) == length
            assert value.isdecimal()
            code.verify(KEY, value)


@settings(max_examples=50)
@given(st.integers(3, 5), st.integers(0, 4), st.integers(1, 9))
def test_one_wrong_digit_never_verifies(length: int, place: int, difference: int) -> None:
    code = CscVersion2("343412341234123", "0930", "999")
    value, place = code.generate(KEY, length), place % length
    wrong = f"{value[:place]}{(int(value[place]) + difference) % 10}{value[place + 1 :]}"
    with pytest.raises(MismatchError):
        code.verify(KEY, wrong)


@pytest.mark.parametrize(
    "other",
    [
        CscVersion2("343412341234223", "0930", "999"),
        CscVersion2("373412341234123", "0930", "999"),
        CscVersion2("343412341234123", "0931", "999"),
        CscVersion2("343412341234123", "0930", "000"),
        CscVersion1("343412341234123", "0930"),
    ],
)
def test_every_input_counts(other: CscVersion1 | CscVersion2) -> None:
    assert other.generate(KEY, 5) != CscVersion2("343412341234123", "0930", "999").generate(KEY, 5)


def test_letters_make_up_for_digits_that_are_missing() -> None:
    # 6EB12478C720CAE5 has ten decimal digits; E and B, among the first five, become 5 and 2
    assert KEY.encrypt_ecb(bytes.fromhex("9912123456789012")).hex().upper() == "6EB12478C720CAE5"
    assert CscVersion1("371234567890123", "9912").generate(KEY, 3) == "552"


def test_a_triple_length_key_is_taken() -> None:
    assert CscVersion1("371234567890123", "9912").generate(TdesKey(Secret(bytes(range(24))))).isdecimal()


@pytest.mark.parametrize(
    ("code", "category"),
    [
        (CscVersion1("4123456789012345", "9912"), "pan"),
        (CscVersion1("361234567890123", "9912"), "pan"),
        (CscVersion1("37123456789012X", "9912"), "pan"),
        (CscVersion1("371234567890123", "99"), "expiry_date"),
        (CscVersion1("341234567890123", "99AB"), "expiry_date"),
        (CscVersion2("371234567890123", "9912", "70"), "service_code"),
    ],
)
def test_bad_input_is_refused_without_being_quoted(code: Any, category: str) -> None:
    with pytest.raises(FormatError) as refused:
        code.generate(KEY)
    assert refused.value.category == category
    assert code.pan not in str(refused.value)
