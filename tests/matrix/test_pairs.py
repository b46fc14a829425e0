"""Every pair of sides by every protocol does what docs/reference/pairs.md says of it: there is no third state.

What works is proved by use: the key that was sent and the key that arrived give the same card verification value and
the same MACs, each asked for at its own side.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from keyexchange.crypto import new_des_key
from keyexchange.engine.report import Report
from keyexchange.errors import UnsupportedError
from keyexchange.hsm import ServeOptions, running
from keyexchange.hsm.apc.attributes import usage_code
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from tests.matrix.benches import Bench, bench
from tests.matrix.field import CONVENTIONS, Field, keys
from tests.pages.pairs import PROTOCOLS, SIDES, VENDORS, said

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "pairs.md"
PUBLIC = {"simulator_conventions": False}
"""A simulator is treated as a real HSM: nothing but public commands is sent."""
TDES = (("C0", "TDES_2KEY", "C"), ("M3", "TDES_3KEY", "C"))
AES = (("M6", "AES_128", "C"),)
"""An Atalla with a TDES master file key has no header for it."""
KEK = KeyAttributes("K1", KeyAlgorithm.TDES_3KEY, "B")
ON_P256 = {"ecdh": {"curve": "ECC_NIST_P256", "derive_key_algorithm": "AES_128"}}
_CELL = re.compile(r"(yes|unproven|simulator|no)(?: \((\d+)\))?")


@dataclass(frozen=True)
class Answer:
    """What the page says of a pair.

    Args:
        word: "yes", "unproven", "simulator" or "no".
        why: the note, word for word; empty for a yes.
    """

    word: str
    why: str


@cache
def answers() -> dict[tuple[str, str, str], Answer]:
    """The page, read: by sender, receiver and protocol."""
    text = PAGE.read_text("utf-8")
    notes = dict(re.findall(r"^(\d+)\. (.+)$", text, re.MULTILINE))
    found = {}
    for protocol, title in PROTOCOLS.items():
        section = text.partition(f"## {title}\n")[2].partition("\n## ")[0]
        for kdh, *cells in (re.split(r" *\| *", row.strip("| ")) for row in section.strip().splitlines()[2:]):
            for krd, cell in zip(SIDES, cells, strict=True):
                match = _CELL.fullmatch(cell)
                assert match is not None, cell
                found[kdh.strip("*"), krd, protocol] = Answer(match[1], notes.get(match[2], ""))
    return found


@dataclass(frozen=True)
class Pair:
    """Two sides, as their adapters and by themselves.

    Args:
        switches: of either side's section.
    """

    field: Field
    kdh: str
    krd: str
    switches: dict[str, dict[str, Any]]
    sender: Bench
    receiver: Bench

    def run(self, protocol: str | None, **rest: Any) -> Report:
        """To the end; every key has arrived with the check value that it had."""
        for role, more in self.switches.items():
            rest[f"{role}_section"] = more | rest.get(f"{role}_section", {})
        report = self.field.run(self.kdh, self.krd, protocol, **rest)
        assert report.state == "finished"
        assert all(line.equal for line in report.keys)
        return report

    def lying_there(self, kinds: tuple[tuple[str, str, str], ...], exportability: str = "E") -> list[dict[str, str]]:
        """Keys that the sender has already, as the reviewed file lists them."""
        entries = keys(*kinds)
        for entry in entries:
            attributes = KeyAttributes(
                entry["usage"], KeyAlgorithm(entry["algorithm"]), entry["mode_of_use"], exportability
            )
            reference, digits = self.sender.new(attributes)
            entry |= {"key": reference, "kcv": digits, "exportability": exportability}
        return entries

    def prove(self, there: list[dict[str, str]], report: Report) -> None:
        """Both sides come to the same with the same key."""
        arrived = {line.name: line.reference for line in report.keys}
        for entry in there:
            for_sender, for_receiver = (
                _result(side, reference, entry["usage"])
                for side, reference in ((self.sender, entry["key"]), (self.receiver, arrived[entry["name"]]))
            )
            assert for_sender == for_receiver
        assert there


def _result(side: Bench, reference: str, usage: str) -> str:
    result = side.card_value(reference) if usage == "C0" else side.mac(reference, usage)
    assert len(result) == (3 if usage == "C0" else 8)
    return result


@pytest.fixture
def pair(field: Field, kdh: str, krd: str, protocol: str) -> Iterator[Pair]:
    """The two; the simulator's conventions are allowed only where the page says that they are needed."""
    needed = CONVENTIONS if answers()[kdh, krd, protocol].word == "simulator" else PUBLIC
    switches = {role: dict(needed) if side in VENDORS else {} for role, side in (("kdh", kdh), ("krd", krd))}
    with ExitStack() as stack:
        sides = [stack.enter_context(bench(field, side, role)) for side, role in ((kdh, "kdh"), (krd, "krd"))]
        yield Pair(field, kdh, krd, switches, *sides)


def works(protocol: str) -> list[Any]:
    """The pairs of which the page says that they have this protocol, before a simulator at least."""
    return [
        pytest.param(*cell, id="-".join(cell))
        for cell, answer in answers().items()
        if cell[2] == protocol and answer.word != "no"
    ]


@pytest.mark.parametrize(("kdh", "krd", "protocol"), works("tr34"))
def test_a_kek_that_went_by_tr34_carries_keys(pair: Pair, protocol: str) -> None:
    kek = pair.run(protocol).kek
    assert kek is not None
    there = pair.lying_there(TDES)
    _prove_tr31(pair, there, kek.sender, kek.receiver)


@pytest.mark.parametrize(("kdh", "krd", "protocol"), works("tr31"))
def test_keys_go_by_tr31_under_a_kek_that_both_sides_hold(pair: Pair, protocol: str) -> None:
    assert protocol == "tr31"
    secret = new_des_key(KEK.algorithm.octets)
    _prove_tr31(pair, pair.lying_there(TDES), pair.sender.put(KEK, secret), pair.receiver.put(KEK, secret))


def _prove_tr31(pair: Pair, there: list[dict[str, str]], sender: str, receiver: str, **rest: Any) -> None:
    known = {"kdh_section": {"tr31": {"kek": sender}}, "krd_section": {"tr31": {"kek": receiver}}}
    report = pair.run("tr31", keys=there, **known, **rest)
    pair.prove(there, report)


@pytest.mark.parametrize(("kdh", "krd", "protocol"), works("rsa"))
def test_keys_go_by_rsa_wrap(pair: Pair, protocol: str) -> None:
    there = pair.lying_there(TDES, exportability="S")
    pair.prove(there, pair.run(protocol, keys=there))


@pytest.mark.parametrize(("kdh", "krd", "protocol"), works("ecdh"))
def test_keys_go_by_ecdh(pair: Pair, protocol: str) -> None:
    there = pair.lying_there(TDES + AES)
    pair.prove(there, pair.run(protocol, keys=there, **ON_P256))


@pytest.mark.parametrize(
    ("kdh", "krd", "protocol"),
    [("payshield", "apc", "tr34"), ("apc", "payshield", "tr34"), ("apc", "software", "tr34")],
)
def test_without_a_protocol_a_kek_goes_by_tr34_and_keys_under_it(pair: Pair) -> None:
    there = pair.lying_there(TDES)
    pair.prove(there, pair.run(None, keys=there))


@pytest.mark.parametrize(("kdh", "krd", "protocol"), [("apc", "software", "tr34")])
@pytest.mark.parametrize("algorithm", ["TDES_2KEY", "AES_128"])
def test_tr34_carries_keks_of_other_algorithms(pair: Pair, algorithm: str) -> None:
    stronger = {"krd_section": {"wrapping_key_algorithm": "RSA_3072"}}
    kek = pair.run("tr34", kek={"algorithm": algorithm}, **stronger).kek
    assert kek is not None
    there = pair.lying_there(TDES[:1])
    _prove_tr31(pair, there, kek.sender, kek.receiver, kek={"algorithm": algorithm})


def test_the_software_hsm_serves_itself_for_a_run_and_keeps_its_keys(field: Field) -> None:
    own = {"endpoint_url": "", "state_dir": str(field.folder / "hsm")}
    report = field.run("software", "software", "ecdh", keys=keys(*TDES), kdh_section=own, krd_section=own, **ON_P256)
    with running(ServeOptions(state_dir=field.folder / "hsm", apc_port=0)) as addresses, ExitStack() as stack:
        later = Field(field.folder, addresses, field.regions)
        sender, receiver = (stack.enter_context(bench(later, "software", role)) for role in ("kdh", "krd"))
        pair = Pair(later, "software", "software", {}, sender, receiver)
        listed = later.control("kdh").list_keys(KeyState="CREATE_COMPLETE")["Keys"]
        made = {usage_code(key["KeyAttributes"]["KeyUsage"]): key["KeyArn"] for key in listed}
        pair.prove([entry | {"key": made[entry["usage"]]} for entry in keys(*TDES)], report)


def test_the_page_speaks_of_every_pair_and_protocol() -> None:
    assert sorted(answers()) == sorted(itertools.product(SIDES, SIDES, PROTOCOLS))
    assert all(bool(answer.why) == (answer.word != "yes") for answer in answers().values())


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_the_page_denies_is_refused_in_its_words(field: Field, protocol: str) -> None:
    """A real HSM's refusal; and where the page says no, the simulators refuse as well."""
    denied = [
        (cell, answer)
        for cell, answer in answers().items()
        if cell[2] == protocol and answer.word not in ("yes", "unproven")
    ]
    listed = keys(("P0", "TDES_2KEY", "B"))
    for (kdh, krd, _), answer in denied:
        for switch in (PUBLIC, CONVENTIONS) if answer.word == "no" else (PUBLIC,):
            sections = {
                f"{role}_section": switch if side in VENDORS else {} for role, side in (("kdh", kdh), ("krd", krd))
            }
            with pytest.raises(UnsupportedError) as refused:
                field.plan(kdh, krd, protocol, keys=listed, **sections)
            assert switch is CONVENTIONS or said(refused.value) == answer.why
            assert refused.value.hint


def test_where_only_we_believe_a_command_the_plan_warns_of_a_real_hsm_and_nowhere_else(field: Field) -> None:
    listed = [{**entry, "exportability": "S"} for entry in keys(("P0", "TDES_2KEY", "B"))]
    for (kdh, krd, protocol), answer in answers().items():
        if protocol == "tr31" or answer.word not in ("yes", "unproven"):
            continue
        sections = {f"{role}_section": PUBLIC if side in VENDORS else {} for role, side in (("kdh", kdh), ("krd", krd))}
        warnings = "\n".join(field.plan(kdh, krd, protocol, keys=listed, **sections).warnings)
        assert ("nothing public shows" in warnings) is (answer.word == "unproven"), (kdh, krd, protocol)
