"""doctor: would a receiver take this TR-31 block, and if not, what has to change where."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from keyexchange.inspection import Doctor, Facts, Finding, Source
    from keyexchange.keys import KeyAlgorithm

_WIDTH = 100
_LABELS = 11


@click.command("doctor")
@click.argument("block", default="-")
@click.option(
    "--for",
    "receiver",
    metavar="SIDE",
    required=True,
    help="Who is to take it, such as apc, atalla, futurex or payshield.",
)
@click.option("--from", "sender", metavar="SIDE", help="Who made it [default: every sender that is known].")
@click.option("--kek-algorithm", metavar="ALGORITHM", help="The KEK that protects it, such as TDES_3KEY or AES_256.")
@click.option(
    "--kek-transport", metavar="ALGORITHM", help="The key that brings this KEK, such as RSA_2048 or ECC_NIST_P521."
)
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
def doctor_command(
    block: str, receiver: str, sender: str | None, kek_algorithm: str | None, kek_transport: str | None, as_json: bool
) -> None:
    """Say whether a receiver would take a TR-31 block, which rule refuses it, and what to change at the sender.

    BLOCK is the text itself, the path of a file, or - for standard input. Only what stands in clear is read: no key is
    used and nothing is verified. Each source says how sure it makes the statement; what is only believed never refuses
    a block. Ends with 0 when no rule refuses it, 5 when it is no TR-31 block, 7 when a rule refuses it.

    \b
    Example:
      keyexchange doctor block.txt --for apc --kek-algorithm TDES_3KEY
    """
    from keyexchange.cli.material import material
    from keyexchange.inspection import diagnose

    doctors = _doctors()
    chosen = _known(doctors, receiver)
    senders = (_known(doctors, sender),) if sender else tuple(d for d in doctors.values() if d is not chosen)
    kek, transport = _algorithm(kek_algorithm, "TA"), _algorithm(kek_transport, "RE")
    facts = _facts(material(block), kek, transport)
    findings = diagnose(chosen, facts, senders)
    click.echo(json.dumps(_document(chosen, findings), indent=2) if as_json else _text(chosen, facts, findings))
    _refuse(chosen, findings)


def _facts(octets: bytes, kek: KeyAlgorithm | None, transport: KeyAlgorithm | None) -> Facts:
    from keyexchange.errors import FormatError
    from keyexchange.inspection import facts_of, read

    try:
        return facts_of(read(octets)[0].text, kek=kek, transport=transport)
    except FormatError as error:
        name = _other_format(octets)
        if name is None:
            raise
        raise FormatError(
            f"this is no TR-31 block, but: {name}",
            category=error.category,
            hint="`keyexchange inspect` explains it; for doctor have the sender export the key as a TR-31 block",
        ) from None


def _other_format(octets: bytes) -> str | None:
    """What it is, if it is known and not meant as a TR-31 block."""
    from keyexchange.cli.inspect import vendor_explainers
    from keyexchange.errors import FormatError
    from keyexchange.inspection import BLOCK_NAME, read, recognise

    try:
        name = recognise(read(octets)[0], vendor_explainers()).name
    except FormatError:
        return None
    return None if name == BLOCK_NAME else name


def _doctors() -> dict[str, Doctor]:
    from keyexchange import registry

    return {name: registry.load(registry.DOCTORS, name) for name in registry.names(registry.DOCTORS)}


def _known(doctors: dict[str, Doctor], name: str) -> Doctor:
    from keyexchange.errors import ConfigError

    if name.lower() not in doctors:
        raise ConfigError(f"the rules of {name!r} are not known here", hint=f"choose one of: {', '.join(doctors)}")
    return doctors[name.lower()]


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
    if not findings:
        lines.append("nothing that stands in clear speaks against it")
    if receiver.caution:
        lines += ["", *_wrapped("caution", receiver.caution)]
    return "\n".join(lines)


def _finding(finding: Finding) -> list[str]:
    rule = finding.rule
    rows = [(rule.severity.value, f"{rule.id}: {rule.what} [{rule.source.confidence}]"), ("change", rule.change)]
    rows += [(f"  {sender}", f"{step.text} [{step.source.confidence}]") for sender, step in finding.steps.items()]
    sources = dict.fromkeys([rule.source.text, *(step.source.text for step in finding.steps.values())])
    rows += [("source", source) for source in sources]
    return [line for label, words in rows for line in _wrapped(label, words)]


def _wrapped(label: str, words: str) -> list[str]:
    return textwrap.wrap(words, _WIDTH, initial_indent=f"{label:<{_LABELS}}  ", subsequent_indent=" " * (_LABELS + 2))


def _document(receiver: Doctor, findings: tuple[Finding, ...]) -> dict[str, Any]:
    return {
        "receiver": receiver.name,
        "caution": receiver.caution,
        "findings": [
            {
                "rule": finding.rule.id,
                "severity": finding.rule.severity.value,
                "what": finding.rule.what,
                "change": finding.rule.change,
                **_source(finding.rule.source),
                "steps": {
                    sender: {"text": step.text, **_source(step.source)} for sender, step in finding.steps.items()
                },
            }
            for finding in findings
        ],
    }


def _source(source: Source) -> dict[str, str]:
    return {"source": source.text, "confidence": source.confidence.value}
