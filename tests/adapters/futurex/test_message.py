"""The frame around a command: code, tag, error. Whatever is wrong with a reply is the device's fault."""

import pytest

from adapters.futurex.commands import Echo, GenerateKey
from adapters.futurex.errors import HINTS, MEANINGS, refused
from adapters.futurex.message import decode_reply, encode, encode_bare, read_error
from keyexchange.errors import DeviceRefusedError, FormatError, ProtocolError

GENERATE = GenerateKey(key_type="3", header="D0000K1TB00E0000")


def test_a_request_is_code_tokens_and_tag():
    assert encode(GENERATE) == b"AOGPGS;FS6;CT3;AKD0000K1TB00E0000;"
    assert encode(GENERATE, "0001") == b"AOGPGS;FS6;CT3;AKD0000K1TB00E0000;AG0001;"
    assert encode(Echo(), "Verify that comm lines are working") == b"AOECHO;AGVerify that comm lines are working;"
    assert encode_bare("TRTP", "0001") == b"AOTRTP;AG0001;"


def test_a_reply_is_read_with_its_tag_and_whatever_else_it_says():
    assert decode_reply(Echo(), b"AOECHO;ZZ1;BBY;AG0001;", "0001").status == "Y"
    assert decode_reply(Echo(), b"AOECHO;BBY;", None).status == "Y"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (b"AOGPGS;BBY;AG0001;", "another command's"),
        (b"BBY;AG0001;", "another command's"),
        (b"AOECHO;BBY;", "no tag AG"),
        (b"AOECHO;BBY;AG0002;", "another tag"),
        (b"AOERRO;AM52;AG0002;", "another tag"),
        (b"AOERRO;AM52;", "no tag AG"),
        (b"", "cannot be read"),
        (b"AOECHO;BBY;BBN;AG0001;", "twice"),
        (b"AOECHO;BB;AG0001;", "ECHO status"),
        (b"AOERRO;AMx;AG0001;", "error that cannot be read"),
    ],
)
def test_a_reply_that_is_not_the_reply_is_a_protocol_error(message, said):
    with pytest.raises(ProtocolError, match=said):
        decode_reply(Echo(), message, "0001")


def test_a_missing_tag_is_a_hint_at_the_setting():
    with pytest.raises(ProtocolError) as error:
        decode_reply(Echo(), b"AOECHO;BBY;", "0001")
    assert "message_tags" in error.value.hint


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"AOERRO;AM48;AN03;BBinvalid key block;", "48"),
        (b"AOERRO;AM4;AN2;BBTOKEN MISSING;", "04"),
        (b"AOERRO;BBINVALID KEY BLOCK.;", "48"),  # the public clients read the message alone
        (b"AOERRO;AM1;AN2;BBLONG MESSAGE;", "01"),  # FuturexHSMNode.cpp, its mock
        (b"AOERRO;AM99;", "99"),
        (b"AOERRO;BBsomething else;", "ERRO"),
    ],
)
def test_an_error_is_raised_with_its_number_and_never_with_its_words(message, code):
    with pytest.raises(DeviceRefusedError) as error:
        decode_reply(GENERATE, message, None)
    assert (error.value.side, error.value.operation, error.value.code) == ("futurex", "GPGS", code)
    assert "something else" not in str(error.value)
    assert error.value.hint


def test_whether_a_command_is_there_is_read_from_its_error():
    assert read_error("TRTP", b"AOERRO;AM52;AG1;", "1") == "52"
    assert read_error("TRTP", b"AOTRTP;AG1;", "1") is None
    with pytest.raises(ProtocolError):
        read_error("TRTP", b"AOERRO;AMx;", None)
    with pytest.raises(ProtocolError):
        read_error("TRTP", b"AOECHO;", None)


def test_every_hint_belongs_to_a_meaning():
    assert set(HINTS) <= set(MEANINGS)
    assert {"06", "19", "48", "51", "52", "59", "63", "64"} <= set(HINTS)
    assert "HSM error 77" in str(refused("TWKA", "77", ""))


def test_a_value_that_would_break_the_message_is_not_sent():
    with pytest.raises(FormatError, match="GPGS header"):
        encode(GenerateKey(key_type="3", header="D0000K1TB00E0;AB"))
