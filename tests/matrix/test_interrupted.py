"""A run that is cut off still moves each key once: after every single answer, before anything of it is on record; and
when time has passed or something has gone before it is taken up again."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.apc.adapter import ApcAdapter
from keyexchange.authority import local
from keyexchange.cli import session
from keyexchange.cli.session import Request, run_or_resume
from keyexchange.engine.journal import DONE, Journal
from keyexchange.engine.plan import Plan
from keyexchange.engine.report import Report, make_report
from keyexchange.engine.run import Progress
from keyexchange.errors import DeviceRefusedError, JournalError
from tests.matrix.field import CONVENTIONS, NO_WAIT, Field, keys

KINDS = keys(("P0", "TDES_3KEY", "B"), ("C0", "TDES_2KEY", "C"))
PAST = timedelta(days=31)
"""Longer than an import token of the service and a certificate of the run's own authority are good for."""


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


class CutOnce:
    """Cuts a run off once, when this happens at this step of this key."""

    def __init__(self, event: str, step: str, scope: str) -> None:
        self.moment = event, step, scope
        self.cut = False

    @contextmanager
    def __call__(self, _plan: Plan, _run: str) -> Iterator[Callable[[Progress], None]]:
        yield self._observe

    def _observe(self, progress: Progress) -> None:
        if not self.cut and (progress.event, progress.step.step.name, progress.step.scope) == self.moment:
            self.cut = True
            raise CutOffError


def cut_after_every_answer(field: Field, request: Request) -> tuple[Report, CuttingOff]:
    """Resumed until nothing is left to cut."""
    cutting, journal = CuttingOff(), Journal(field.folder / "runs")
    try:
        for _ in range(40):
            try:
                run = run_or_resume(request, journal, cutting, NO_WAIT)
                break
            except CutOffError:
                request.resume = request.begun
        return make_report(journal, run), cutting
    finally:
        journal.close()


def cut_once(journal: Journal, request: Request, event: str, step: str, scope: str) -> None:
    with pytest.raises(CutOffError):
        run_or_resume(request, journal, CutOnce(event, step, scope), NO_WAIT)
    request.resume = request.begun


def require_moved(report: Report) -> None:
    assert report.state == "finished"
    assert all(line.equal for line in report.keys)


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
    report, cutting = cut_after_every_answer(field, field.request("apc", "apc", protocol, keys=KINDS))
    require_moved(report)
    assert len(cutting.cut) > len(report.keys) * 2
    assert classes(field, "kdh") == kept
    assert classes(field, "krd") == arrived


@pytest.mark.parametrize(
    ("sides", "role"),
    [(("payshield", "apc"), "krd"), (("apc", "futurex"), "kdh")],
    ids=["payshield-apc", "apc-futurex"],
)
def test_a_device_and_the_service_move_a_kek_and_a_key_once(field: Field, sides: tuple[str, str], role: str) -> None:
    more: dict[str, Any] = {"krd_section": CONVENTIONS} if sides[1] == "futurex" else {}
    report, cutting = cut_after_every_answer(field, field.request(*sides, None, keys=KINDS[:1], **more))
    require_moved(report)
    assert {scope for scope, _ in cutting.cut} == {"", "kek", "P0-TDES_3KEY"}
    assert classes(field, role) == {"SYMMETRIC_KEY": 2, "PUBLIC_KEY": 1}


@pytest.mark.parametrize("event", ["answered", "done"])
def test_a_key_made_in_the_act_of_sealing_is_not_made_again_when_the_import_token_has_expired(
    field: Field, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = field.request("atalla", "apc", "tr34", kdh_section=CONVENTIONS)
    journal = Journal(field.folder / "runs")
    try:
        cut_once(journal, request, event, "receive-key-token", "kek")
        monkeypatch.setattr(session, "_now", lambda: datetime.now(UTC) + PAST)
        require_moved(make_report(journal, run_or_resume(request, journal, settle=NO_WAIT)))
    finally:
        journal.close()
    assert classes(field, "krd") == {"SYMMETRIC_KEY": 1, "PUBLIC_KEY": 1}


def test_a_key_that_arrives_late_stops_the_run_also_when_it_is_another_key(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its officers' key is sealed anew after a refusal: two attempts brought two keys, with two check values."""
    asked: list[tuple[Any, Any]] = []
    arrives = ApcAdapter.import_tr34

    @functools.wraps(arrives)
    def importing(side: ApcAdapter, *given: Any, **named: Any) -> Any:
        asked.append((given, named))
        if len(asked) == 1:
            raise CutOffError
        if len(asked) == 2:
            raise DeviceRefusedError("apc", "ImportKey", "AccessDeniedException", "not now")
        held = arrives(side, *given, **named)
        arrives(side, *asked[0][0], **asked[0][1])  # what was sent first is done last
        return held

    monkeypatch.setattr(ApcAdapter, "import_tr34", importing)
    request = field.request("atalla", "apc", "tr34", kdh_section=CONVENTIONS)
    with closing(Journal(field.folder / "runs")) as journal:
        for error in (CutOffError, DeviceRefusedError):
            with pytest.raises(error):
                run_or_resume(request, journal, settle=NO_WAIT)
            request.resume = request.begun
        with pytest.raises(JournalError, match="apc holds 2 keys"):
            run_or_resume(request, journal, settle=NO_WAIT)


def test_certificates_of_a_key_agreement_that_have_expired_are_asked_for_anew(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    def earlier() -> datetime:
        return datetime.now(UTC) - PAST

    request = field.request("payshield", "futurex", "ecdh", keys=KINDS[:1], kdh_section={"variant_lmk": False})
    journal = Journal(field.folder / "runs")
    try:
        with monkeypatch.context() as then:
            then.setattr(session, "_now", earlier)
            then.setattr(local.LocalAuthority.__init__, "__kwdefaults__", {"now": earlier})
            cut_once(journal, request, "step", "send-agreed-block", "P0-TDES_3KEY")
        run = run_or_resume(request, journal, settle=NO_WAIT)
        require_moved(make_report(journal, run))
        done = Counter(entry.step for entry in journal.entries(run) if entry.event == DONE)
    finally:
        journal.close()
    assert {name: done[name] for name in done if "agreement" in name and "key" not in name} == {
        "certify-kdh-agreement": 2,
        "verify-kdh-agreement": 2,
        "certify-krd-agreement": 2,
        "verify-krd-agreement": 2,
        "trust-kdh-agreement": 2,
    }


@pytest.mark.parametrize(
    ("protocol", "step", "scope", "role", "usage"),
    [
        ("ecdh", "send-agreed-block", "C0-TDES_2KEY", "kdh", "TR31_K3"),
        ("ecdh", "receive-agreed-block", "C0-TDES_2KEY", "krd", "TR31_K3"),
        ("rsa", "send-cryptogram", "C0-TDES_2KEY", "kdh", "TR31_S0"),
        ("tr34", "receive-key-token", "kek", "krd", "TR31_S0"),
    ],
)
def test_what_a_side_has_lost_is_made_anew_and_keys_that_arrived_stay(
    field: Field, protocol: str, step: str, scope: str, role: str, usage: str
) -> None:
    request = field.request("apc", "apc", protocol, keys=KINDS)
    journal = Journal(field.folder / "runs")
    try:
        cut_once(journal, request, "step", step, scope)
        lose(field, role, usage)
        with pytest.raises(DeviceRefusedError, match="DELETE_PENDING"):
            run_or_resume(request, journal, settle=NO_WAIT)
        report = make_report(journal, run_or_resume(request, journal, settle=NO_WAIT))
    finally:
        journal.close()
    require_moved(report)
    assert classes(field, "krd")["SYMMETRIC_KEY"] == len(report.keys)


def lose(field: Field, role: str, usage: str) -> None:
    """Somebody deletes what a run keeps at a side."""
    control = field.control(role)
    for key in control.list_keys()["Keys"]:
        if key["KeyAttributes"]["KeyUsage"].startswith(usage):
            control.delete_key(KeyIdentifier=key["KeyArn"], DeleteKeyInDays=3)
