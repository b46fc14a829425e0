"""A report for a program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from keyexchange.engine.report.model import Report

FORMAT = "keyexchange-report-1"
"""The number goes up when a field is removed or means something else; new fields may come without."""


def as_json(report: Report) -> dict[str, Any]:
    """A report as JSON-able data.

    `format` first, then the fields of `model.Report` by their names, nested dataclasses as objects:

    - run, state (finished, failed, paused, interrupted), headline, progress, advice, resume, stop (event, at, number,
      of, step, title, key, message, hint, kind; or null);
    - begun, ended (ISO 8601, UTC), seconds, resumes, version, simulated, config_file, plan_digest, protocol;
    - kdh, krd: role, name, details (a list of label and value);
    - warnings: texts;
    - keys: name, moved, usage, usage_meaning, algorithm, mode_of_use, mode_of_use_meaning, exportability,
      exportability_meaning, kcv_sender, kcv_receiver, kcv_method, equal (true, false, null), travelled, reference,
      alias, alias_set, arrived (time or null), milliseconds, state (arrived, found, present, differs, unclear, failed,
      waiting, not_yet), state_words;
    - kek: sender, receiver, config (to merge into the next run's file); or null;
    - certificates: side, place, subject, issuer, serial_number, not_before, not_after, public_key, sha256;
    - chain_checks: side, unlisted, outdated, allowances;
    - anchor: reference, imported; or null;
    - nonces: a number;
    - carriers: key, made, kind, variety, header, optional_blocks, length, sha256, tolerances, superseded;
    - overrides: rule, reason; tolerances: texts;
    - timeline: at, event, key, step, title, milliseconds (or null), note.
    """
    document: dict[str, Any] = _plain(report)
    return {"format": FORMAT, **document}


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(member) for name, member in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
