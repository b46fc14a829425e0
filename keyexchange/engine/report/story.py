"""A run's journal, read for a report: entries by key and step, outcomes by the name that the workflow gives them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from keyexchange.engine.journal import DONE, FAILED, INTENT, Entry, Journal
from keyexchange.engine.plan import RUN
from keyexchange.errors import DeviceRefusedError
from keyexchange.protocols.steps import IDENTIFY, Step
from keyexchange.protocols.tr31 import KEY_BLOCK, KNOWN_KEK
from keyexchange.protocols.tr34 import TWO_PASS

STEPS: Mapping[str, Step] = {
    step.name: step for workflow in (IDENTIFY, TWO_PASS, KNOWN_KEK, KEY_BLOCK) for step in workflow.steps
}
"""By name. Steps of one name in different workflows give a value of one name."""


@dataclass(frozen=True)
class Outcome:
    """What a step gave: the message, when it was recorded, and whether it was found after a crash and not made."""

    message: Any
    at: datetime
    found: bool


@dataclass(frozen=True)
class Story:
    """One run.

    Args:
        run: its row: run, begun, plan_digest, plan, options.
        entries: all, the oldest first.
        nonces: how many were drawn.
    """

    run: Mapping[str, Any]
    entries: tuple[Entry, ...]
    nonces: int
    _journal: Journal
    _by_scope: Mapping[str, tuple[Entry, ...]]

    @classmethod
    def of(cls, journal: Journal, run: str) -> Story:
        """Read it.

        Raises:
            JournalError: no such run.
        """
        row = journal.run(run)
        entries = tuple(journal.entries(run))
        by_scope: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            by_scope[entry.scope].append(entry)
        scopes = {scope: tuple(of_scope) for scope, of_scope in by_scope.items()}
        return cls(row, entries, journal.nonces_drawn(run), journal, scopes)

    @property
    def plan(self) -> Mapping[str, Any]:
        """The plan's document."""
        plan: Mapping[str, Any] = self.run["plan"]
        return plan

    @property
    def options(self) -> Mapping[str, Any]:
        """What the operator asked for."""
        options: Mapping[str, Any] = self.run["options"]
        return options

    def of_scope(self, scope: str) -> tuple[Entry, ...]:
        """The entries of a key, or those of the run."""
        return self._by_scope.get(scope, ())

    def outcomes(self, scope: str, gives: str) -> list[Outcome]:
        """Every value of this name that a key's steps gave, the oldest first.

        Raises:
            JournalError: an artefact is missing, or the message is not known to this version.
        """
        return [
            Outcome(self._journal.decoded(entry.data["outcome"]), entry.at, bool(entry.data.get("found")))
            for entry in self.of_scope(scope)
            if entry.event == DONE and _gives(entry.step) == gives
        ]

    def latest(self, scope: str, gives: str) -> Outcome | None:
        """The value that holds."""
        outcomes = self.outcomes(scope, gives)
        return outcomes[-1] if outcomes else None

    def message(self, scope: str, gives: str) -> Any:
        """The message of `latest`, or None."""
        outcome = self.latest(scope, gives)
        return outcome.message if outcome else None

    def planned(self, scope: str, step: str) -> int:
        """The number of a step in the plan, from 1; 0 when the plan has no such step."""
        key = None if scope == RUN else scope
        return next((int(s["number"]) for s in self.plan["steps"] if (s["key"], s["step"]) == (key, step)), 0)

    def plans(self, scope: str, *gives: str) -> bool:
        """Whether the plan has a step of this key that gives one of these values."""
        return any(s["key"] == scope and _gives(s["step"]) in gives for s in self.plan["steps"])

    def import_is_open(self, scope: str) -> bool:
        """Whether an import of this key was sent and nobody knows what became of it.

        A refusal that follows its INTENT directly is an answer. One that does not comes from looking for an earlier
        attempt, and says nothing about that attempt.
        """
        is_open = False
        for before, entry in pairwise(self.entries):
            if entry.scope != scope or _gives(entry.step) != "held":
                continue
            if entry.event == INTENT:
                is_open = True
            elif entry.event == DONE or (_is_refusal(entry) and before.event == INTENT):
                is_open = False
        return is_open


def title_of(step: str) -> str:
    """What a step does, in words; its name when this version has no such step."""
    return STEPS[step].title if step in STEPS else step


def _gives(step: str) -> str:
    return STEPS[step].gives if step in STEPS else ""


def _is_refusal(entry: Entry) -> bool:
    return entry.event == FAILED and entry.data["kind"] == DeviceRefusedError.__name__
