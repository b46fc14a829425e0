"""Runs a plan step by step, with the journal as its memory.

Laws of this file:

- before a step with a `reconcile` acts, an INTENT is durable; when an INTENT without an outcome is found on resume,
  `reconcile` looks first, with the time of the OLDEST such intent, and only what was not found is done again;
- "not found" is believed only when nothing of an earlier attempt can still be on its way; a step that was tried more
  than once is looked for once more before the run is called finished;
- a recorded outcome is used again unless it is stale, or a side refused what was made of it, and something still to do
  needs it; then it and what hangs on it is done anew, but what a side still has of it is used and not made twice;
- what leads to a key that has arrived is final too, and before what leads to a key that was sent is done anew, the key
  is looked for: done anew, it may be another key;
- a plan that is not the recorded one is not resumed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from keyexchange.config import KEK
from keyexchange.engine.journal import DONE, FAILED, FINISHED, INTENT, PAUSED, RESUMED, Journal
from keyexchange.engine.plan import RUN, Plan, PlannedStep
from keyexchange.engine.sides import Sides
from keyexchange.errors import DeviceRefusedError, JournalError, KeyExchangeError, RunPausedError, UnsupportedError
from keyexchange.protocols.messages import DeviceIdentity
from keyexchange.protocols.steps import Scene

SETTLE = timedelta(seconds=5)
"""A request that we gave up on may still be at work at the other side for so long."""

Observer = Callable[["Progress"], None]
T = TypeVar("T")

_FROM_KEK = {"kek": "key", "kek_held": "held"}
"""What a key's workflow is given, and which value of the KEK's workflow that is."""


@dataclass(frozen=True)
class Progress:
    """What an observer is told, at every boundary.

    Args:
        event: "step" (about to act), "intent" (INTENT is durable), "answered" (the side answered, nothing recorded
            yet), "done" (recorded), "kept" (an earlier outcome is used), "found" (reconciled: it had succeeded).
        step: which.
        of: how many steps the plan has.
    """

    event: str
    step: PlannedStep
    of: int


@dataclass
class _Memory:
    """What a journal says of a run; steps are named by (scope, name).

    Args:
        outcomes: the latest of each step.
        made: when each was made, as its place among all entries.
        intents: the oldest INTENT of each step that has no outcome since.
        first: the first INTENT of each step.
        tried_twice: steps with an INTENT after one that had no outcome.
        refused: steps that a side refused last, with what was done at that time.
        finished: nothing was left to do when the run was last taken up.
    """

    outcomes: dict[tuple[str, str], Any] = field(default_factory=dict)
    made: dict[tuple[str, str], int] = field(default_factory=dict)
    intents: dict[tuple[str, str], datetime] = field(default_factory=dict)
    first: dict[tuple[str, str], datetime] = field(default_factory=dict)
    tried_twice: set[tuple[str, str]] = field(default_factory=set)
    refused: dict[tuple[str, str], set[tuple[str, str]]] = field(default_factory=dict)
    finished: bool = False


@dataclass(frozen=True)
class Context:
    """What a run needs besides plan and sides.

    Args:
        clock: the time now, aware.
        exchange_dir: where files for a person go.
        observer: told at every boundary.
        settle: how long after the run was taken up "not found" is believed.
        sleep: waits so many seconds.
    """

    clock: Callable[[], datetime]
    exchange_dir: Path
    observer: Observer = lambda _progress: None
    settle: timedelta = SETTLE
    sleep: Callable[[float], None] = time.sleep


def begin(run: str, plan: Plan, journal: Journal, options: dict[str, Any]) -> None:
    """Open a run for a plan."""
    journal.begin(run, plan.digest, plan.as_document(), options)


def execute(run: str, plan: Plan, sides: Sides, journal: Journal, context: Context) -> None:
    """Do what is still to do of a run.

    Raises:
        JournalError: another plan, another process.
        RunPausedError: a person has to act; the journal says paused.
        KeyExchangeError: a step failed; the journal says which.
    """
    recorded = journal.run(run)
    if recorded["plan_digest"] != plan.digest:
        raise JournalError(
            f"run {run} was begun with another plan",
            hint="resume with the file it was begun with, or begin a new run",
        )
    with journal.at_work(run):
        _Runner(run, plan, sides, journal, context).go()


class _Runner:
    def __init__(self, run: str, plan: Plan, sides: Sides, journal: Journal, context: Context) -> None:
        self.run = run
        self.plan = plan
        self.sides = sides
        self.journal = journal
        self.context = context
        self.memory = _recall(journal, run)
        self.begun = context.clock()
        self.values: dict[str, dict[str, Any]] = {}
        self.by_scope: dict[str, list[PlannedStep]] = {}
        for planned in plan.steps:
            self.by_scope.setdefault(planned.scope, []).append(planned)
            if _key(planned) in self.memory.outcomes:
                self._give(planned, self.memory.outcomes[_key(planned)])
        self.arrived = {p.scope for p in plan.steps if p.step.final and _key(p) in self.memory.outcomes}

    def go(self) -> None:
        to_do = self._to_do()
        if self.memory.finished and all(p.step.always for p in self.plan.steps if p.number in to_do):
            return
        if len(to_do) < len(self.plan.steps) or self.memory.intents:
            self.journal.append(self.run, RESUMED, steps_left=len(to_do))
        for planned in (p for p in self.plan.steps if p.step.always):
            self._act(planned)
        self._look_before_making_anew(to_do)
        to_do = self._to_do()
        for planned in (p for p in self.plan.steps if not p.step.always):
            if planned.number in to_do:
                self._act(planned)
            else:
                self._tell("kept", planned)
        self._look_once_more()
        self.journal.append(self.run, FINISHED)
        self.journal.flush()

    def _to_do(self) -> set[int]:
        """Numbers of the steps without a usable outcome, and of those that they need anew."""
        to_do = {p.number for p in self.plan.steps if _key(p) not in self.memory.outcomes or p.step.always}
        while True:
            givers = {g.number: g for p in self.plan.steps if p.number in to_do for g in self._givers(p)}
            more = {number for number, giver in givers.items() if number not in to_do and self._unusable(giver)}
            if not more:
                return to_do
            to_do |= more

    def _givers(self, planned: PlannedStep) -> list[PlannedStep]:
        """The steps that give what a step needs: of its own scope and of the run. A KEK is final by then."""
        return [
            other
            for scope in dict.fromkeys((RUN, planned.scope))
            for other in self.by_scope.get(scope, ())
            if other.step.gives and other.step.gives in planned.step.needs
        ]

    def _unusable(self, planned: PlannedStep) -> bool:
        """Whether a recorded outcome must be made anew.

        What has arrived at a side is final, and so is what led to it. Anything else is unusable when it is stale, or
        rests on something that is unusable or was made after it.
        """
        if planned.scope in self.arrived:
            return False
        if self._stale(planned):
            return True
        made = self.memory.made[_key(planned)]
        return any(
            _key(giver) not in self.memory.made or self.memory.made[_key(giver)] > made or self._unusable(giver)
            for giver in self._givers(planned)
        )

    def _stale(self, planned: PlannedStep) -> bool:
        """Whether an outcome is too old, or a side refused what was made of it.

        What an authority certified is no worse for a refusal, and to ask again may cost a person's time.
        """
        key = _key(planned)
        if not planned.step.fresh(self.memory.outcomes[key], self.context.clock()):
            return True
        return planned.step.side != "authority" and any(
            planned.step.gives in other.step.renew and key in self.memory.refused.get(_key(other), ())
            for other in (self.plan.steps if planned.scope == RUN else self.by_scope[planned.scope])
        )

    def _look_before_making_anew(self, to_do: set[int]) -> None:
        """Find keys that were sent and whose givers are about to be made anew."""
        for planned in self.plan.steps:
            since = self.memory.intents.get(_key(planned))
            anew = since is not None and any(giver.number in to_do for giver in self._givers(planned))
            if anew and planned.step.final and self._keeps_imports(planned):
                self._look_for(planned)

    def _look_for(self, planned: PlannedStep) -> None:
        """Put on record that a key has arrived, when it is there."""
        begun = self.context.clock()
        found = self._recording_failure(planned, partial(self._find, planned))
        if found is None:
            return
        self._tell("found", planned)
        self._done(planned, found, begun, found=True)
        self.memory.outcomes[_key(planned)] = found
        self.memory.intents.pop(_key(planned))
        self.arrived.add(planned.scope)

    def _act(self, planned: PlannedStep) -> None:
        self._tell("step", planned)
        begun = self.context.clock()
        outcome, found = self._recording_failure(planned, partial(self._outcome, planned))
        self._done(planned, outcome, begun, found=found)
        self._tell("done", planned)

    def _done(self, planned: PlannedStep, outcome: object, begun: datetime, *, found: bool) -> None:
        milliseconds = round((self.context.clock() - begun).total_seconds() * 1000, 3)
        extra = {"found": True} if found else {}
        self._record(DONE, planned, outcome=self.journal.encoded(outcome), ms=milliseconds, **extra)
        self._give(planned, outcome)

    def _recording_failure(self, planned: PlannedStep, act: Callable[[], T]) -> T:
        """Do something of a step; a pause or a failure is on record before it goes on its way."""
        try:
            return act()
        except RunPausedError as pause:
            self._record(PAUSED, planned, message=pause.message, hint=pause.hint)
            self.journal.flush()
            raise
        except KeyExchangeError as error:
            error.add_note(self._where(planned))
            self._record(FAILED, planned, message=error.message, hint=error.hint, kind=type(error).__name__)
            self.journal.flush()
            raise

    def _outcome(self, planned: PlannedStep) -> tuple[object, bool]:
        outcome, found = self._reconciled_or_done(planned)
        self._require_same_storage(planned, outcome)
        self._require_commands(planned, outcome)
        return outcome, found

    def _where(self, planned: PlannedStep) -> str:
        """Which key and step, for a person."""
        key = f"key {planned.scope}, " if planned.scope else ""
        return f"at {key}step {planned.number} of {len(self.plan.steps)}: {planned.step.title}"

    def _require_same_storage(self, planned: PlannedStep, outcome: object) -> None:
        """A side that answers from another store of keys is not the one that the run was begun with."""
        before = self.memory.outcomes.get(_key(planned))
        if not isinstance(outcome, DeviceIdentity) or before is None or before.may_be(outcome):
            return
        raise JournalError(
            f"{outcome.name} holds its keys in {outcome.storage}; the run was begun with {before.storage}",
            hint="point the file to the same device, LMK, account and region again, or begin a new run",
        )

    def _require_commands(self, planned: PlannedStep, outcome: object) -> None:
        """What the plan sends to a side is not among what that side says it lacks."""
        if not isinstance(outcome, DeviceIdentity):
            return
        sent = {command for p in self.plan.steps if p.step.side == planned.step.side for command in p.commands}
        missing = sorted(sent.intersection(outcome.lacking))
        if missing:
            raise UnsupportedError(
                f"{outcome.name} does not have or allow {', '.join(missing)}, which this run needs",
                hint="have them enabled at the device, then resume the run",
            )

    def _reconciled_or_done(self, planned: PlannedStep) -> tuple[object, bool]:
        """The outcome, and whether an attempt that nobody heard the end of had made it."""
        if planned.step.reconcile is not None:
            if _key(planned) in self.memory.intents and self._keeps_imports(planned):
                found = self._find(planned)
                if found is not None:
                    self._tell("found", planned)
                    return found, True
                self.memory.tried_twice.add(_key(planned))
            elif _key(planned) in self.memory.outcomes and self._keeps_imports(planned):
                left = self._look(planned)
                if left is not None:
                    return left, False
            self._record(INTENT, planned)
            self.journal.flush()
            self._tell("intent", planned)
        outcome = planned.step.action(self._scene(planned), self._given(planned))
        self._tell("answered", planned)
        return outcome, False

    def _keeps_imports(self, planned: PlannedStep) -> bool:
        """Whether the side keeps what it imports; one that only hands it back has nothing that could be found."""
        return getattr(self.sides.named(planned.step.side), "keeps_imports", True)

    def _find(self, planned: PlannedStep) -> object | None:
        """What an earlier attempt left.

        When it is not there, it is looked for again as soon as the settling time has passed since this process took the
        run: what an earlier process sent, however long it waited for the answer, was sent before that.
        """
        since = self.memory.intents[_key(planned)]
        found: object | None = self._look(planned, since)
        left = (self.begun + self.context.settle - self.context.clock()).total_seconds()
        if found is None and left > 0:
            self.context.sleep(left)
            found = self._look(planned, since)
        return found

    def _look(self, planned: PlannedStep, since: datetime | None = None, *, last_look: bool = False) -> Any:
        """What a step left at its side since then, else since it was first begun; None when there is nothing."""
        assert planned.step.reconcile is not None
        begun = since or self.memory.first[_key(planned)]
        scene = replace(self._scene(planned), last_look=last_look)
        found: Any = planned.step.reconcile(scene, self._given(planned), begun)
        return found

    def _look_once_more(self) -> None:
        """Find each key that was sent more than once: a late success of an earlier attempt would be a second one.

        Raises:
            JournalError: the receiver holds more than one.
        """
        for planned in self.plan.steps:
            if planned.step.final and _key(planned) in self.memory.tried_twice and self._keeps_imports(planned):
                self._recording_failure(planned, partial(self._require_one, planned))

    def _require_one(self, planned: PlannedStep) -> None:
        """The key that is recorded is there, and no other."""
        recorded = self.values[planned.scope][planned.step.gives].reference
        found = self._look(planned, last_look=True)
        if found is None or found.reference != recorded:
            other = "nothing" if found is None else found.reference
            raise JournalError(
                f"key {planned.scope} should be {recorded} and what is there is {other}",
                hint="the recorded key was compared and named; begin a new run for this key if it is gone",
            )

    def _scene(self, planned: PlannedStep) -> Scene:
        return Scene(
            kdh=self.sides.kdh,
            krd=self.sides.krd,
            authority=self.sides.authority,
            run=self.run,
            key=self.plan.key_of(planned.scope),
            clock=self.context.clock,
            nonces=self.journal.nonces(self.run),
            exchange_dir=self.context.exchange_dir,
            overrides=frozenset(rule for rule, _ in self.plan.overrides),
            krd_kek=self.plan.krd_kek,
            wrapping_spec=self.plan.wrapping_spec,
            agreement=self.plan.agreement,
        )

    def _given(self, planned: PlannedStep) -> dict[str, Any]:
        given = {**self.values.get(RUN, {}), **self.values.get(planned.scope, {})}
        for name, source in _FROM_KEK.items():
            if name in planned.step.needs:
                given[name] = self.values[KEK][source]
        return given

    def _give(self, planned: PlannedStep, outcome: Any) -> None:
        if planned.step.gives:
            self.values.setdefault(planned.scope, {})[planned.step.gives] = outcome

    def _record(self, event: str, planned: PlannedStep, **data: Any) -> None:
        self.journal.append(self.run, event, planned.scope, planned.step.name, **data)

    def _tell(self, event: str, planned: PlannedStep) -> None:
        self.context.observer(Progress(event, planned, len(self.plan.steps)))


def _recall(journal: Journal, run: str) -> _Memory:
    memory = _Memory()
    for place, entry in enumerate(journal.entries(run)):
        key = (entry.scope, entry.step)
        memory.finished = entry.event == FINISHED
        if entry.event == INTENT:
            if key in memory.intents:
                memory.tried_twice.add(key)
            memory.intents.setdefault(key, entry.at)
            memory.first.setdefault(key, entry.at)
        elif entry.event == FAILED and entry.data["kind"] == DeviceRefusedError.__name__:
            memory.refused[key] = set(memory.outcomes)
        elif entry.event == DONE:
            memory.outcomes[key] = journal.decoded(entry.data["outcome"])
            memory.made[key] = place
            memory.intents.pop(key, None)
            memory.refused.pop(key, None)
            for done_before in memory.refused.values():
                done_before.discard(key)
    return memory


def _key(planned: PlannedStep) -> tuple[str, str]:
    return planned.scope, planned.step.name
