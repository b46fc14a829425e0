"""The process is killed, for real and at every boundary; after resume every key is there exactly once."""

from __future__ import annotations

import multiprocessing
import signal
from multiprocessing.context import ForkServerContext

import pytest

from keyexchange.engine.report import Report, make_report
from tests.main_job.killed import Boundary, run_until_killed
from tests.main_job.site import Site

KILLED = -signal.SIGKILL
EACH_ONCE = {"kek": 1, "bdk": 1, "cvk": 1}


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Processes that have imported everything already, so that a kill costs little time."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.main_job.killed"])
    return context


def attempt(
    processes: ForkServerContext, site: Site, survived: set[Boundary], only: Boundary | None = None
) -> int | None:
    """Begin or resume in a process of its own; its exit code."""
    with site.journal() as journal:
        runs = journal.runs()
    assert len(runs) <= 1
    request = site.request(runs[0]["run"] if runs else None)
    process = processes.Process(target=run_until_killed, args=(request, site.folder / "runs", survived, only))
    process.start()
    process.join()
    return process.exitcode


def last_boundary(site: Site) -> Boundary:
    event, scope, step = (site.folder / "runs" / "last-boundary").read_text().split("|")
    return event, scope, step


def report_of(site: Site) -> Report:
    with site.journal() as journal:
        return make_report(journal, journal.runs()[0]["run"])


def counts(site: Site) -> dict[str, int]:
    return {name: len(keys) for name, keys in site.arrived().items()}


def test_killed_at_every_boundary_in_turn(processes: ForkServerContext, site: Site) -> None:
    """One run, killed at each boundary that it reaches for the first time.

    Before a step, after the durable INTENT, after the answer, after the record.
    """
    survived: set[Boundary] = set()
    while (code := attempt(processes, site, survived)) == KILLED:
        assert last_boundary(site) not in survived
        survived.add(last_boundary(site))
    assert code == 0
    assert {("intent", "kek", "receive-key-token"), ("answered", "kek", "receive-key-token")} <= survived
    assert {("answered", "bdk", "receive-key-block"), ("done", "cvk", "compare-kcv")} <= survived
    assert {("intent", "kek", "trust-kdh"), ("found", "kek", "trust-kdh")} <= survived
    assert counts(site) == EACH_ONCE
    assert len(site.anchors()) == 1, "the root is trusted once"
    report = report_of(site)
    assert report.state == "finished"
    assert {key.state for key in report.keys} == {"found"}, "each import was killed between its success and its record"


@pytest.mark.parametrize("moment", [("answered", "kek", "receive-key-token"), ("answered", "cvk", "receive-key-block")])
def test_killed_once_between_the_success_of_importkey_and_its_record(
    processes: ForkServerContext, site: Site, moment: Boundary
) -> None:
    assert attempt(processes, site, set(), moment) == KILLED
    assert last_boundary(site) == moment
    assert counts(site)[moment[1]] == 1, "it had arrived"
    assert report_of(site).state == "interrupted"
    assert attempt(processes, site, {moment}) == KILLED, "what had arrived is found"
    assert last_boundary(site)[0] in ("step", "found")
    assert attempt(processes, site, {moment}, ("never", "", "")) == 0
    assert counts(site) == EACH_ONCE
    states = {key.name: str(key.state) for key in report_of(site).keys}
    assert states == dict.fromkeys(EACH_ONCE, "arrived") | {moment[1]: "found"}
