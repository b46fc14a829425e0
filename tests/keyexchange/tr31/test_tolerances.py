"""Each habit has a name, a switch of its own, and shows in the result."""

from __future__ import annotations

import pytest

from keyexchange.errors import FormatError
from keyexchange.secret import Secret
from keyexchange.tr31 import STRICT, USUAL, Header, Kbpk, OptionalBlock, Tolerance, parse, unwrap, wrap
from tests.vectors import vectors

KBPK = Kbpk("A", Secret(bytes(range(32))))
KEY = Secret(bytes(range(16)))
SERIAL = OptionalBlock("KS", "FFFF9876543210E00000")


def block(header: Header, *, conceal_length: bool = True) -> str:
    return wrap(KBPK, header, KEY, conceal_length=conceal_length, odd_header=True)


def lower(text: str) -> str:
    return text[:16] + text[16:].lower()


PLAIN = Header("D", "B0", "A", "X")
BLOCKS = {
    Tolerance.LOWER_CASE_HEX: lower(block(PLAIN)),
    Tolerance.SHORT_PADDING: block(PLAIN, conceal_length=False),
    Tolerance.KS_ON_AES: block(Header("D", "B1", "A", "X", optional_blocks=(SERIAL,))),
    Tolerance.KS_TEXT: block(Header("D", "B1", "T", "X", optional_blocks=(OptionalBlock("KS", "DE#GBIC#MMK1"),))),
    Tolerance.CHECK_VALUE: block(Header("D", "B1", "A", "X", optional_blocks=(OptionalBlock("KC", "01000000"),))),
}


def test_every_tolerance_has_a_case() -> None:
    assert set(BLOCKS) == set(Tolerance)


@pytest.mark.parametrize("tolerance", Tolerance)
def test_a_habit_passes_with_its_switch_and_is_named(tolerance: Tolerance) -> None:
    content = unwrap(KBPK, BLOCKS[tolerance], frozenset({tolerance}))
    assert content.key == KEY
    assert content.tolerances == (tolerance,)


@pytest.mark.parametrize("tolerance", Tolerance)
def test_a_habit_is_refused_with_every_switch_but_its_own(tolerance: Tolerance) -> None:
    with pytest.raises(FormatError) as caught:
        unwrap(KBPK, BLOCKS[tolerance], frozenset(Tolerance) - {tolerance})
    assert caught.value.category == "not_tolerated"
    assert tolerance in caught.value.hint
    assert tolerance.meaning in caught.value.message


@pytest.mark.parametrize("tolerance", Tolerance)
def test_what_nobody_asked_for_passes_only_when_it_is_usual(tolerance: Tolerance) -> None:
    if tolerance in USUAL:
        assert unwrap(KBPK, BLOCKS[tolerance]).tolerances == (tolerance,)
    else:
        with pytest.raises(FormatError, match="deviates"):
            unwrap(KBPK, BLOCKS[tolerance])


def test_a_block_of_the_standard_needs_no_tolerance() -> None:
    header = Header("D", "B1", "T", "X", optional_blocks=(SERIAL,))
    assert unwrap(KBPK, block(header), STRICT).tolerances == ()


def test_the_older_serial_number_of_eight_octets_needs_none() -> None:
    header = Header("D", "B1", "T", "X", optional_blocks=(OptionalBlock("KS", SERIAL.data[:16]),))
    assert unwrap(KBPK, block(header), STRICT).tolerances == ()


def test_a_forged_block_is_refused_for_its_mac_whatever_is_tolerated() -> None:
    changed = BLOCKS[Tolerance.LOWER_CASE_HEX].replace("00E00", "00N00", 1)
    for tolerate in (STRICT, frozenset(Tolerance)):
        with pytest.raises(FormatError) as caught:
            unwrap(KBPK, changed, tolerate)
        assert caught.value.category == "mac_mismatch"


def test_what_shows_without_a_key_is_named_without_a_key() -> None:
    for tolerance in (Tolerance.LOWER_CASE_HEX, Tolerance.KS_ON_AES, Tolerance.KS_TEXT):
        assert parse(BLOCKS[tolerance]).tolerances == (tolerance,)


def test_published_blocks_with_each_habit_are_known() -> None:
    met = {
        t
        for p in vectors("tr31", "unwrap")
        if (text := p.values[0]["inputs"]["block"])[0] != "E"
        for t in parse(text).tolerances
    }
    assert met == {Tolerance.LOWER_CASE_HEX, Tolerance.KS_TEXT}
