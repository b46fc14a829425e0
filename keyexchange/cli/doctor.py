"""doctor: would a receiver take this TR-31 block, and if not, what has to change where."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from keyexchange.inspection import Doctor, Facts, Finding
    from keyexchange.keys import KeyAlgorithm

_WIDTH = 100
_LABELS = 11


@click.command("doctor")
@click.argument("block", default="-")
@click.option("--for", "receiver", metavar="SIDE", required=True, help="Who is to take it, such as apc or payshield.")
@click.option("--from", "sender", metavar="SIDE", help="Who made it [default: every sender that is known].")
@click.option("--kek-algorithm", metavar="ALGORITHM", help="The KEK that protects it, such as TDES_3KEY or AES_256.")
@click.option("--kek-transport", metavar="ALGORITHM", help="The RSA key that carries this KEK, such as RSA_2048.")
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
def doctor_command(
    block: str, receiver: str, sender: str | None, kek_algorithm: str | None, kek_transport: str | None, as_json: bool
) -> None:
    """Say whether a receiver would take a TR-31 block, which rule refuses it, and what to change at the sender.

    BLOCK is the text itself, the path of a file, or - for standard input. Only what stands in clear is read: no key is
    used and nothing is verified. Ends with 0 when nothing speaks against the block, 5 when it is no TR-31 block, 7 when
    a rule refuses it.

    \b
    Example:
      keyexchange doctor block.txt --for apc --kek-algorithm TDES_3KEY
    """
    from keyexchange.cli.material import material
    from keyexchange.inspection import diagnose, facts_of

    doctors = _doctors()
    chosen = _known(doctors, receiver)
    senders = (_known(doctors, sender),) if sender else tuple(d for d in doctors.values() if d is not chosen)
    text = material(block).decode("latin-1").strip()
    facts = facts_of(text, kek=_algorithm(kek_algorithm, "TA"), transport=_algorithm(kek_transport, "R"))
    findings = diagnose(chosen, facts, senders)
    click.echo(json.dumps(_document(chosen, findings), indent=2) if as_json else _text(chosen, facts, findings))
    _refuse(chosen, findings)


def _doctors() -> dict[str, Doctor]:
    from keyexchange import registry

    return {name: registry.load(registry.DOCTORS, name) for name in registry.names(registry.DOCTORS)}


def _known(doctors: dict[str, Doctor], name: str) -> Doctor:
    from keyexchange.errors import ConfigError

    if name not in doctors:
        raise ConfigError(f"the rules of {name!r} are not known here", hint=f"choose one of: {', '.join(doctors)}")
    return doctors[name]


def _algorithm(name: str | None, letters: str) -> KeyAlgorithm | None:
    """The algorithm of that name, if it is of one of these families."""
    from keyexchange.errors import ConfigError
    from keyexchange.keys import KeyAlgorithm

    if name is None:
        return None
    possible = [algorithm.value for algorithm in KeyAlgorithm if algorithm.letter in letters]
    if name not in possible:
        raise ConfigError(f"{name!r} is no key algorithm for this", hint=f"choose one of: {', '.join(possible)}")
    return KeyAlgorithm(name)


def _refuse(receiver: Doctor, findings: tuple[Finding, ...]) -> None:
    from keyexchange.errors import RuleError
    from keyexchange.inspection import Severity

    refusing = [finding.rule.id for finding in findings if finding.rule.severity is Severity.REFUSED]
    if refusing:
        raise RuleError(
            f"{receiver.name} would refuse this block: {', '.join(refusing)}",
            rule="receiver-refuses",
            hint="make the changes named above at the sender, and export again",
        )


def _text(receiver: Doctor, facts: Facts, findings: tuple[Finding, ...]) -> str:
    header = facts.header
    lines = [
        f"block of version {header.version_id}: {header.key_usage}, {header.algorithm}, mode {header.mode_of_use}, "
        f"exportability {header.exportability}, for {receiver.name}"
    ]
    for finding in findings:
        lines += ["", *_finding(finding)]
    return "\n".join(lines if findings else [*lines, "nothing that stands in clear speaks against it"])


def _finding(finding: Finding) -> list[str]:
    rule = finding.rule
    rows = [(rule.severity.value, f"{rule.id}: {rule.what}"), ("change", rule.change)]
    rows += [(f"  {sender}", step.text) for sender, step in finding.steps.items()]
    rows.append(("source", "; ".join([rule.source, *(step.source for step in finding.steps.values())])))
    return [line for label, words in rows for line in _wrapped(label, words)]


def _wrapped(label: str, words: str) -> list[str]:
    return textwrap.wrap(words, _WIDTH, initial_indent=f"{label:<{_LABELS}}  ", subsequent_indent=" " * (_LABELS + 2))


def _document(receiver: Doctor, findings: tuple[Finding, ...]) -> dict[str, Any]:
    return {
        "receiver": receiver.name,
        "findings": [
            {
                "rule": finding.rule.id,
                "severity": finding.rule.severity.value,
                "what": finding.rule.what,
                "change": finding.rule.change,
                "source": finding.rule.source,
                "steps": {sender: {"text": step.text, "source": step.source} for sender, step in finding.steps.items()},
            }
            for finding in findings
        ],
    }
