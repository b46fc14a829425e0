"""Clear PIN blocks: what is written, what is read, and one error for all that is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.errors import FormatError
from keyexchange.payment.pin import Pin
from keyexchange.payment.pin_blocks import PinBlockFormat, PinLayout, decode, encode
from keyexchange.secret import Secret
from tests.vectors import vectors

FORMATS = {f"ISO{member.value}": member for member in PinBlockFormat}
PINS = st.text("0123456789", min_size=4, max_size=12)
PANS = st.text("0123456789", min_size=12, max_size=19)


def pin_or_category(read: Callable[[], Pin]) -> Pin | str:
    """What reading a block gives: the PIN, or the category of the refusal."""
    try:
        return read()
    except FormatError as refused:
        return refused.category


def layout_of(inputs: Any) -> PinLayout:
    return PinLayout(FORMATS[inputs["format"]], inputs.get("pan"))


@pytest.mark.parametrize("vector", vectors("pin", "clear_pin_block"))
def test_a_block_is_the_published_one_and_reads_back(vector: Any) -> None:
    inputs, layout = vector["inputs"], layout_of(vector["inputs"])
    block = encode(layout, Pin(inputs["pin"]), fill=inputs.get("fill"))
    assert block.reveal().hex().upper() == vector["expected"]["pin_block"]
    assert decode(layout, block).reveal() == inputs["pin"]


@pytest.mark.parametrize("vector", vectors("pin", "iso4"))
def test_a_pin_field_of_format_4_is_the_published_one(vector: Any) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    layout = PinLayout(PinBlockFormat.ISO_4, inputs["pan"])
    field = encode(layout, Pin(inputs["pin"]), fill=inputs["random"])
    assert field.reveal().hex().upper() == expected["pin_field"]
    assert layout.tied.to_bytes(16, "big").hex().upper() == expected["pan_field"]
    assert decode(layout, field).reveal() == inputs["pin"]


@pytest.mark.parametrize("vector", vectors("pin", "refuse_clear_block"))
def test_a_block_that_must_not_be_read_is_refused(vector: Any) -> None:
    with pytest.raises(FormatError) as refused:
        decode(layout_of(vector["inputs"]), Secret(bytes.fromhex(vector["inputs"]["pin_block"])))
    length_is_wrong = vector["expected"]["error"] == "block_length"
    assert refused.value.category == ("pin_block_length" if length_is_wrong else "pin_block")


def test_whatever_is_wrong_in_a_block_the_error_is_the_same() -> None:
    vectors_of_blocks = [p.values[0] for p in vectors("pin", "refuse_clear_block")]
    said = set()
    for vector in vectors_of_blocks:
        if vector["expected"]["error"] == "block_length":
            continue
        with pytest.raises(FormatError) as refused:
            decode(layout_of(vector["inputs"]), Secret(bytes.fromhex(vector["inputs"]["pin_block"])))
        error = refused.value
        said.add((type(error), str(error), error.category, error.hint, repr(error.__cause__), repr(error.__context__)))
    assert len(said) == 1


@settings(max_examples=100)
@given(st.sampled_from(PinBlockFormat), PINS, PANS)
def test_every_pin_comes_back_out_of_every_format(pin_format: PinBlockFormat, digits: str, pan: str) -> None:
    layout = PinLayout(pin_format, pan)
    assert decode(layout, encode(layout, Pin(digits))) == Pin(digits)


@settings(max_examples=100)
@given(PINS, st.text("0123456789", min_size=13, max_size=19))
def test_psec_reads_what_is_written_and_writes_what_is_read(digits: str, pan: str) -> None:
    for pin_format, oracle in (
        (PinBlockFormat.ISO_0, lambda block: psec.pinblock.decode_pinblock_iso_0(block, pan)),
        (PinBlockFormat.ISO_2, psec.pinblock.decode_pinblock_iso_2),
        (PinBlockFormat.ISO_3, lambda block: psec.pinblock.decode_pinblock_iso_3(block, pan)),
        (PinBlockFormat.ISO_4, psec.pinblock.decode_pin_field_iso_4),
    ):
        assert oracle(encode(PinLayout(pin_format, pan), Pin(digits)).reveal()) == digits
    block = psec.pinblock.encode_pinblock_iso_3(digits, pan)
    assert decode(PinLayout(PinBlockFormat.ISO_3, pan), Secret(block)).reveal() == digits
    layout = PinLayout(PinBlockFormat.ISO_4, pan)
    assert layout.tied.to_bytes(16, "big") == psec.pinblock.encode_pan_field_iso_4(pan)


@settings(max_examples=200)
@given(st.sampled_from(PinBlockFormat), st.data())
def test_any_octets_read_as_a_pin_or_are_refused(pin_format: PinBlockFormat, data: st.DataObject) -> None:
    layout = PinLayout(pin_format, "4000123456789010")
    control, octets = bytes([16 * int(pin_format.value)]), layout.octets
    block = control + data.draw(st.binary(min_size=octets - 1, max_size=octets - 1))
    outcome = pin_or_category(lambda: decode(layout, Secret(block)))
    assert isinstance(outcome, Pin) or outcome == "pin_block"


@pytest.mark.parametrize("pin_format", [PinBlockFormat.ISO_1, PinBlockFormat.ISO_3, PinBlockFormat.ISO_4])
def test_the_fill_is_drawn_anew_for_every_block(pin_format: PinBlockFormat) -> None:
    layout = PinLayout(pin_format, "4000123456789010")
    assert len({encode(layout, Pin("1234")).reveal() for _ in range(20)}) == 20


def test_the_fill_of_format_3_uses_six_letters_alike() -> None:
    layout = PinLayout(PinBlockFormat.ISO_3, "0000000000000")
    fills = "".join(encode(layout, Pin("0000")).reveal().hex()[6:] for _ in range(600))
    # 1000 each, standard deviation 29: six of them
    assert all(abs(fills.count(letter) - 1000) < 175 for letter in "abcdef")


@pytest.mark.parametrize(
    ("pin_format", "fill"),
    [
        (PinBlockFormat.ISO_1, "FFFF"),
        (PinBlockFormat.ISO_1, "GGGGGGGGGG"),
        (PinBlockFormat.ISO_3, "AAAAA1AAAA"),
        (PinBlockFormat.ISO_4, "00112233445566"),
    ],
)
def test_a_fill_that_the_format_does_not_have_is_refused(pin_format: PinBlockFormat, fill: str) -> None:
    with pytest.raises(FormatError) as refused:
        encode(PinLayout(pin_format, "4000123456789010"), Pin("1234"), fill=fill)
    assert refused.value.category == "pin_fill"


@pytest.mark.parametrize(
    ("pin_format", "pan"),
    [
        (PinBlockFormat.ISO_0, None),
        (PinBlockFormat.ISO_0, "41111111111"),
        (PinBlockFormat.ISO_3, "4" * 20),
        (PinBlockFormat.ISO_3, "411111111111111A"),
        (PinBlockFormat.ISO_4, None),
        (PinBlockFormat.ISO_4, "4" * 20),
        (PinBlockFormat.ISO_4, "4111 1111 1111"),
    ],
)
def test_a_pan_that_a_format_cannot_tie_in_is_refused_without_being_quoted(
    pin_format: PinBlockFormat, pan: str | None
) -> None:
    with pytest.raises(FormatError) as refused:
        PinLayout(pin_format, pan)
    assert refused.value.category == "pan"
    assert pan is None or pan not in str(refused.value)


def test_a_layout_prints_without_the_pan() -> None:
    layout = PinLayout(PinBlockFormat.ISO_3, "4000123456789010")
    assert repr(layout) == "PinLayout(ISO_3)"
    assert layout.format is PinBlockFormat.ISO_3


@pytest.mark.parametrize("pin_format", [PinBlockFormat.ISO_1, PinBlockFormat.ISO_2])
def test_formats_without_a_pan_leave_it_aside(pin_format: PinBlockFormat) -> None:
    with_pan, without = PinLayout(pin_format, "4000123456789010"), PinLayout(pin_format)
    assert decode(without, encode(with_pan, Pin("90210"))) == Pin("90210")
