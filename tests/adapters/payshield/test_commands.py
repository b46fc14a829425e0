"""The declarations: octets to commands and back, from published traffic wherever there is any."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.payshield.face.device import ANSWERS
from adapters.payshield.fields import Key
from adapters.payshield.message import REQUESTS, Reply, reply_code
from keyexchange.errors import FormatError
from keyexchange.wire import Cursor

from . import cases, cases_more
from .conftest import VECTORS

CASES = cases.CASES + cases_more.CASES
PROVENANCES = {"standard", "capture", "second", "self"}


@pytest.mark.parametrize(("command", "octets"), CASES)
def test_every_command_writes_and_reads_the_same_octets(command, octets):
    assert command.encode() == octets
    cursor = Cursor(octets)
    assert type(command).read(cursor) == command
    assert len(cursor) == 0


@pytest.mark.parametrize("message", VECTORS["messages"], ids=lambda message: message["name"])
def test_known_messages_are_read_and_written_again(message):
    request_type = REQUESTS[message["request"][4:6]]
    request = request_type.read(Cursor(message["request"][6:].encode()))
    assert "0000" + request.code + request.encode().decode() == message["request"]
    reply = request_type.reply.read(Cursor(message["reply"][8:].encode()))
    assert "0000" + reply.code + "00" + reply.encode().decode() == message["reply"]


def test_every_command_is_in_the_cases_declares_where_it_is_from_and_is_answered():
    tested = {type(command) for command, _ in CASES}
    for code, request in REQUESTS.items():
        assert {request, request.reply} <= tested
        assert request.provenance in PROVENANCES
        assert request.source
        assert issubclass(request.reply, Reply)
        assert request.reply.code == reply_code(code)
        assert request in ANSWERS


@pytest.mark.parametrize(("code", "answer"), [("A0", "A1"), ("EI", "EJ"), ("B8", "B9"), ("FY", "FZ"), ("NC", "ND")])
def test_the_reply_code_is_the_next(code, answer):
    assert reply_code(code) == answer


@pytest.mark.parametrize(
    "key",
    ["", "U", "U" + "0" * 31, "U" + "g" * 32, "UU" + "0" * 31, "T" + "0" * 32, "0" * 15, "V" + "0" * 32,
     "S1", "S10097" + "0" * 90, "SX0096" + "0" * 90 + "\n", "é" * 16],
)  # fmt: skip
def test_a_key_is_as_long_as_its_tag_says(key):
    with pytest.raises(FormatError):
        Key().encode(key)
    with pytest.raises(FormatError):
        Key().decode(Cursor(key.encode("latin-1")))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(REQUESTS)), st.binary(max_size=60))
def test_any_octets_are_a_command_or_a_format_error(code, octets):
    with contextlib.suppress(FormatError):
        REQUESTS[code].read(Cursor(octets))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(CASES), st.integers(min_value=0), st.integers(min_value=0, max_value=255))
def test_a_changed_octet_gives_another_command_that_is_written_as_it_was_read_or_a_format_error(case, position, octet):
    command, octets = case
    if octets:
        position %= len(octets)
        octets = octets[:position] + bytes([octet]) + octets[position + 1 :]
    cursor = Cursor(octets)
    try:
        read = type(command).read(cursor)
    except FormatError:
        return
    written = read.encode()
    assert written == octets[: len(octets) - len(cursor)]
    assert type(command).read(Cursor(written)) == read
