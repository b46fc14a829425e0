"""What runs in the process that is killed. The fork server imports it early, with all that a run needs."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import boto3  # noqa: F401  # these four so that they are there before the fork

import adapters.apc.adapter
import adapters.payshield.adapter  # noqa: F401
import keyexchange.authority.local  # noqa: F401
from keyexchange.cli.session import Request, run_or_resume
from keyexchange.engine.journal import Journal
from keyexchange.engine.plan import Plan
from keyexchange.engine.run import Observer, Progress

Boundary = tuple[str, str, str]
"""Event, scope, step."""


def run_until_killed(request: Request, folder: Path, survived: set[Boundary], only: Boundary | None = None) -> None:
    """Run, and die by SIGKILL at the first boundary that is not among `survived`.

    Args:
        only: the one boundary to die at; every other is passed.
    """

    def observe(progress: Progress) -> None:
        boundary = (progress.event, progress.step.scope, progress.step.step.name)
        if progress.event == "kept" or boundary in survived or only not in (None, boundary):
            return
        (folder / "last-boundary").write_text("|".join(boundary))
        os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def show(_plan: Plan, _run: str) -> Iterator[Observer]:
        yield observe

    journal = Journal(folder)
    run_or_resume(request, journal, show, settle=timedelta(0))
    journal.close()
