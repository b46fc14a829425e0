"""The how-to "my block is refused": its commands print what it shows, its codes and rules are those of the code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from adapters.atalla import errors as atalla
from adapters.futurex import errors as futurex
from adapters.payshield import errors as payshield
from tests.cli.test_transcripts import parse, replay
from tests.doctor_page import doctors

PAGE = Path(__file__).parent.parent.parent / "docs/how-to/my-block-is-refused.md"
TEXT = PAGE.read_text("utf-8")
INDENT = "    "
CODES: dict[str, Mapping[str, str]] = {
    "payShield": payshield.MEANINGS,
    "Futurex": futurex.MEANINGS,
    "Atalla": atalla.MEANINGS,
}


def transcript() -> str:
    """The indented lines, one block after the other."""
    lines = TEXT.splitlines()
    return "\n".join(line.removeprefix(INDENT) for line in lines if line.startswith(INDENT) or not line) + "\n"


def rows(heading: str) -> Iterable[list[str]]:
    """The cells of the table below a heading, without its head."""
    section = TEXT.partition(f"### {heading}")[2].partition("\n#")[0]
    table = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in table[2:]]


def test_every_command_prints_what_is_shown(tmp_path: Path) -> None:
    replay(PAGE.name, transcript(), tmp_path)


def test_there_is_a_command_for_every_receiver_and_for_every_old_question() -> None:
    words = [command.words for command in parse(transcript())]
    assert len(words) >= 10
    assert {found[1] for line in words if (found := re.search(r"--for (\w+)", line))} == {d.name for d in doctors()}
    assert [mark for mark in ("!B", "!D", "&N", "K0 or K1?", "RSA_2048", "E2", "0607") if mark not in TEXT] == []


@pytest.mark.parametrize("vendor", CODES)
def test_a_code_of_a_table_is_one_of_the_device(vendor: str) -> None:
    codes = [code for row in rows(vendor) for code in re.findall(r"\b(?:[0-9A-B][0-9A-F]|0607)\b", row[0])]
    assert len(codes) >= 7
    assert [code for code in codes if code not in CODES[vendor]] == []


def test_a_rule_that_is_named_is_one_of_the_doctors() -> None:
    known = {rule.id for doctor in doctors() for rule in doctor.rules}
    cells = [row[-1] for vendor in ("AWS", *CODES) for row in rows(vendor)]
    named = {name for cell in cells for name in re.findall(r"`([a-z-]+[a-z0-9-]*)`", cell)}
    assert len(named) >= 15
    assert named - known == set()


@pytest.mark.parametrize("vendor", ["AWS", "payShield", "Atalla"])
def test_every_cause_says_how_sure_it_is(vendor: str) -> None:
    assert {row[2] for row in rows(vendor)} <= {"documented", "tested", "reported", "believed"}
