"""The declarations: tokens to commands and back, from AWS's own scripts wherever there is any."""

import contextlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.futurex.face.device import ANSWERS
from adapters.futurex.message import REQUESTS, Reply, encode, split
from adapters.futurex.tokens import TokenError
from keyexchange.errors import FormatError

from .cases import CASES

PROVENANCES = {"standard", "capture", "second", "self"}
IDS = [f"{type(command).__name__}-{number}" for number, (command, _) in enumerate(CASES)]


@pytest.mark.parametrize(("command", "text"), CASES, ids=IDS)
def test_every_command_writes_and_reads_the_same_octets(command, text):
    assert encode(command).decode() == text
    assert type(command).of(split(text.encode())) == command


@pytest.mark.parametrize(("command", "text"), CASES, ids=IDS)
def test_the_order_of_the_tokens_does_not_matter(command, text):
    parts = text.split(";")[:-1]
    random.Random(1).shuffle(parts)
    assert type(command).of(split((";".join(parts) + ";").encode())) == command


@pytest.mark.parametrize(("command", "text"), CASES, ids=IDS)
def test_tokens_that_nobody_knows_are_ignored(command, text):
    assert type(command).of(split((text + "QQwhatever;").encode())) == command


def test_every_command_is_in_the_cases_declares_where_it_is_from_and_is_answered():
    tested = {type(command) for command, _ in CASES}
    for code, request in REQUESTS.items():
        assert {request, request.reply} <= tested
        assert request.provenance in PROVENANCES
        assert request.source
        assert issubclass(request.reply, Reply)
        assert request.reply.code == code
        assert request in ANSWERS


def test_simulator_conventions_are_marked_by_their_code_and_as_ours():
    ours = {code for code in REQUESTS if code.startswith("Z")}
    assert ours == {"ZTRI", "ZRSI", "ZRSE"}
    assert {REQUESTS[code].provenance for code in ours} == {"self"}


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(REQUESTS)), st.binary(max_size=80))
def test_any_octets_are_a_command_or_a_format_error(code, octets):
    with contextlib.suppress(FormatError):
        REQUESTS[code].of(split(octets))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(CASES), st.integers(min_value=0), st.integers(min_value=0, max_value=255))
def test_a_changed_octet_gives_a_command_or_a_format_error(case, position, octet):
    command, text = case
    octets = text.encode()
    position %= len(octets)
    with contextlib.suppress(FormatError):
        type(command).of(split(octets[:position] + bytes([octet]) + octets[position + 1 :]))


@pytest.mark.parametrize(
    ("octets", "number"),
    [
        (b"", "09"),
        (b"AOECHO", "09"),
        (b"AOECHO;;", "09"),
        (b"AOECHO;A;", "09"),
        (b"AOECHO;AG1;AG2;", "34"),
        (b"AOECHO;AG\xff;", "02"),
        (b"AOECHO;AGa[b;", "02"),
    ],
)
def test_what_is_no_message_has_its_error_number(octets, number):
    with pytest.raises(TokenError) as wrong:
        split(octets)
    assert wrong.value.number == number


@pytest.mark.parametrize(
    ("text", "number", "place"),
    [
        ("AOGPGS;FS6;CT3;", "04", "03"),
        ("AOGPGS;FS5;CT3;AKD0000K1TB00E0000;", "03", "01"),
        ("AOGPGS;FS6;CT9;AKD0000K1TB00E0000;", "03", "02"),
        ("AOGPGS;FS6;CT33;AKD0000K1TB00E0000;", "01", "02"),
        ("AOGPGS;FS6;CT3;AKD0000;", "01", "03"),
        ("AOAVPC;FS6;RY3;KB1;CZV;RVxy;", "02", "06"),
        ("AOAVPC;FS6;RY3;KB1;CZV;RV123;", "01", "06"),
        ("AOAVPC;FS6;RY3;KB1;CZV;RV;", "01", "06"),
    ],
)
def test_a_token_that_is_wrong_has_an_error_number_and_its_place(text, number, place):
    with pytest.raises(TokenError) as wrong:
        REQUESTS[text[2:6]].of(split(text.encode()))
    assert (wrong.value.number, wrong.value.place) == (number, place)


@pytest.mark.parametrize(("command", "text"), CASES, ids=IDS)
def test_a_trace_shows_no_key_and_no_octets(command, text):
    shown = command.redacted()
    secret = {"RC", "SD", "SA", "AP", "BG", "BH", "RV", "RU", "SJ", "RF"}
    assert [t for t in text.split(";") if t[:2] in secret and len(t) > 5 and t[2:] in shown] == []
