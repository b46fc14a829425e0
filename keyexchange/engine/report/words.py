"""Words and figures that the text and the page share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from keyexchange import pki
from keyexchange.engine.report.model import ChainCheck, KeyLine, SideLine

STATES = {
    "finished": "Finished",
    "failed": "Failed",
    "paused": "Paused",
    "interrupted": "Interrupted",
}
EVENTS = {
    "begun": "run begun",
    "resumed": "run resumed",
    "intent": "about to act",
    "done": "done",
    "found": "found",
    "failed": "FAILED",
    "paused": "paused",
    "finished": "run finished",
}
EQUAL = {True: "yes", False: "NO", None: "-"}
FOOTER = (
    "Made from the journal alone; nobody was asked anything for it. All times are UTC.",
    "It holds no key in clear, no private key and no random number of a token. Where a device keeps its keys outside "
    "itself, its name of a key is ciphertext under its own main key.",
    "Check values prove that both sides hold the same key; they do not reveal it.",
)

_ALLOWANCES = {
    pki.Allowance.OTHER_PURPOSE.value: "its keyUsage does not name what its key was used for here",
}
_SIDES = {"KDH": "the sender's certificate", "KRD": "the receiver's certificate"}

_MINUTE, _HOUR = 60, 3600


def time_text(moment: datetime) -> str:
    """`2030-01-31 12:00:00`, UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def duration_text(seconds: float) -> str:
    """`4.2 s`, `3 min 05 s`, `2 h 03 min`."""
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min {seconds % _MINUTE:02.0f} s"
    return f"{seconds // _HOUR:.0f} h {seconds % _HOUR // _MINUTE:02.0f} min"


def duration_line(seconds: float, resumes: int) -> str:
    """The duration, and what it includes."""
    times = "once" if resumes == 1 else f"{resumes} times"
    return duration_text(seconds) + (f", resumed {times}" if resumes else "")


def milliseconds_text(milliseconds: float | None) -> str:
    """Without decimals from 100 on; empty when there are none."""
    if milliseconds is None:
        return ""
    return f"{milliseconds:.0f}" if milliseconds >= 100 else f"{milliseconds:.1f}"


def identity_text(side: SideLine) -> str:
    """Name and details of a side."""
    details = ", ".join(f"{fact.label} {fact.value}" for fact in side.details)
    return f"{side.name}: {details}" if details else f"{side.name} (not asked yet)"


def chain_warnings(check: ChainCheck) -> list[str]:
    """What was put up with on one side's chain, a sentence each."""
    outdated = [f"{_SIDES[check.side]}: an outdated revocation list was relied upon: {each}" for each in check.outdated]
    allowed = [f"{_SIDES[check.side]}: {_ALLOWANCES.get(name, name)} ({name})" for name in check.allowances]
    return outdated + allowed


def revocation_lines(checks: Sequence[ChainCheck]) -> list[str]:
    """Which certificates were held against a revocation list, a line for each side."""
    return [f"{check.side}: {_revocation(check)}" for check in checks] or ["no chain was verified yet"]


def _revocation(check: ChainCheck) -> str:
    if not check.unlisted:
        return "every certificate was held against a list of its issuer"
    return f"no list at hand for {'; '.join(check.unlisted)}"


def config_text(config_file: str, *, simulated: bool) -> str:
    """Where the plan came from."""
    if config_file:
        return config_file
    return "the built-in sample" if simulated else "the default file of the working folder"


def codes(keys: Sequence[KeyLine]) -> list[tuple[str, str]]:
    """The X9.143 codes that stand in the table of keys, and the methods of the check values, each once."""
    found: dict[str, str] = {}
    for key in keys:
        found[f"usage {key.usage}"] = key.usage_meaning
    for key in keys:
        found[f"mode {key.mode_of_use}"] = key.mode_of_use_meaning
    for key in keys:
        found[f"export {key.exportability}"] = key.exportability_meaning
    methods = {key.kcv_method for key in keys if key.kcv_method}
    return [*found.items(), *(("check value", method) for method in sorted(methods))]
