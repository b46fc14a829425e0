"""Fields of card data, digits out of blocks, and the one comparison."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyexchange.errors import FormatError, MismatchError
from keyexchange.payment.comparing import require_same
from keyexchange.payment.digits import COUNTER, EXPIRY, PAN, UNPREDICTABLE_NUMBER, decimalised


@pytest.mark.parametrize(
    ("block", "count", "digits"),
    [
        ("0123456789ABCDEF", 10, "0123456789"),
        ("ABCDEFABCDEF1234", 4, "1234"),
        ("ABCDEFABCDEF1234", 6, "123401"),
        ("FFFFFFFFFFFFFFFF", 3, "555"),
        ("FEDCBA0000000000", 16, "0000000000543210"),
    ],
)
def test_digits_come_first_and_letters_make_up_for_the_rest(block: str, count: int, digits: str) -> None:
    assert decimalised(bytes.fromhex(block), count) == digits


@given(st.binary(min_size=8, max_size=8), st.integers(0, 16))
def test_there_are_always_as_many_digits_as_asked_for(block: bytes, count: int) -> None:
    digits = decimalised(block, count)
    assert len(digits) == count
    assert digits == "" or digits.isdecimal()


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        (PAN, "4" * 11, "the PAN must be 12 to 19 decimal digits"),
        (PAN, "411111111111111\n", "the PAN must be 12 to 19 decimal digits"),
        (PAN, "411111111111111²", "the PAN must be 12 to 19 decimal digits"),
        (EXPIRY, "12 5", "the expiry date must be 4 decimal digits"),
        (COUNTER, "0x1F", "the transaction counter must be 1 to 4 hexadecimal digits"),
    ],
)
def test_a_field_says_what_it_must_be(field: object, text: str, said: str) -> None:
    with pytest.raises(FormatError) as refused:
        field.check(text)  # type: ignore[attr-defined]
    assert str(refused.value) == said


def test_numbers_are_filled_with_zeros_on_the_left() -> None:
    assert (COUNTER.padded("5e"), UNPREDICTABLE_NUMBER.padded("899")) == ("005e", "00000899")


@pytest.mark.parametrize(("left", "right"), [("123", "124"), ("123", "1234"), ("123", ""), (b"\x01", b"\x02")])
def test_what_differs_does_not_verify_and_the_error_does_not_tell_where(left: str | bytes, right: str | bytes) -> None:
    with pytest.raises(MismatchError) as refused:
        require_same(left, right, what="the value", reason="card_value")
    assert (str(refused.value), refused.value.reason) == ("the value does not verify", "card_value")


def test_what_is_equal_verifies() -> None:
    require_same("123", "123", what="the value", reason="card_value")
    require_same(b"\xff", b"\xff", what="the value", reason="card_value")
