"""The answers of doctor are those of the tables, for every rule, and never contradict the software HSM."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

from adapters.apc import doctor as apc
from adapters.payshield import doctor as payshield
from adapters.payshield.lmk.key_types import TYPE_OF_USAGE
from keyexchange.cli.doctor import doctor_command
from keyexchange.errors import ConfigError, FormatError, RuleError
from keyexchange.hsm.apc.rules import SECRET_KEYS
from keyexchange.inspection import Doctor, Facts, Remedy, Severity, diagnose, facts_of
from keyexchange.keys import KeyAlgorithm
from keyexchange.tr31 import Header, OptionalBlock
from tests import doctor_page

GOOD = "B0080B0TX00S0000BCCB395544093D66FE8296DFBFBE3D6268FBA63FDE5363CB86580BD21879C901"
HEADER = Header("B", "B0", "T", "X")
FACTS = Facts(HEADER, length=80, room=22)
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
    ],
    "deprecated-version": [header(version_id="A"), header(version_id="C")],
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
}
CASES = [
    pytest.param(doctor, rule, facts, id=f"{name}-{rule}-{number}")
    for name, (doctor, cases) in APPLY.items()
    for rule, given in cases.items()
    for number, facts in enumerate(given)
]
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
    assert all(rule.what and rule.change and rule.source for rule in doctor.rules)


@pytest.mark.parametrize(("doctor", "cases"), DOCTORS)
@pytest.mark.parametrize(
    "facts",
    [
        FACTS,
        AES_KEK,
        replace(AES_KEK, transport=KeyAlgorithm.RSA_3072),
        replace(FACTS, kek=KeyAlgorithm.TDES_2KEY),
        replace(FACTS, kek=KeyAlgorithm.TDES_3KEY, transport=KeyAlgorithm.RSA_2048, room=30),
    ],
)
def test_nothing_speaks_against_a_good_block(doctor: Doctor, cases: dict[str, list[Facts]], facts: Facts) -> None:
    assert found(doctor, facts) == []


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


def test_the_page_is_what_the_tables_say() -> None:
    assert doctor_page.PAGE.read_text("utf-8") == doctor_page.page()


def test_the_facts_are_those_of_the_block() -> None:
    facts = facts_of(GOOD, kek=KeyAlgorithm.TDES_3KEY)
    assert facts == Facts(replace(HEADER, exportability="S"), 80, 22, KeyAlgorithm.TDES_3KEY)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(doctor_command, [*arguments], catch_exceptions=False)


def test_json_has_the_steps_of_the_sender_asked_for() -> None:
    done = run(GOOD.replace("X00S", "X00N"), "--for", "payshield", "--from", "apc", "--json")
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["rule"], finding["severity"]) == ("non-exportable", "note")
    assert list(finding["steps"]) == ["apc"]
    assert finding["steps"]["apc"]["source"]


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
    ],
)
def test_an_unknown_word_is_answered_with_those_that_are_known(words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as raised:
        run(GOOD, *words)
    assert "choose one of" in (raised.value.hint or "")


def test_what_is_no_block_is_refused_as_such() -> None:
    with pytest.raises(FormatError):
        run(GOOD[:-2], "--for", "apc")
