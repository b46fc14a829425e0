"""Field codecs: what they write they read, and what they refuse they refuse without quoting it."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.errors import FormatError
from keyexchange.wire import Counted, Cursor, Der, Digits, Hex, Marked, Raw, Rest, Terminated, Text

CASES = [
    (Text(3), "FFF", b"FFF"),
    (Digits(4), "0016", b"0016"),
    (Hex(6), "08D7B4", b"08D7B4"),
    (Raw(3), b"\x00\x25\xff", b"\x00\x25\xff"),
    (Counted(4), b"HELLO", b"0005HELLO"),
    (Counted(4, base=16), b"HELLO HELLO!", b"000CHELLO HELLO!"),
    (Counted(2, base=16), bytes(255), b"FF" + bytes(255)),
    (Der(), b"\x30\x03\x02\x01\x07", b"\x30\x03\x02\x01\x07"),
    (Der(), b"\x04\x81\x80" + bytes(128), b"\x04\x81\x80" + bytes(128)),
    (Der(), b"\x30\x82\x01\x00" + bytes(256), b"\x30\x82\x01\x00" + bytes(256)),
    (Rest(), b"anything", b"anything"),
    (Terminated(";", 64), "Public Cert", b"Public Cert;"),
    (Terminated(";", 64), "", b";"),
    (Marked("%", Digits(2)), "02", b"%02"),
    (Marked("%", Digits(2)), None, b""),
]
UNREADABLE = [
    (Text(3), b"FF"),
    (Text(2), b"A\n"),
    (Text(1), b"\xe9"),
    (Digits(2), b"1%"),
    (Digits(2), b"1\xb2"),
    (Hex(2), b"af"),
    (Raw(4), b"abc"),
    (Counted(4), b"0006HELLO"),
    (Counted(4), b"000CHELLO HELLO!"),
    (Der(), b"\x30"),
    (Der(), b"\x30\x80\x00\x00"),
    (Der(), b"\x30\x85\x00\x00\x00\x00\x01a"),
    (Der(), b"\x30\x82\x01"),
    (Der(), b"\x30\x05\x01"),
    (Terminated(";", 4), b"ABCDE;"),
    (Terminated(";", 4), b"ABC"),
    (Marked("%", Digits(2)), b"%1"),
]
UNWRITABLE = [
    (Text(3), "FFFF"),
    (Digits(2), "A1"),
    (Hex(6), "08d7b4"),
    (Raw(3), b"12"),
    (Counted(2), bytes(100)),
    (Der(), b"\x30\x00\x00"),
    (Terminated(";", 64), "two;fields"),
    (Terminated(";", 2), "GBR"),
]


@pytest.mark.parametrize(("codec", "value", "octets"), CASES)
def test_writes_and_reads_the_same(codec, value, octets):
    assert codec.encode(value) == octets
    cursor = Cursor(octets)
    assert codec.decode(cursor) == value
    assert len(cursor) == 0


@pytest.mark.parametrize(("codec", "value", "octets"), [case for case in CASES if not isinstance(case[0], Rest)])
def test_leaves_what_follows(codec, value, octets):
    cursor = Cursor(octets + b"~~")
    assert codec.decode(cursor) == value
    assert cursor.take_rest() == b"~~"


@pytest.mark.parametrize(("codec", "octets"), UNREADABLE)
def test_refuses_octets_that_are_not_the_field(codec, octets):
    with pytest.raises(FormatError) as refused:
        codec.decode(Cursor(octets))
    assert refused.value.category == "command"


@pytest.mark.parametrize(("codec", "value"), UNWRITABLE)
def test_refuses_values_that_the_field_cannot_carry(codec, value):
    with pytest.raises(FormatError) as refused:
        codec.encode(value)
    assert str(value) not in refused.value.message


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([case[0] for case in CASES]), st.binary(max_size=80))
def test_any_octets_are_read_or_refused_with_format_error(codec, octets):
    with contextlib.suppress(FormatError):
        codec.decode(Cursor(octets))
