"""A run that is cut off after every single answer, before anything of it is on record, still moves each key once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from keyexchange.cli.session import run_or_resume
from keyexchange.engine.journal import Journal
from keyexchange.engine.plan import Plan
from keyexchange.engine.report import make_report
from keyexchange.engine.run import Progress
from tests.matrix.field import NO_WAIT, Field, keys

KINDS = keys(("P0", "TDES_3KEY", "B"), ("C0", "TDES_2KEY", "C"))


class CutOffError(Exception):
    """The process ends here."""


class CuttingOff:
    """Cuts a run off after each answer of a side, once."""

    def __init__(self) -> None:
        self.cut: set[tuple[str, str]] = set()

    @contextmanager
    def __call__(self, _plan: Plan, _run: str) -> Iterator[Callable[[Progress], None]]:
        yield self._observe

    def _observe(self, progress: Progress) -> None:
        step = (progress.step.scope, progress.step.step.name)
        if progress.event == "answered" and step not in self.cut:
            self.cut.add(step)
            raise CutOffError


def classes(field: Field, role: str) -> Counter[str]:
    """How many keys of each class there are at a side."""
    pages = field.control(role).get_paginator("list_keys").paginate()
    return Counter(key["KeyAttributes"]["KeyClass"] for page in pages for key in page["Keys"])


@pytest.mark.parametrize(
    ("protocol", "kept", "arrived"),
    [
        ("rsa", {"SYMMETRIC_KEY": 2, "PUBLIC_KEY": 1}, {"SYMMETRIC_KEY": 2}),
        (
            "ecdh",
            {"SYMMETRIC_KEY": 2, "PUBLIC_KEY": 1, "ASYMMETRIC_KEY_PAIR": 1},
            {"SYMMETRIC_KEY": 2, "PUBLIC_KEY": 1, "ASYMMETRIC_KEY_PAIR": 1},
        ),
        ("tr34", {"SYMMETRIC_KEY": 1, "PUBLIC_KEY": 1}, {"SYMMETRIC_KEY": 1, "PUBLIC_KEY": 1}),
    ],
)
def test_a_run_cut_off_after_every_answer_moves_each_key_once(
    field: Field, protocol: str, kept: dict[str, int], arrived: dict[str, int]
) -> None:
    cutting, journal = CuttingOff(), Journal(field.folder / "runs")
    request = field.request("apc", "apc", protocol, keys=KINDS)
    try:
        for _ in range(40):
            try:
                run = run_or_resume(request, journal, cutting, NO_WAIT)
                break
            except CutOffError:
                request.resume = request.begun
        report = make_report(journal, run)
    finally:
        journal.close()
    assert report.state == "finished"
    assert all(line.equal for line in report.keys)
    assert len(cutting.cut) > len(report.keys) * 2
    assert classes(field, "kdh") == kept
    assert classes(field, "krd") == arrived
