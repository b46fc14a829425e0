"""A report for a terminal: what matters first and, because a terminal shows the end, again last."""

from __future__ import annotations

import json
from collections.abc import Callable

from keyexchange.engine.report import words
from keyexchange.engine.report.layout import heading, pairs, paragraph, table
from keyexchange.engine.report.model import KeyLine, Report

_LONGEST_NAME = 24


def as_text(report: Report, *, brief: bool = False) -> str:
    """A report in lines of at most 100 characters, but for names and digests that must stay whole.

    Args:
        brief: leave evidence and timeline out, and say where they are.
    """
    lines = [f"run {report.run}", "", *_verdict(report), "", *pairs(_facts(report))]
    for section in _SECTIONS if brief else (*_SECTIONS, *_EVIDENCE):
        lines += section(report)
    footer = (f"Certificates, digests and timeline: keyexchange report {report.run}",) if brief else words.FOOTER
    lines += ["", *(line for text in footer for line in paragraph(text)), "", *_verdict(report)]
    return "\n".join(lines)


def _verdict(report: Report) -> list[str]:
    lines = paragraph(report.headline, first=f"{words.STATES[report.state].upper()}: ", rest="  ")
    if report.headline != report.progress:
        lines += paragraph(report.progress, first="  ", rest="  ")
    if report.advice:
        lines += paragraph(report.advice, first="  hint: ", rest="  ")
    if report.resume:
        lines.append(f"  go on with: {report.resume}")
    return lines


def _facts(report: Report) -> list[tuple[str, str]]:
    end = "ended" if report.state != "interrupted" else "last entry"
    return [
        ("begun", f"{words.time_text(report.begun)} UTC"),
        (end, f"{words.time_text(report.ended)} UTC ({words.duration_line(report.seconds, report.resumes)})"),
        ("protocol", report.protocol),
        ("sender (KDH)", words.identity_text(report.kdh)),
        ("receiver (KRD)", words.identity_text(report.krd)),
        ("file", words.config_text(report.config_file, simulated=report.simulated)),
        ("plan SHA-256", report.plan_digest),
        ("program", f"keyexchange {report.version}".strip()),
    ]


def _warnings(report: Report) -> list[str]:
    if not report.warnings:
        return []
    return heading("Warnings") + [
        line for text in report.warnings for line in paragraph(text, first="  ! ", rest="    ")
    ]


def _keys(report: Report) -> list[str]:
    headings = ("key", "usage", "algorithm", "mode", "export", "sent", "arrived", "equal", "ms", "state")
    rows = [_key_row(key) for key in report.keys]
    return [
        *heading("Keys, with their check values"),
        *table(headings, rows, right=frozenset({8})),
        "",
        *pairs(words.codes(report.keys)),
    ]


def _key_row(key: KeyLine) -> tuple[str, ...]:
    return (
        _short(key.name),
        key.usage,
        key.algorithm,
        key.mode_of_use,
        key.exportability,
        key.kcv_sender or "-",
        key.kcv_receiver or "-",
        words.EQUAL[key.equal],
        words.milliseconds_text(key.milliseconds) if key.milliseconds else "-",
        key.state_words,
    )


def _places(report: Report) -> list[str]:
    lines: list[str] = []
    for key in report.keys:
        if key.reference:
            lines += paragraph(key.name, first="  ")
            lines += [line for text in (key.reference, _arrival(key)) for line in paragraph(text, first="    ")]
    return heading("Where the keys are now") + lines if lines else []


def _arrival(key: KeyLine) -> str:
    parts = [f"arrived {words.time_text(key.arrived)} by {key.travelled}" if key.arrived else "there before this run"]
    if key.alias:
        parts.append(key.alias if key.alias_set else f"{key.alias} not set")
    return "; ".join(parts)


def _kek(report: Report) -> list[str]:
    if report.kek is None:
        return []
    merge = "Merge this into the next run's file; the sender's KEK is ciphertext under its own main key."
    snippet = json.dumps(report.kek.config, indent=2).splitlines()
    return [*heading("To use this KEK again"), *paragraph(merge, first="  ", rest="  "), *(f"  {s}" for s in snippet)]


def _certificates(report: Report) -> list[str]:
    lines: list[str] = []
    for line in report.certificates:
        valid = f"{words.time_text(line.not_before)} to {words.time_text(line.not_after)} UTC"
        lines += [f"  {line.side} {line.place}", *_indented("subject", line.subject), *_indented("issuer", line.issuer)]
        lines += [*_indented("serial", line.serial_number), *_indented("valid", f"{valid}, {line.public_key}")]
        lines += _indented("SHA-256", line.sha256)
    return heading("Certificates") + lines if lines else []


def _trust(report: Report) -> list[str]:
    if report.anchor is None:
        return []
    imported = report.anchor.imported
    lines = [*_indented("anchor", report.anchor.reference)]
    for reference in imported:
        lines += _indented("imported", reference)
    if not imported:
        lines += _indented("imported", "nothing, it was there already")
    return heading("Whom the receiver trusts") + lines


def _carriers(report: Report) -> list[str]:
    if not report.carriers:
        return []
    lines = heading("What travelled, and its SHA-256")
    for carrier in report.carriers:
        unit = "characters" if carrier.kind == "TR-31 block" else "octets"
        late = ", superseded" if carrier.superseded else ""
        header = f", header {carrier.header}" if carrier.header else ""
        words_ = f"{_short(carrier.key)}: {carrier.words}{header}, {carrier.length} {unit}{late}"
        lines += [*paragraph(words_, first="  ", rest="    "), f"    {carrier.sha256}"]
    return lines


def _judgements(report: Report) -> list[str]:
    overrides = "; ".join(f"{line.rule} ({line.reason})" for line in report.overrides)
    nonces = f"{report.nonces} drawn, none used before in this journal" if report.nonces else "none drawn"
    return heading("Rules and randomness") + pairs(
        [
            ("rules set aside", overrides or "none"),
            ("deviations put up with", "; ".join(report.tolerances) or "none"),
            ("nonces of tokens", nonces),
            *zip(("revocation lists", ""), words.revocation_lines(report.chain_checks), strict=False),
        ]
    )


def _timeline(report: Report) -> list[str]:
    rows = [
        (
            words.time_text(moment.at),
            _short(moment.key),
            words.EVENTS[moment.event],
            words.milliseconds_text(moment.milliseconds),
            moment.step,
        )
        for moment in report.timeline
    ]
    lines = table(("time, UTC", "key", "event", "ms", "step"), rows, right=frozenset({3}))
    noted = [lines[0]]
    for line, moment in zip(lines[1:], report.timeline, strict=True):
        noted.append(line)
        if moment.note:
            noted += paragraph(moment.note, first=" " * 23, rest=" " * 23)
    return heading("Timeline") + noted


def _indented(label: str, value: str) -> list[str]:
    return paragraph(value, first=f"    {label:<8}  ", rest=" " * 14)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 3]}..."


_SECTIONS: tuple[Callable[[Report], list[str]], ...] = (_warnings, _keys, _places, _kek, _judgements)
_EVIDENCE: tuple[Callable[[Report], list[str]], ...] = (_certificates, _trust, _carriers, _timeline)
