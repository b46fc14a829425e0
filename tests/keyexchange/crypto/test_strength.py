"""What TDES keys are worth by their octets, and that new ones are worth their length."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyexchange.crypto import has_odd_parity, is_single_des, new_des_key, tdes_strength
from keyexchange.secret import Secret

A, B, C = (bytes.fromhex(digits) for digits in ("0123456789ABCDEF", "FEDCBA9876543210", "1C2A3D4F5B6E7F80"))
A_OF_OTHER_PARITY = bytes(octet ^ 1 for octet in A)


@pytest.mark.parametrize(
    ("octets", "bits"),
    [
        (A, 56),
        (A + A, 56),
        (A + A_OF_OTHER_PARITY, 56),
        (A + B, 80),
        (A + B + C, 112),
        (A + B + A, 80),
        (A + B + A_OF_OTHER_PARITY, 80),
        (A + A + B, 56),
        (B + A + A, 56),
        (A + A + A, 56),
        (A + A_OF_OTHER_PARITY + B, 56),
    ],
)
def test_equal_parts_take_strength_away(octets: bytes, bits: int) -> None:
    assert tdes_strength(Secret(octets)) == bits
    assert is_single_des(Secret(octets)) is (bits == 56)


@given(st.sampled_from([(8, 56), (16, 80), (24, 112)]))
def test_a_new_key_is_worth_its_length(kind: tuple[int, int]) -> None:
    octets, bits = kind
    key = new_des_key(octets)
    assert (len(key), tdes_strength(key), has_odd_parity(key.reveal())) == (octets, bits, True)


def test_a_weak_draw_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    draws = iter([A + A + B, A + B + A, A + B + C])
    monkeypatch.setattr(os, "urandom", lambda _: next(draws))
    assert new_des_key(24) == Secret(A + B + C)
