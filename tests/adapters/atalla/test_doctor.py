"""The doctor's Atalla agrees with the tables of Atalla headers, and with blocks that one has really been sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.atalla import akb, doctor
from keyexchange.inspection import Facts, diagnose, facts_of
from keyexchange.keys import KeyAlgorithm
from keyexchange.tr31 import Header, OptionalBlock

REAL = "B0080P0TB00E00009DAB98CCD11C83654575D5B505EDA6CD81B50EFF747782F5D3091925EE1B5D5B"
"""What the client com.ks.konversa.hsm sends with command 119."""
COMMAND = "<119#1#U#{kbpk}#{block}#>"


def found(block: str, kek: KeyAlgorithm | None = None) -> list[str]:
    return [finding.rule.id for finding in diagnose(doctor.DOCTOR, facts_of(block, kek=kek), ())]


def test_nothing_speaks_against_a_block_that_an_atalla_was_sent() -> None:
    assert found(REAL, KeyAlgorithm.TDES_3KEY) == []


def test_the_longest_block_fills_the_longest_command() -> None:
    kbpk = "1kDNE000,14FB26DD179D6AD587FA0181E599F6CC07F0C8D2AAA2334D,BB6AE577B37A1CD7"
    rule = next(rule for rule in doctor.RULES if rule.id == "length")
    longest = doctor.LONGEST - len(COMMAND.format(kbpk=kbpk, block=""))
    for length, refused in ((longest, False), (longest + 1, True)):
        assert rule.applies(replace(facts_of(REAL), length=length)) is refused


@pytest.mark.parametrize(
    ("usage", "letter"),
    [
        ("B0", "d"),
        ("B1", "i"),
        ("C0", "C"),
        ("D0", "D"),
        ("E0", "m"),
        ("K0", "K"),
        ("K1", "k"),
        ("M3", "M"),
        ("P0", "P"),
    ],
)
def test_a_usage_that_is_known_has_a_letter_in_the_header(usage: str, letter: str) -> None:
    assert usage in doctor.ATTRIBUTES
    assert letter in akb.USAGES


def test_a_mode_that_has_a_letter_in_the_header_is_known() -> None:
    ciphers = {mode for allowed in doctor.ATTRIBUTES.values() for mode in allowed.modes}
    assert {letter for letter in akb.MODES if letter in "DEGNV"} <= ciphers


@pytest.mark.parametrize(("digits", "letter"), [("10", "H"), ("21", "2")])
def test_a_hash_that_has_a_letter_in_the_header_is_known(digits: str, letter: str) -> None:
    rule = next(rule for rule in doctor.RULES if rule.id == "hmac-hash")
    header = Header("B", "M7", "H", "C", optional_blocks=(OptionalBlock("HM", digits),))
    assert letter in akb.ALGORITHMS
    assert not rule.applies(Facts(header, length=120, room=64))
