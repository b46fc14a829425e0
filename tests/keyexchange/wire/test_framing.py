"""Octets in, messages out, however the stream is cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.errors import FormatError
from keyexchange.wire import Delimited, LengthPrefixed

MESSAGES = st.lists(st.binary(max_size=300), max_size=6)


def stream_of(messages):
    return b"".join(LengthPrefixed().encode(message) for message in messages)


def test_the_length_counts_the_message_alone_big_endian():
    assert LengthPrefixed().encode(b"0000NC") == b"\x00\x060000NC"


@settings(max_examples=100, deadline=None)
@given(MESSAGES, st.lists(st.integers(min_value=1, max_value=50), min_size=1, max_size=20))
def test_gives_the_same_messages_however_the_octets_are_cut(messages, cuts):
    stream, framing, got, position = stream_of(messages), LengthPrefixed(), [], 0
    for turn in range(len(stream)):
        if position >= len(stream):
            break
        size = cuts[turn % len(cuts)]
        got += framing.feed(stream[position : position + size])
        position += size
    assert got == messages
    assert framing.pending == 0


def test_keeps_what_is_not_complete():
    framing = LengthPrefixed()
    assert framing.feed(b"\x00\x03AB") == []
    assert framing.pending == 4
    assert framing.feed(b"C\x00") == [b"ABC"]
    assert framing.pending == 1


@pytest.mark.parametrize("largest", [0, 5, 1000])
def test_a_longer_message_than_allowed_is_refused_in_both_directions(largest):
    with pytest.raises(FormatError) as sent:
        LengthPrefixed(largest).encode(bytes(largest + 1))
    assert sent.value.category == "command"
    with pytest.raises(FormatError):
        LengthPrefixed(largest).feed((largest + 1).to_bytes(2, "big"))
    assert LengthPrefixed(largest).feed(LengthPrefixed(largest).encode(bytes(largest))) == [bytes(largest)]


def brackets(**changes):
    return Delimited(b"[", b"]", **changes)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.text("AZ09;", max_size=60).map(str.encode), max_size=6),
    st.lists(st.integers(min_value=1, max_value=20), min_size=1, max_size=20),
)
def test_delimited_messages_are_the_same_however_the_octets_are_cut(messages, cuts):
    stream = b"\r\n".join(brackets().encode(message) for message in messages)
    framing, got, position = brackets(), [], 0
    for turn in range(len(stream)):
        size = cuts[turn % len(cuts)]
        got += framing.feed(stream[position : position + size])
        position += size
    assert got == messages
    assert framing.pending == 0


def test_what_may_stand_between_messages_is_a_choice():
    assert brackets().feed(b"\r\n[A;]\r\n\r\n[B;]\r\n") == [b"A;", b"B;"]
    with pytest.raises(FormatError, match="outside"):
        brackets().feed(b"[A;]x")
    framing = brackets(between=None)
    assert framing.feed(b"noise]]\x00[A;]more\xff noise") == [b"A;"]
    assert framing.pending == 0, "noise is not kept"


def test_a_delimited_message_has_a_longest_length():
    framing = brackets(largest=4)
    assert framing.feed(b"[ABCD]") == [b"ABCD"]
    assert framing.feed(b"[ABCD") == []
    with pytest.raises(FormatError, match="more than the 4"):
        framing.feed(b"E")
    with pytest.raises(FormatError, match="more than the 4"):
        brackets(largest=4).feed(b"[ABCDE]")
    with pytest.raises(FormatError, match="more than the 4"):
        brackets(largest=4).encode(b"ABCDE")


@pytest.mark.parametrize("message", [b"A[B", b"A]B"])
def test_a_delimited_message_cannot_hold_its_marks(message):
    with pytest.raises(FormatError, match="mark"):
        brackets().encode(message)
