"""Progress: a bar on a terminal, a line per key elsewhere, nothing when output is for a program."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from keyexchange.cli.words import counted
from keyexchange.engine.plan import RUN, Plan
from keyexchange.engine.run import Observer, Progress

Show = Callable[[Plan, str], AbstractContextManager[Observer]]
"""Makes an observer for a plan and the id of its run."""


@contextmanager
def silent(_plan: Plan, _run: str) -> Iterator[Observer]:
    """Nothing, when output is for a program."""
    yield lambda _progress: None


@contextmanager
def on_stderr(plan: Plan, run: str) -> Iterator[Observer]:
    """How far a run is, on standard error: a bar on a terminal, else lines."""
    if sys.stderr.isatty():
        with _bar(plan, run) as observer:
            yield observer
    else:
        yield _lines(plan, run, lambda line: print(line, file=sys.stderr))


def _lines(plan: Plan, run: str, write: Callable[[str], None]) -> Observer:
    """A line for the run and one for each key that is through."""
    last = {p.scope: p.number for p in plan.steps}
    write(f"run {run}: {counted(plan)}, {len(plan.steps)} steps, {plan.kdh} -> {plan.krd}")

    def observe(progress: Progress) -> None:
        step = progress.step
        if progress.event == "found":
            write(f"  {step.scope}: found at the receiver, it had arrived before the interruption")
        elif progress.event in ("done", "kept") and step.number == last[step.scope] and step.scope != RUN:
            write(f"  {step.scope}: arrived, check values equal [{step.number}/{progress.of}]")

    return observe


@contextmanager
def _bar(plan: Plan, run: str) -> Iterator[Observer]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    console.print(f"run {run}: {counted(plan)}, {plan.kdh} -> {plan.krd}", highlight=False)
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=len(plan.steps))

        def observe(progress: Progress) -> None:
            step = progress.step
            if progress.event == "step":
                bar.update(task, description=f"{step.scope or plan.kdh}: {step.step.name}")
            elif progress.event in ("done", "kept"):
                bar.update(task, completed=step.number)

        yield observe
