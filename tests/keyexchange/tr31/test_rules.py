"""Which attributes go together, what writing refuses and what reading reports."""

from __future__ import annotations

import pytest

from keyexchange.errors import RuleError
from keyexchange.keys import Algorithm, KeyUsage, ModeOfUse
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, OptionalBlock, misplaced, unwrap, violations, wrap
from keyexchange.tr31.optional_blocks import KNOWN
from keyexchange.tr31.rules import PLACES, USAGES

KBPK = Kbpk("A", Secret(bytes(range(32))))
KEY = Secret(bytes(range(16)))


def test_every_usage_has_a_row_and_the_rows_hold_codes_of_the_standard() -> None:
    assert set(USAGES) == set(KeyUsage.__members__)
    for allowed in USAGES.values():
        assert allowed.algorithms
        assert set(allowed.algorithms) <= set(Algorithm.__members__)
        assert set(allowed.modes) <= set(ModeOfUse.__members__)
    assert set(PLACES) <= set(KNOWN)


@pytest.mark.parametrize(
    "code",
    ["B0TX", "B1AN", "C0AV", "D0TB", "E2TX", "K1AD", "K3EX", "M3TC", "M6AG", "M7HC", "P0AE", "S0RS", "V2TN", "I0TN"],
)
def test_what_is_in_use_goes_together(code: str) -> None:
    assert violations(Header("D", code[:2], code[2], code[3])) == ()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("B0TE", ["mode of use E"]),
        ("P0TC", ["mode of use C"]),
        ("M3AC", ["algorithm A"]),
        ("M7TC", ["algorithm T"]),
        ("K1RB", ["algorithm R"]),
        ("S0TB", ["algorithm T", "mode of use B"]),
        ("I0TB", ["mode of use B"]),
        ("D0TY", ["mode of use Y"]),
    ],
)
def test_what_does_not_go_together_is_said_in_a_sentence_each(code: str, words: list[str]) -> None:
    found = violations(Header("D", code[:2], code[2], code[3]))
    assert len(found) == len(words)
    for sentence, word in zip(found, words, strict=True):
        assert word in sentence
        assert code[:2] in sentence


def test_nothing_is_said_of_proprietary_codes() -> None:
    for header in (Header("D", "10", "T", "Q"), Header("D", "B0", "1", "X"), Header("D", "B1", "T", "9")):
        assert violations(header) == ()


@pytest.mark.parametrize(
    ("reserved", "right"), [("00", True), ("10", True), ("20", True), ("30", False), ("01", False)]
)
def test_the_key_context_is_one_of_three(reserved: str, right: bool) -> None:
    assert (violations(Header("D", "B0", "T", "X", reserved=reserved)) == ()) is right


def test_an_odd_header_is_written_only_on_request_and_read_with_a_report() -> None:
    header = Header("D", "P0", "A", "X")
    with pytest.raises(RuleError, match="mode of use X") as caught:
        wrap(KBPK, header, KEY)
    assert caught.value.rule == "header-combination"
    content = unwrap(KBPK, wrap(KBPK, header, KEY, odd_header=True))
    assert content.key == KEY
    assert content.violations == ("a key of usage P0 has no mode of use X",)


def test_a_request_for_an_odd_header_is_not_remembered_for_the_next() -> None:
    header = Header("D", "V1", "A", "E")
    wrap(KBPK, header, KEY, odd_header=True)
    with pytest.raises(RuleError):
        wrap(KBPK, header, KEY)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (Header("D", "B0", "T", "X", optional_blocks=(OptionalBlock("DA", "01P0TEE"),)), ["usage B0"]),
        (Header("D", "P0", "A", "E", optional_blocks=(OptionalBlock("HM", "21"),)), ["algorithm A"]),
        (Header("D", "M7", "H", "C"), ["needs optional block HM"]),
        (
            Header("D", "P0", "A", "E", optional_blocks=(OptionalBlock("LB", "1"), OptionalBlock("LB", "2"))),
            ["2 times"],
        ),
        (Header("D", "B1", "A", "X", optional_blocks=(OptionalBlock("IK", "0" * 16),)), []),
        (Header("D", "M7", "H", "C", optional_blocks=(OptionalBlock("HM", "21"),)), []),
    ],
)
def test_optional_blocks_that_do_not_belong_there_are_named(header: Header, words: list[str]) -> None:
    found = misplaced(header)
    assert len(found) == len(words)
    assert all(word in sentence for sentence, word in zip(found, words, strict=True))
