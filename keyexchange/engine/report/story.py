"""A run's journal, read for a report: entries by key and step, outcomes by the name that the workflow gives them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Any

from keyexchange.config import KEK
from keyexchange.engine.journal import DONE, FAILED, INTENT, Entry, Journal
from keyexchange.engine.plan import RUN
from keyexchange.errors import DeviceRefusedError
from keyexchange.protocols.ecdh import AGREEMENT, ECDH
from keyexchange.protocols.rsa_wrap import RSA_RECEIVER, RSA_WRAP
from keyexchange.protocols.steps import IDENTIFY, Step
from keyexchange.protocols.tr31 import KEY_BLOCK, KNOWN_KEK
from keyexchange.protocols.tr34 import TWO_PASS

STEPS: Mapping[str, Step] = {
    step.name: step
    for workflow in (IDENTIFY, TWO_PASS, KNOWN_KEK, KEY_BLOCK, RSA_RECEIVER, RSA_WRAP, AGREEMENT, ECDH)
    for step in workflow.steps
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
        journal: where outcomes are kept.
        run: its row: run, begun, plan_digest, plan, options.
        entries: all, the oldest first.
    """

    journal: Journal
    run: Mapping[str, Any]
    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, journal: Journal, run: str) -> Story:
        """Read it.

        Raises:
            JournalError: no such run.
        """
        return cls(journal, journal.run(run), tuple(journal.entries(run)))

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

    def of_scope(self, scope: str) -> Sequence[Entry]:
        """The entries of a key, or those of the run."""
        return self._by_scope.get(scope, ())

    def outcomes(self, scope: str, gives: str) -> list[Outcome]:
        """Every value of this name that a key's steps gave, the oldest first.

        Raises:
            JournalError: an artefact is missing, or the message is not known to this version.
        """
        return [
            Outcome(self.journal.decoded(entry.data["outcome"]), entry.at, bool(entry.data.get("found")))
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
        return self._numbers.get((scope, step), 0)

    def plans(self, scope: str, *gives: str) -> bool:
        """Whether the plan has a step of this key that gives one of these values."""
        return any((scope, value) in self._promised for value in gives)

    def shared(self, gives: str) -> Any:
        """The latest message of this name that belongs to the KEK, or to the run; None when there is none."""
        return self.message(KEK, gives) or self.message(RUN, gives)

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

    @cached_property
    def _by_scope(self) -> Mapping[str, Sequence[Entry]]:
        by_scope: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            by_scope[entry.scope].append(entry)
        return by_scope

    @cached_property
    def _numbers(self) -> Mapping[tuple[str, str], int]:
        return {(step["key"] or RUN, step["step"]): step["number"] for step in self.plan["steps"]}

    @cached_property
    def _promised(self) -> frozenset[tuple[str, str]]:
        return frozenset((scope, _gives(step)) for scope, step in self._numbers)


def title_of(step: str) -> str:
    """What a step does, in words; its name when this version has no such step."""
    return STEPS[step].title if step in STEPS else step


def _gives(step: str) -> str:
    return STEPS[step].gives if step in STEPS else ""


def _is_refusal(entry: Entry) -> bool:
    return entry.event == FAILED and entry.data["kind"] == DeviceRefusedError.__name__
