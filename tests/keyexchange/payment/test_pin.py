"""A PIN that does not show itself, and new ones without a bias."""

from __future__ import annotations

import copy
import pickle
from collections import Counter

import pytest

from keyexchange.errors import FormatError
from keyexchange.payment.pin import Pin, random_pin


@pytest.mark.parametrize("digits", ["", "123", "1234567890123", "12a4", "١٢٣٤", " 1234", "12.4"])
def test_what_is_no_pin_is_refused_without_being_quoted(digits: str) -> None:
    with pytest.raises(FormatError) as refused:
        Pin(digits)
    assert refused.value.category == "pin"
    assert refused.value.hint
    assert not digits or digits not in str(refused.value)


def test_a_pin_shows_its_length_alone() -> None:
    pin = Pin("739152")
    assert repr(pin) == str(pin) == f"{pin}" == "Pin(<6 digits>)"
    assert (len(pin), pin.reveal()) == (6, "739152")


def test_pins_compare_by_their_digits() -> None:
    assert Pin("0123") == Pin("0123")
    assert Pin("0123") != Pin("00123")
    assert Pin("0123") != "0123"


@pytest.mark.parametrize("leak", [hash, pickle.dumps, copy.copy])
def test_a_pin_is_not_hashed_pickled_or_copied(leak: object) -> None:
    with pytest.raises(TypeError):
        leak(Pin("1234"))  # type: ignore[operator]


@pytest.mark.parametrize("length", range(4, 13))
def test_a_random_pin_has_the_length_asked_for(length: int) -> None:
    assert len(random_pin(length)) == length


@pytest.mark.parametrize("length", [3, 13, 0, -4])
def test_a_random_pin_of_no_pin_length_is_refused(length: int) -> None:
    with pytest.raises(FormatError, match="4 to 12"):
        random_pin(length)


def test_random_pins_use_every_digit_in_every_place_alike() -> None:
    pins = [random_pin().reveal() for _ in range(4000)]
    for place in range(4):
        counts = Counter(pin[place] for pin in pins)
        assert set(counts) == set("0123456789")
        # 400 each, standard deviation 19: six of them is one failure in 10**8
        assert all(abs(count - 400) < 115 for count in counts.values())
