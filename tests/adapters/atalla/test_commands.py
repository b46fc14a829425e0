"""The declarations: octets to commands and back, from published traffic wherever there is any."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.atalla.commands import Version
from adapters.atalla.face.device import ANSWERS
from adapters.atalla.fields import FieldError, Key
from adapters.atalla.message import REQUESTS, Message, Reply, decode_reply, encode_request, reply_code, split
from keyexchange.errors import DeviceRefusedError, FormatError, ProtocolError
from keyexchange.wire import Cursor

from .cases import CASES, CVK, VERSION
from .conftest import BLOCKS

PROVENANCES = {"standard", "capture", "second", "self"}


@pytest.mark.parametrize(("command", "octets"), CASES)
def test_every_command_writes_and_reads_the_same_octets(command, octets):
    assert command.encode() == octets
    assert type(command).read(Cursor(octets)) == command


def test_every_command_is_in_the_cases_declares_where_it_is_from_and_is_answered():
    tested = {type(command) for command, _ in CASES}
    for code, request in REQUESTS.items():
        assert {request, request.reply} <= tested
        assert request.provenance in PROVENANCES
        assert request.source
        assert issubclass(request.reply, Reply)
        assert request.reply.code == reply_code(code)
        assert request in ANSWERS
        assert request.simulator_only == (code in {"9034", "9035", "9012"})


@pytest.mark.parametrize(
    ("code", "answer"),
    [("10", "20"), ("11A", "21A"), ("1101", "2101"), ("31", "41"), ("335", "435"), ("97", "A7"), ("9A", "AA"),
     ("00", "00"), ("7E", "8E")],
)  # fmt: skip
def test_the_first_character_of_a_reply_is_the_next(code, answer):
    assert reply_code(code) == answer


def test_white_space_around_a_field_is_dropped_as_awss_script_needs_it():
    fields = f"V##{CVK}\n\n#".encode()
    assert REQUESTS["7E"].read(Cursor(fields)) == REQUESTS["7E"].read(Cursor(fields.replace(b"\n", b"")))


@pytest.mark.parametrize(
    ("code", "fields", "number", "field"),
    [
        ("10", b"1PUNE000##", "04", 3),
        ("10", b"1PUNE000##D##", "04", 4),
        ("10", b"1PUNE000##X#", "03", 3),
        ("10", b"1PUNE00##D#", "01", 1),
        ("10", b"2PUNE000##D#", "03", 1),
        ("10", b"1PUNE000#no key#D#", "03", 2),
        ("7E", b"V##1CDNE000,4F7E,26A5#", "03", 3),
        ("00", b"a\x00b#", "02", 1),
        ("00", b"#", "01", 1),
        ("32", b"3#1#0B0B0B0B0B0B0B0B#%s#%s##123#1#23456789012#123456789012#" % (CVK.encode(), CVK.encode()), "01", 7),
        ("32", b"2#1#0B0B0B0B0B0B0B0B#%s#0123456789012345#0000#1#F#4#%s#1#" % (CVK.encode(), CVK.encode()), "01", 7),
        ("32", b"3#1#0B0B0B0B0B0B0B0B#%s#%s##1234#1#23456789012#" % (CVK.encode(), CVK.encode()), "04", 10),
        ("120", b"w#01001#2048#", "01", 2),
        ("120", b"w#01000X#2048#", "03", 2),
    ],
)
def test_a_field_that_does_not_fit_has_a_number_and_an_error(code, fields, number, field):
    with pytest.raises(FieldError) as refused:
        REQUESTS[code].read(Cursor(fields))
    assert (refused.value.code, refused.value.field) == (number, field)
    assert refused.value.hint


def test_a_context_tag_is_no_field():
    assert split(b"1101#^abc#") == Message("1101", b"", "abc")
    assert split(b"7E#V##x#^#") == Message("7E", b"V##x#", "")
    assert split(b"1101#") == Message("1101", b"", None)
    assert Message("1101", b"a#", "t").octets() == b"1101#a#^t#"


@pytest.mark.parametrize("octets", [b"", b"#", b"1#", b"11011#", b"1 1#", b"10#abc", b"\xff\xff#", b"10#^\x00#"])
def test_what_is_no_message_is_refused(octets):
    with pytest.raises(FieldError):
        split(octets)


@pytest.mark.parametrize(
    ("octets", "error", "said"),
    [
        (b"00#220080#", DeviceRefusedError, "22 (no such command"),
        (b"00#060580#0607##", DeviceRefusedError, "option E2"),
        (b"00#060780#", DeviceRefusedError, "option E2"),
        (b"00#030180#0201##", DeviceRefusedError, "field 1, detail 0201"),
        (b"00#990080#", DeviceRefusedError, "HSM error 99"),
        (b"00#nonsense#", ProtocolError, "without an error number"),
        (b"00#0000 0#", ProtocolError, "is not a 2101"),
        (b"2102#a#b#c#", ProtocolError, "is not a 2101"),
        (b"2101#a#b#", ProtocolError, "cannot be read"),
        (b"2101#a#b#c#^tag#", ProtocolError, "another context tag"),
        (b"\xff", ProtocolError, "cannot be read"),
    ],
)
def test_a_reply_is_believed_only_when_it_is_the_reply(octets, error, said):
    with pytest.raises(error) as refused:
        decode_reply(Version(), octets)
    assert said in refused.value.message


def test_a_request_with_a_tag_wants_it_back():
    assert encode_request(Version(), "7") == b"1101#^7#"
    reply = f"2101#{VERSION}#B19C#3#^7#".encode()
    assert decode_reply(Version(), reply, "7").version == VERSION
    with pytest.raises(ProtocolError, match="context tag"):
        decode_reply(Version(), reply, "8")


@pytest.mark.parametrize("value", ["", "G1PUNN000,16", CVK[:-1], CVK.replace(",", "#"), "^" + CVK])
def test_a_key_is_a_whole_block(value):
    with pytest.raises(FieldError):
        Key().encode(value)


def test_keys_may_be_left_out_or_specified_where_the_field_says_so():
    assert Key(optional=True).encode("") == b"#"
    assert Key(specification=True).encode("G1PUNN000,16") == b"G1PUNN000,16#"
    with pytest.raises(FieldError):
        Key(specification=True).encode("G1PUNN000,17")
    assert Key().decode(Cursor(BLOCKS["bdk"].lower().replace("1ddne", "1dDNE").encode() + b"#"))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(REQUESTS)), st.binary(max_size=80))
def test_any_octets_are_a_command_or_a_format_error(code, octets):
    with contextlib.suppress(FormatError):
        REQUESTS[code].read(Cursor(octets))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(CASES), st.integers(min_value=0), st.integers(min_value=0, max_value=255))
def test_a_changed_octet_gives_a_command_or_a_format_error(case, position, octet):
    command, octets = case
    if octets:
        position %= len(octets)
        octets = octets[:position] + bytes([octet]) + octets[position + 1 :]
    with contextlib.suppress(FormatError):
        type(command).read(Cursor(octets))
