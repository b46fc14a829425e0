"""The three rules that every receiver with a table of usages has: usage, algorithm, mode of use. The table is data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from keyexchange.inspection.diagnosis import Facts, Remedy, Rule, Severity, Source


@dataclass(frozen=True)
class Attributes:
    """What a key of one usage may be.

    Args:
        algorithms: letters of X9.143:2021 table 3.
        modes: letters of X9.143:2021 table 4.
    """

    algorithms: str
    modes: str


@dataclass(frozen=True)
class Words:
    """What a rule says.

    Args:
        what: the reason, with the receiver's own error where it is known.
        change: what the sender has to do.
    """

    what: str
    change: str


def attribute_rules(
    table: Mapping[str, Attributes],
    source: Source,
    *,
    usage: Words,
    algorithm: Words,
    mode: Words,
    severity: Severity = Severity.REFUSED,
) -> tuple[Rule, Rule, Rule]:
    """The rules `usage`, `algorithm` and `mode-of-use` of a receiver.

    Args:
        table: by key usage. A usage that is not in it is the first rule's; the other two say nothing of it.
        source: of the table.
        usage: words for a usage that the table does not have; the usages it has are added to the change.
        algorithm: words for an algorithm that the usage does not have.
        mode: words for a mode that the usage does not have.
        severity: of all three.
    """
    usages = f"{usage.change}: {', '.join(table)}"
    return (
        Rule("usage", _unknown(table), severity, usage.what, usages, source, Remedy.USAGE),
        Rule(
            "algorithm",
            _not_among(table, "algorithm", lambda allowed: allowed.algorithms),
            severity,
            algorithm.what,
            algorithm.change,
            source,
            Remedy.ALGORITHM,
        ),
        Rule(
            "mode-of-use",
            _not_among(table, "mode_of_use", lambda allowed: allowed.modes),
            severity,
            mode.what,
            mode.change,
            source,
            Remedy.MODE,
        ),
    )


def _unknown(table: Mapping[str, Attributes]) -> Callable[[Facts], bool]:
    return lambda facts: facts.header.key_usage not in table


def _not_among(
    table: Mapping[str, Attributes], field: str, allowed: Callable[[Attributes], str]
) -> Callable[[Facts], bool]:
    """Whether a field of the header is none of those that its usage allows."""

    def applies(facts: Facts) -> bool:
        attributes = table.get(facts.header.key_usage)
        return attributes is not None and getattr(facts.header, field) not in allowed(attributes)

    return applies
