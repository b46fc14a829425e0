"""Hostile octets are read or raise the one error, and reading takes work in proportion to what there is to read."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile.readers import DER, READERS, Reader, exported
from tests.hostile.steps import steps

each_reader = pytest.mark.parametrize("reader", READERS.values(), ids=READERS)


def test_every_parser_that_a_room_exports_is_here() -> None:
    assert {name for reader in READERS.values() for name in reader.names} >= exported()


@each_reader
def test_a_seed_is_read(reader: Reader) -> None:
    # else the damage below would only ever hit the first check
    assert any(is_read(reader, seed) for seed in reader.seeds)


def is_read(reader: Reader, seed: bytes) -> bool:
    try:
        reader.read(seed)
    except reader.refuses:
        return False
    return True


def quiet(reader: Reader) -> Callable[[bytes], None]:
    """The reader without its own errors; any other goes through."""

    def read(octets: bytes) -> None:
        with contextlib.suppress(*reader.refuses):
            reader.read(octets)

    return read


def damaged(seeds: list[bytes]) -> st.SearchStrategy[bytes]:
    """A seed with a piece cut out, put in or changed, up to three times."""

    def change(octets: bytes, at: int, cut: int, put: bytes) -> bytes:
        at %= len(octets) + 1
        return octets[:at] + put + octets[at + cut :]

    piece = st.one_of(
        st.binary(max_size=6), st.sampled_from([b"\x30\x80", b"\x84\xff\xff\xff\xff", b"\x00" * 9, b"-----"])
    )
    once = st.tuples(st.integers(0, 5000), st.integers(0, 12), piece)

    def apply(seed: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
        for at, cut, put in changes:
            seed = change(seed, at, cut, put)
        return seed

    return st.builds(apply, st.sampled_from(seeds), st.lists(once, min_size=1, max_size=3))


@each_reader
def test_any_octets_are_read_or_raise_the_one_error(reader: Reader) -> None:
    @given(st.one_of(damaged(reader.seeds), st.binary(max_size=200), st.sampled_from(DER)))
    @settings(max_examples=60, deadline=None)
    def check(octets: bytes) -> None:
        quiet(reader)(octets)

    check()


def element(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def nested(size: int) -> bytes:
    octets = b""
    for _ in range(size // 5):
        octets = element(0x30, octets)
    return octets


SIGNED_DATA = bytes.fromhex("06092A864886F70D010702")
"""The content type of most tokens, so that a reader goes further than to the first element."""

SHAPES: dict[str, Callable[[int], bytes]] = {
    "zeros": bytes,
    "one letter": lambda size: b"A" * size,
    "spaces": lambda size: b" " * size,
    "dashes": lambda size: b"-" * size,
    "begun and never ended": lambda size: b"-----BEGIN A-----" * (size // 17),
    "begun once": lambda size: b"-----BEGIN A-----" + b"A" * size,
    "commas": lambda size: b"1KDDN000," + b"0," * (size // 2),
    "hexadecimal": lambda size: b"30" * (size // 2),
    "key block of digits": lambda size: b"D%04dP0AE00N0000" % (size % 10000) + b"0" * size,
    "key block of blocks": lambda size: b"D0000P0AE00N9900" + b"LB04" * (size // 4),
    "key block with a long one": lambda size: b"D0000P0AE00N0100LB0004%04X" % (size + 10) + b"x" * size,
    "Thales block of blocks": lambda size: b"S10000P0AE00N9900" + b"LB04" * (size // 4),
    "one octet string": lambda size: element(0x30, element(0x04, bytes(size))),
    "many nulls": lambda size: element(0x30, b"\x05\x00" * (size // 2)),
    "many nulls further in": lambda size: element(0x30, element(0x30, b"\x05\x00" * (size // 2))),
    "nested": nested,
    "signed data of nulls": lambda size: element(
        0x30, SIGNED_DATA + element(0xA0, element(0x30, b"\x02\x01\x01" + element(0x31, b"\x05\x00" * (size // 2))))
    ),
    "certificates of nothing": lambda size: element(
        0x30,
        SIGNED_DATA + element(0xA0, element(0x30, b"\x02\x01\x01\x31\x00" + element(0xA0, b"\x30\x00" * (size // 2)))),
    ),
    "a long arc": lambda size: element(0x30, element(0x06, b"\x81" * size + b"\x01")),
    "a long number": lambda size: element(0x30, element(0x02, b"\x7f" * size)),
}
each_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


@each_reader
@each_shape
def test_steps_grow_no_faster_than_the_input(reader: Reader, shape: Callable[[int], bytes]) -> None:
    small, large = (steps(quiet(reader), shape(size)) for size in (500, 4000))
    assert large < 9 * small


QUICK = 0.05
"""Seconds that need no proportion: a second of them would take an input of megabytes."""


@each_reader
@each_shape
def test_time_grows_no_faster_than_the_input(reader: Reader, shape: Callable[[int], bytes]) -> None:
    # what runs in C, as regular expressions and big numbers do, takes no steps
    small, large = (shape(size) for size in (20_000, 160_000))
    spent = seconds(reader, large)
    assert spent < QUICK or spent < 24 * seconds(reader, small)


def seconds(reader: Reader, octets: bytes) -> float:
    """The least of three."""
    read, times = quiet(reader), []
    for _ in range(3):
        begun = time.process_time()
        read(octets)
        times.append(time.process_time() - begun)
    return min(times)
