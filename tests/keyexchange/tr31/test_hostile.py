"""Hostile text: it is read or raises the one error, and reading takes steps in proportion to what there is to read."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.errors import FormatError
from keyexchange.secret import Secret
from keyexchange.tr31 import Kbpk, OptionalBlock, explain, interpret, misplaced, parse, parse_header, unwrap, violations
from tests.hostile.steps import steps
from tests.vectors import vectors

KBPKS = [Kbpk("T", Secret(bytes(range(24)))), Kbpk("A", Secret(bytes(range(32))))]
PUBLISHED = [p.values[0]["inputs"]["block"] for p in vectors("tr31", "unwrap")]

headers = st.builds(
    "{}{:04d}{}{:02d}00{}".format,
    st.sampled_from("ABCDE"),
    st.integers(0, 9999),
    st.sampled_from(["P0TE00N", "B1AX00E", "M7HC00S", "S0RSc1N", "10A100N"]),
    st.integers(0, 99),
    st.text(st.characters(max_codepoint=0xFF), max_size=60),
)
fitting = headers.map(lambda text: f"{text[0]}{len(text):04d}{text[5:]}")


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A published block with a piece cut out, put in or changed; its length put right half the time."""
    text = draw(st.sampled_from(PUBLISHED))
    at, size = draw(st.integers(0, len(text) - 1)), draw(st.integers(0, 20))
    text = text[:at] + draw(st.text(st.characters(max_codepoint=0x2FF), max_size=8)) + text[at + size :]
    return f"{text[:1]}{len(text):04d}{text[5:]}" if draw(st.booleans()) else text


@given(st.one_of(st.text(max_size=200), headers, fitting, damaged()))
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_or_raises_the_one_error(text: str) -> None:
    for read in (parse, parse_header, *(lambda block, kbpk=kbpk: unwrap(kbpk, block) for kbpk in KBPKS)):
        with contextlib.suppress(FormatError):
            read(text)


@given(st.one_of(fitting, damaged()))
@settings(max_examples=200, deadline=None)
def test_whatever_is_read_can_be_explained(text: str) -> None:
    try:
        header, _ = parse_header(text)
        parts = [interpret(block) for block in header.optional_blocks]
    except FormatError:
        return
    assert all(isinstance(value, str) for part in parts for _, value in explain(part))
    assert isinstance(violations(header) + misplaced(header), tuple)


def with_blocks(count: int, size: int) -> str:
    """A header with blocks of `size` characters each."""
    return f"D0000P0AE00N{count:02d}00" + f"LB{size:02X}{'x' * (size - 4)}" * count


def test_reading_takes_steps_in_proportion_to_the_number_of_blocks() -> None:
    few, many = (steps(parse_header, with_blocks(count, 8)) for count in (11, 99))
    assert few < many < 9 * few


def test_the_size_of_a_block_takes_no_steps() -> None:
    short, long = (steps(parse_header, with_blocks(50, size)) for size in (8, 255))
    assert long == short


@pytest.mark.parametrize(
    ("block_id", "unit", "begin"), [("DA", "P0TEE", "01"), ("CT", "000004TUlJ", "02"), ("LB", "x", ""), ("KS", "0", "")]
)
def test_interpreting_takes_steps_in_proportion_to_the_data(block_id: str, unit: str, begin: str) -> None:
    def read(data: str) -> None:
        try:
            interpret(OptionalBlock(block_id, data))
        except FormatError:
            assert block_id == "KS"

    small, large = (steps(read, begin + unit * count) for count in (50, 500))
    assert large < 11 * small
