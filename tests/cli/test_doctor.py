"""The answers of doctor are those of the tables, for every rule, and never contradict the software HSM."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session
from click.testing import CliRunner

from adapters.apc import doctor as apc
from adapters.atalla import doctor as atalla
from adapters.futurex import doctor as futurex
from adapters.payshield import doctor as payshield
from adapters.payshield.lmk.key_types import TYPE_OF_USAGE
from keyexchange.cli.doctor import doctor_command
from keyexchange.errors import ConfigError, FormatError, RuleError
from keyexchange.hsm.apc.rules import SECRET_KEYS
from keyexchange.inspection import Confidence, Doctor, Facts, Remedy, Severity, diagnose, facts_of
from keyexchange.keys import KeyAlgorithm
from keyexchange.tr31 import Header, OptionalBlock, Tolerance
from tests import doctor_page

GOOD = "B0080B0TX00S0000BCCB395544093D66FE8296DFBFBE3D6268FBA63FDE5363CB86580BD21879C901"
HEADER = Header("B", "B0", "T", "X")
FACTS = Facts(HEADER, length=80, room=22)
KS = OptionalBlock("KS", "FFFF9876543210E00000")
AES_KEK = replace(FACTS, header=replace(HEADER, version_id="D"), kek=KeyAlgorithm.AES_128)


def header(**changes: Any) -> Facts:
    return replace(FACTS, header=replace(HEADER, **changes))


def blocks(*given: OptionalBlock, **changes: Any) -> Facts:
    return header(optional_blocks=given, **changes)


STANDARD = {
    "kek-algorithm": [replace(FACTS, kek=KeyAlgorithm.AES_128), replace(AES_KEK, kek=KeyAlgorithm.TDES_3KEY)],
    "kek-strength": [header(algorithm="A"), replace(header(algorithm="A"), kek=KeyAlgorithm.TDES_3KEY)],
    "kek-strength-by-length": [
        replace(FACTS, kek=KeyAlgorithm.TDES_2KEY, room=30),
        replace(AES_KEK, header=replace(AES_KEK.header, algorithm="A"), room=46),
    ],
    "transport-strength": [
        replace(AES_KEK, transport=KeyAlgorithm.RSA_2048),
        replace(AES_KEK, kek=KeyAlgorithm.AES_256, transport=KeyAlgorithm.RSA_4096),
        replace(header(version_id="D"), transport=KeyAlgorithm.RSA_2048),
        replace(AES_KEK, kek=KeyAlgorithm.AES_192, transport=KeyAlgorithm.ECC_NIST_P256),
        replace(AES_KEK, kek=KeyAlgorithm.AES_256, transport=KeyAlgorithm.ECC_NIST_P384),
    ],
    "deprecated-version": [header(version_id="A"), header(version_id="C")],
    "key-context": [header(reserved="10")],
    "lower-case-hex": [replace(FACTS, tolerances=(Tolerance.LOWER_CASE_HEX,))],
    "optional-block-place": [
        replace(AES_KEK, header=replace(AES_KEK.header, algorithm="A", optional_blocks=(KS,))),
        blocks(KS, KS),
    ],
    "kek-usage": [header(key_usage="K0", mode_of_use="B")],
    "non-exportable": [header(exportability="N")],
}
APPLY: dict[str, tuple[Doctor, dict[str, list[Facts]]]] = {
    "apc": (
        apc.DOCTOR,
        {
            **STANDARD,
            "usage": [header(key_usage="B1"), header(key_usage="72"), header(key_usage="S0")],
            "algorithm": [header(algorithm="D"), header(key_usage="M3", algorithm="A"), header(algorithm="H")],
            "mode-of-use": [header(mode_of_use="B"), header(key_usage="C0", mode_of_use="X")],
            "component": [header(key_version_number="c1")],
            "hmac-hash": [header(key_usage="M7", algorithm="H", mode_of_use="C")],
            "characters": [blocks(OptionalBlock("LB", "a label"))],
            "length": [replace(FACTS, length=9985)],
            "mode-n-in-use": [header(key_usage="C0", mode_of_use="N"), header(key_usage="M3", mode_of_use="N")],
            "no-operation": [
                header(key_usage="P1", mode_of_use="B"),
                replace(AES_KEK, header=Header("D", "V2", "A", "C")),
            ],
            "optional-blocks-idle": [blocks(KS)],
        },
    ),
    "payshield": (
        payshield.DOCTOR,
        {
            **STANDARD,
            "usage": [header(key_usage="M7"), header(key_usage="72")],
            "algorithm": [header(algorithm="D"), header(key_usage="M6")],
            "mode-of-use": [header(mode_of_use="B")],
            "import-of-a-zmk": [header(key_usage="K1", mode_of_use="B"), header(key_usage="K0", mode_of_use="B")],
            "aes-under-3des-lmk": [replace(AES_KEK, header=replace(AES_KEK.header, algorithm="A"))],
            "component": [header(key_version_number="c2")],
        },
    ),
    "futurex": (
        futurex.DOCTOR,
        {
            **STANDARD,
            "delimiters": [blocks(OptionalBlock("LB", "a;b")), blocks(OptionalBlock("LB", "[1]"))],
            "combination": [header(mode_of_use="B"), header(key_usage="M0", algorithm="A", mode_of_use="C")],
            "hmac-hash": [header(key_usage="M7", algorithm="H", mode_of_use="C")],
            "usage-not-seen": [header(key_usage="C0", mode_of_use="C"), header(key_usage="72")],
            "aes-under-mfk": [replace(AES_KEK, header=replace(AES_KEK.header, algorithm="A"))],
            "single-des": [header(algorithm="D")],
            "asymmetric": [replace(AES_KEK, header=Header("D", "S0", "R", "S"))],
            "component": [header(key_version_number="c1")],
        },
    ),
    "atalla": (
        atalla.DOCTOR,
        {
            **STANDARD,
            "reserved-characters": [blocks(OptionalBlock("LB", "a#b")), blocks(OptionalBlock("LB", "<"))],
            "length": [replace(FACTS, length=4915)],
            "aes-kbpk": [AES_KEK, replace(AES_KEK, kek=None)],
            "aes-key": [header(algorithm="A")],
            "usage": [header(key_usage="B3"), header(key_usage="72")],
            "algorithm": [header(algorithm="H"), replace(AES_KEK, header=Header("D", "K1", "R", "B"))],
            "mode-of-use": [header(mode_of_use="B"), header(key_usage="C0", mode_of_use="X")],
            "hmac-hash": [
                header(key_usage="M7", algorithm="H", mode_of_use="C"),
                blocks(OptionalBlock("HM", "23"), key_usage="M7", algorithm="H", mode_of_use="C"),
            ],
            "component": [header(key_version_number="c1")],
            "kek-for-akb": [header(key_usage="K0", mode_of_use="B")],
            "mac-algorithm": [header(key_usage="M3", mode_of_use="C")],
            "lost-in-the-header": [blocks(KS), header(key_version_number="01")],
        },
    ),
}
CASES = [
    pytest.param(doctor, rule, facts, id=f"{name}-{rule}-{number}")
    for name, (doctor, cases) in APPLY.items()
    for rule, given in cases.items()
    for number, facts in enumerate(given)
]
SETTINGS = {"import-of-a-zmk", "aes-kbpk"}
"""Rules about the receiver rather than the block."""
DOCTORS = [pytest.param(doctor, cases, id=name) for name, (doctor, cases) in APPLY.items()]


def found(doctor: Doctor, facts: Facts) -> list[str]:
    return [finding.rule.id for finding in diagnose(doctor, facts, ())]


@pytest.mark.parametrize(("doctor", "rule", "facts"), CASES)
def test_a_rule_applies_where_it_should(doctor: Doctor, rule: str, facts: Facts) -> None:
    assert rule in found(doctor, facts)


@pytest.mark.parametrize(("doctor", "cases"), DOCTORS)
def test_every_rule_has_cases_and_a_name_of_its_own(doctor: Doctor, cases: dict[str, list[Facts]]) -> None:
    assert [rule.id for rule in doctor.rules] == list(dict.fromkeys(rule.id for rule in doctor.rules))
    assert {rule.id for rule in doctor.rules} == set(cases)
    assert all(rule.what and rule.change and rule.source.text for rule in doctor.rules)


@pytest.mark.parametrize(("doctor", "cases"), DOCTORS)
def test_what_is_only_believed_never_refuses_a_block(doctor: Doctor, cases: dict[str, list[Facts]]) -> None:
    believed = [rule for rule in doctor.rules if rule.source.confidence is Confidence.BELIEVED]
    assert [rule.id for rule in believed if rule.severity is Severity.REFUSED] == []


@pytest.mark.parametrize(("doctor", "cases"), DOCTORS)
@pytest.mark.parametrize(
    "facts",
    [
        FACTS,
        header(key_usage="P0", mode_of_use="B"),
        header(key_usage="K1", mode_of_use="B", exportability="S"),
        replace(FACTS, kek=KeyAlgorithm.TDES_2KEY),
        replace(FACTS, kek=KeyAlgorithm.TDES_3KEY, transport=KeyAlgorithm.RSA_2048, room=30),
    ],
)
def test_nothing_speaks_against_a_good_block(doctor: Doctor, cases: dict[str, list[Facts]], facts: Facts) -> None:
    assert set(found(doctor, facts)) <= SETTINGS


@pytest.mark.parametrize(("doctor", "cases"), DOCTORS)
@pytest.mark.parametrize("transport", [None, KeyAlgorithm.RSA_3072, KeyAlgorithm.ECC_NIST_P256])
def test_nothing_speaks_against_a_good_block_under_an_aes_kek(
    doctor: Doctor, cases: dict[str, list[Facts]], transport: KeyAlgorithm | None
) -> None:
    assert set(found(doctor, replace(AES_KEK, transport=transport))) <= SETTINGS


@pytest.mark.parametrize(("doctor", "cases"), DOCTORS)
def test_every_change_has_a_step_at_every_sender(doctor: Doctor, cases: dict[str, list[Facts]]) -> None:
    assert set(doctor.steps) == set(Remedy)


def test_the_table_of_apc_is_that_of_the_software_hsm() -> None:
    theirs = {
        usage: ({algorithm.letter.value for algorithm in allowed.algorithms}, set(allowed.modes))
        for usage, allowed in SECRET_KEYS.items()
    }
    assert {usage: (set(a.algorithms), set(a.modes)) for usage, a in apc.ATTRIBUTES.items()} == theirs


def test_the_table_of_payshield_has_every_usage_that_its_adapter_knows() -> None:
    assert set(TYPE_OF_USAGE) <= set(payshield.ATTRIBUTES)


def test_refusals_come_first() -> None:
    facts = header(exportability="N", version_id="A", key_usage="ZZ")
    severities = [finding.rule.severity for finding in diagnose(apc.DOCTOR, facts, ())]
    assert severities == [Severity.REFUSED, Severity.DEPENDS, Severity.NOTE]


def test_what_apc_lists_for_its_operations_is_in_the_table_of_its_keys() -> None:
    assert {*apc.ONE_WAY_OR_BOTH, *apc.TDES_OPERATIONS, *apc.IDLE} <= set(apc.ATTRIBUTES)


def test_the_header_fields_that_apc_changes_on_export_are_those_of_its_model() -> None:
    model = Session().get_service_model("payment-cryptography")
    members = set(model.shape_for("KeyBlockHeaders").members)
    named = {name for step in apc.STEPS.values() for name in re.findall(r"KeyBlockHeaders, (\w+)", step.text)}
    assert "KeyBlockHeaders" in model.shape_for("ExportTr31KeyBlock").members
    assert named == members - {"KeyExportability"}
    assert "KeyExportability" in apc.STEPS[Remedy.EXPORTABILITY].text


def test_the_page_is_what_the_tables_say() -> None:
    assert doctor_page.PAGE.read_text("utf-8") == doctor_page.page()


def test_the_facts_are_those_of_the_block() -> None:
    facts = facts_of(GOOD, kek=KeyAlgorithm.TDES_3KEY)
    assert facts == Facts(replace(HEADER, exportability="S"), 80, 22, KeyAlgorithm.TDES_3KEY)
    assert facts_of(GOOD[:16] + GOOD[16:].lower()).tolerances == (Tolerance.LOWER_CASE_HEX,)


VECTORS = json.loads((Path(__file__).parent.parent / "vectors/tr31.json").read_text("utf-8"))["vectors"]
BLOCKS = {
    block
    for vector in VECTORS
    for block in (vector["inputs"].get("block"), vector["expected"].get("block"))
    if block and block[0] in "ABCD"
}


@pytest.mark.parametrize(("doctor", "cases"), DOCTORS)
def test_every_published_block_gets_an_answer(doctor: Doctor, cases: dict[str, list[Facts]]) -> None:
    assert len(BLOCKS) > 50
    for block in BLOCKS:
        for kek in (None, KeyAlgorithm.TDES_3KEY, KeyAlgorithm.AES_256):
            facts = facts_of(block, kek=kek)
            names = found(doctor, facts)
            assert len(names) == len(set(names))
            assert ("kek-algorithm" in names) is (kek is not None and (kek.letter == "A") is not (block[0] == "D"))


def run(*arguments: str) -> Any:
    return CliRunner().invoke(doctor_command, [*arguments], catch_exceptions=False)


def test_json_has_the_steps_of_the_sender_asked_for() -> None:
    done = run(GOOD.replace("X00S", "X00N"), "--for", "payshield", "--from", "apc", "--json")
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["rule"], finding["severity"]) == ("non-exportable", "note")
    assert list(finding["steps"]) == ["apc"]
    assert finding["steps"]["apc"]["source"]
    assert finding["steps"]["apc"]["confidence"] == finding["confidence"] == "documented"


def test_a_caution_is_said_of_every_block() -> None:
    assert json.loads(run(GOOD, "--for", "futurex", "--json").stdout) == {
        "receiver": "futurex",
        "caution": futurex.DOCTOR.caution,
        "findings": [],
    }
    assert "caution      no public source" in run(GOOD, "--for", "futurex").stdout


def test_a_refused_block_ends_with_the_rule() -> None:
    with pytest.raises(RuleError) as raised:
        run(GOOD, "--for", "apc", "--kek-algorithm", "AES_256")
    assert raised.value.rule == "receiver-refuses"
    assert "kek-algorithm" in raised.value.message


@pytest.mark.parametrize(
    "words",
    [
        ("--for", "nobody"),
        ("--for", "apc", "--from", "nobody"),
        ("--for", "apc", "--kek-algorithm", "RSA_2048"),
        ("--for", "apc", "--kek-transport", "AES_128"),
        ("--for", "apc", "--kek-transport", "HMAC_SHA256"),
    ],
)
def test_an_unknown_word_is_answered_with_those_that_are_known(words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as raised:
        run(GOOD, *words)
    assert "choose one of" in (raised.value.hint or "")


def test_what_is_no_block_is_refused_as_such() -> None:
    with pytest.raises(FormatError):
        run(GOOD[:-2], "--for", "apc")


def test_the_scheme_tag_of_a_host_command_is_named() -> None:
    with pytest.raises(FormatError) as raised:
        run(f"R{GOOD}", "--for", "apc")
    assert raised.value.category == "scheme_tag"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("U8E3D3E2FD5919657F05A1AA90D32A014", "Thales key cryptogram"),
        (
            "1kDNE000,14FB26DD179D6AD587FA0181E599F6CC07F0C8D2AAA2334D,BB6AE577B37A1CD7",
            "Atalla key block",
        ),
    ],
)
def test_another_format_is_named(text: str, name: str) -> None:
    with pytest.raises(FormatError, match=f"this is no TR-31 block, but: {name}"):
        run(text, "--for", "apc")


def test_a_receiver_is_known_in_any_case_and_a_block_in_any_wrapping() -> None:
    for receiver, text in (("APC", GOOD), ("Apc", GOOD.encode().hex()), ("apc", f'"{GOOD}"')):
        done = CliRunner().invoke(doctor_command, [text, "--for", receiver], catch_exceptions=False)
        assert "for apc" in done.stdout


@pytest.mark.parametrize(
    ("algorithm", "room", "kek"),
    [
        ("H", 64, KeyAlgorithm.TDES_2KEY),
        ("R", 1800, KeyAlgorithm.TDES_3KEY),
        ("S", 1800, KeyAlgorithm.TDES_2KEY),
        ("E", 121, KeyAlgorithm.TDES_3KEY),
    ],
)
def test_keys_that_are_not_sized_by_their_letter_are_held_against_the_kek(
    algorithm: str, room: int, kek: KeyAlgorithm
) -> None:
    facts = replace(header(algorithm=algorithm), room=room, kek=kek)
    assert "kek-strength-by-length" in {finding.rule.id for finding in diagnose(apc.DOCTOR, facts, ())}
    strong = replace(facts, kek=KeyAlgorithm.AES_256)
    assert "kek-strength-by-length" not in {finding.rule.id for finding in diagnose(apc.DOCTOR, strong, ())}
