"""The frame around a command: echo, error code, trailer. Whatever is wrong with a reply is the device's fault."""

import pytest

from adapters.payshield.commands import Diagnostics, Echo
from adapters.payshield.errors import HINTS, MEANINGS, refused
from adapters.payshield.message import decode_reply, encode_request, find_trailer, read_trailer
from keyexchange.errors import DeviceRefusedError, FormatError, ProtocolError
from keyexchange.wire import Cursor

ND = b"9D04A000000000002200-1011"


def test_a_request_is_header_code_and_fields():
    assert encode_request(Echo(data=b"PING"), b"0000") == b"0000B20004PING"
    assert encode_request(Diagnostics(), b"") == b"NC"


def test_a_reply_is_read_behind_its_echo():
    assert decode_reply(Diagnostics(), b"HEADND00" + ND, b"HEAD").firmware == "2200-1011"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (b"0001ND00" + ND, "another message header"),
        (b"0000NB00" + ND, "not a ND"),
        (b"0000", "not a ND"),
        (b"0000ND", "no error code"),
        (b"0000ND0", "no error code"),
        (b"0000ND\xff\xff", "no error code"),
        (b"0000ND00" + ND[:-1], "firmware: the message ends too early"),
        (b"0000ND00" + ND + b"!", "1 octets too many"),
        (b"0000ND00" + b"x" * 25, "check_value"),
    ],
)
def test_a_reply_that_is_not_the_reply_is_a_protocol_error(message, said):
    with pytest.raises(ProtocolError, match=said):
        decode_reply(Diagnostics(), message, b"0000")


def test_an_error_code_is_raised_with_its_meaning_and_a_hint():
    with pytest.raises(DeviceRefusedError, match=r"payshield refused NC: 13 \(invalid LMK identifier") as error:
        decode_reply(Diagnostics(), b"0000ND13", b"0000")
    assert (error.value.side, error.value.operation, error.value.code) == ("payshield", "NC", "13")
    assert "key_block_lmk_identifier" in error.value.hint


def test_an_unknown_code_is_carried_as_it_is():
    assert "HSM error Z9" in str(refused("A8", "Z9"))


def test_every_hint_belongs_to_a_meaning():
    assert set(HINTS) <= set(MEANINGS)
    assert {"13", "15", "17", "29", "68", "A3", "A4"} <= set(HINTS)


@pytest.mark.parametrize("trailer", [b"", b"\x19", b"\x19trailer", b"\x19" + b"x" * 32])
def test_a_trailer_is_kept_for_the_echo(trailer):
    assert read_trailer(Cursor(trailer)) == trailer
    assert find_trailer(b"fields\x19" * bool(trailer) + trailer) == trailer


@pytest.mark.parametrize("leftover", [b"%", b"x\x19", b"\x19" + b"x" * 33])
def test_leftovers_are_not_a_trailer(leftover):
    with pytest.raises(FormatError):
        read_trailer(Cursor(leftover))
