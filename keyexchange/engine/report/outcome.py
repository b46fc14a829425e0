"""How a run stands: its state, the one line that says it, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from keyexchange.engine.journal import FAILED, FINISHED, INTENT, PAUSED, Entry
from keyexchange.engine.report.model import KeyLine, KeyState, RunState, Stop
from keyexchange.engine.report.story import Story, title_of
from keyexchange.errors import KcvMismatchError

_STATES = {FINISHED: RunState.FINISHED, FAILED: RunState.FAILED, PAUSED: RunState.PAUSED}
_MUST_NOT_GO_ON = KcvMismatchError.__name__


def run_state(story: Story) -> RunState:
    """By the last entry."""
    return _STATES.get(story.entries[-1].event, RunState.INTERRUPTED)


def stop_of(story: Story) -> Stop | None:
    """The failure or pause that the journal ends with."""
    last = story.entries[-1]
    if last.event not in (FAILED, PAUSED):
        return None
    return Stop(
        event=last.event,
        at=last.at,
        number=story.planned(last.scope, last.step),
        of=len(story.plan["steps"]),
        step=last.step,
        title=title_of(last.step),
        key=last.scope,
        message=last.data["message"],
        hint=last.data["hint"],
        kind=last.data.get("kind", ""),
    )


def progress_line(keys: Sequence[KeyLine]) -> str:
    """How many of the keys to move arrived, with equal check values."""
    moving = [key for key in keys if key.moved]
    arrived = [key for key in moving if key.state in (KeyState.ARRIVED, KeyState.FOUND)]
    if not moving:
        return "no key was to move"
    count = f"{len(arrived)} of {len(moving)} key{'' if len(moving) == 1 else 's'} arrived"
    if not arrived:
        return count
    return f"{count}, {'every check value' if len(arrived) == len(moving) else 'their check values'} equal"


def headline(state: RunState, stop: Stop | None, progress: str, story: Story) -> str:
    """The whole report in one line; read it behind the state."""
    if state is RunState.FINISHED:
        return progress
    if stop is not None:
        return f"at {_place(story, stop.key, stop.step)}: {stop.message.removeprefix(f'key {stop.key}: ')}"
    return f"the journal ends {_last_step(story)}and no end is on record: the run was killed, or is still at work"


def advice(state: RunState, stop: Stop | None) -> str:
    """What to do next."""
    if stop is not None:
        return stop.hint
    if state is RunState.INTERRUPTED:
        return "if nothing is at work on it any more, resume it: what arrived is found, nothing is imported twice"
    return ""


def resume_command(state: RunState, stop: Stop | None, run: str) -> str:
    """The command that goes on; none for a finished run and for one whose sides hold different keys."""
    if state is RunState.FINISHED or (stop is not None and stop.kind == _MUST_NOT_GO_ON):
        return ""
    return f"keyexchange run --resume {run}"


def _last_step(story: Story) -> str:
    steps: list[Entry] = [entry for entry in story.entries if entry.step]
    if not steps:
        return "before the first step "
    last = steps[-1]
    return f"{'in' if last.event == INTENT else 'after'} {_place(story, last.scope, last.step)}, "


def _place(story: Story, scope: str, step: str) -> str:
    """A step with its number, when the plan has it, and its key."""
    number, key = story.planned(scope, step), f", key {scope}" if scope else ""
    if not number:
        return f"step {step}{key}"
    return f"step {number} of {len(story.plan['steps'])} ({title_of(step)}){key}"
