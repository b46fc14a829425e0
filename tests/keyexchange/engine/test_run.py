"""What the engine promises, whichever sides it drives: resume, reconcile, renew, refuse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from keyexchange import config
from keyexchange.engine.journal import DONE, FAILED, FINISHED, Journal
from keyexchange.engine.plan import Plan, make_plan
from keyexchange.engine.run import Context, Progress, begin, execute
from keyexchange.engine.sides import Sides
from keyexchange.errors import (
    ConfigError,
    DeviceRefusedError,
    JournalError,
    KcvMismatchError,
    RuleError,
    UnreachableError,
    UnsupportedError,
)
from tests.keyexchange.engine.sides import Clock, NoAuthority, Receiver, Section, Sender, Settings

ESTABLISHED = Settings(tr31=Section(kek="kek-here"))


class Killed(BaseException):
    """As sudden as a signal: nothing may catch it."""


class House:
    """A journal, two sides and a plan for two keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock()
        self.sender = Sender(keys={"k1": bytes(range(1, 17)), "k2": bytes(range(2, 26))})
        self.receiver = Receiver(self.clock)
        self.journal = Journal(folder, self.clock)
        self.slept: list[float] = []
        self.config: dict[str, Any] = {
            "kdh": {},
            "krd": {},
            "keys": [
                {"name": "one", "key": "k1", "usage": "P0", "algorithm": "TDES_2KEY", "mode_of_use": "B"},
                {
                    "name": "two",
                    "key": "k2",
                    "usage": "C0",
                    "algorithm": "TDES_3KEY",
                    "mode_of_use": "C",
                    "alias": "alias/two",
                },
            ],
        }

    def plan(self) -> Plan:
        settings = config.parse(self.config, "the test")
        sides = Sides(self.sender, self.receiver, NoAuthority())
        return make_plan(settings, sides, ESTABLISHED, ESTABLISHED, "tr31")

    def begin(self) -> str:
        run = self.journal.new_run()
        begin(run, self.plan(), self.journal, {})
        return run

    def execute(self, run: str, observer: Callable[[Progress], None] = lambda _progress: None) -> None:
        sides = Sides(self.sender, self.receiver, NoAuthority())
        context = Context(self.clock, self.folder, observer, timedelta(seconds=99), self.slept.append)
        execute(run, self.plan(), sides, self.journal, context)

    def reopen(self) -> None:
        """As after a crash: what was not flushed is gone."""
        self.journal._pending.clear()
        self.journal._artefacts.clear()
        self.journal.close()
        self.journal = Journal(self.folder, self.clock)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "runs")


def test_each_key_arrives_with_its_check_value_and_alias(house: House) -> None:
    run = house.begin()
    house.execute(run)
    assert [held.kcv.digits for _, held, _ in house.receiver.held.values()] == [
        house.sender.key_check_value(key).digits for key in list(house.plan().keys.values())[1:]
    ]
    assert house.receiver.aliases == {"alias/two": "arn:1"}
    assert house.journal.entries(run)[-1].event == FINISHED


def boundaries(folder: Path) -> list[tuple[str, str, str]]:
    """Every boundary that a whole run passes, as (event, scope, step)."""
    house, seen = House(folder), []
    house.execute(house.begin(), lambda p: seen.append((p.event, p.step.scope, p.step.step.name)))
    return seen


def test_a_run_killed_at_any_boundary_resumes_with_each_key_once(tmp_path: Path) -> None:
    moments = boundaries(tmp_path / "whole")
    assert ("answered", "one", "receive-key-block") in moments
    for number, moment in enumerate(moments):
        house = House(tmp_path / str(number))

        def kill(p: Progress, moment: tuple[str, str, str] = moment) -> None:
            if (p.event, p.step.scope, p.step.step.name) == moment:
                raise Killed

        run = house.begin()
        with pytest.raises(Killed):
            house.execute(run, kill)
        house.reopen()
        house.execute(run)
        marks = [mark.key for mark, _, _ in house.receiver.held.values()]
        assert sorted(marks) == ["one", "two"], moment
        assert house.receiver.aliases == {"alias/two": list(house.receiver.held)[marks.index("two")]}
        assert house.journal.entries(run)[-1].event == FINISHED


def test_a_key_that_arrived_before_the_crash_is_found_and_said_so(house: House) -> None:
    def kill(p: Progress) -> None:
        if p.event == "answered" and p.step.step.name == "receive-key-block":
            raise Killed

    run = house.begin()
    with pytest.raises(Killed):
        house.execute(run, kill)
    house.reopen()
    seen: list[str] = []
    house.execute(run, lambda p: seen.append(p.event))
    assert seen.count("found") == 1
    done = [e for e in house.journal.entries(run) if e.event == DONE and e.data.get("found")]
    assert [(e.scope, e.step) for e in done] == [("one", "receive-key-block")]


def test_a_key_that_is_not_found_at_once_is_looked_for_again_before_it_is_sent_again(house: House) -> None:
    def kill(p: Progress) -> None:
        if p.event == "answered" and p.step.step.reconcile and p.step.scope == "one":
            raise Killed

    run = house.begin()
    with pytest.raises(Killed):
        house.execute(run, kill)
    house.reopen()
    house.receiver.late = 1
    house.execute(run)
    assert [mark.key for mark, _, _ in house.receiver.held.values()] == ["one", "two"]
    assert len(house.slept) == 1
    assert 0 < house.slept[0] <= 99


def test_resuming_a_finished_run_sends_nothing_new(house: House) -> None:
    run = house.begin()
    house.execute(run)
    house.execute(run)
    assert len(house.receiver.blocks) == 2


def test_a_refused_block_is_made_anew_on_resume(house: House) -> None:
    run = house.begin()
    house.receiver.refusals = ["ValidationException"]
    with pytest.raises(DeviceRefusedError, match="as the test says"):
        house.execute(run)
    failed = [e for e in house.journal.entries(run) if e.event == FAILED]
    assert failed[0].data["kind"] == "DeviceRefusedError"
    house.execute(run)
    first, second, third = house.receiver.blocks
    assert first != second != third
    assert len(house.receiver.held) == 2


def test_unequal_check_values_fail_the_run_every_time(house: House) -> None:
    house.receiver.flip_kcv = True
    run = house.begin()
    for _ in range(2):
        with pytest.raises(KcvMismatchError, match="key one"):
            house.execute(run)
    assert len(house.receiver.held) == 1


def test_a_check_value_other_than_the_reviewed_one_stops_before_anything_is_sent(house: House) -> None:
    house.config["keys"][0]["kcv"] = "000000"
    run = house.begin()
    with pytest.raises(KcvMismatchError, match="reviewed file"):
        house.execute(run)
    assert not house.receiver.blocks


def test_an_attribute_changed_by_the_sender_stops_the_key(house: House) -> None:
    house.sender.wrong_usage = True
    with pytest.raises(RuleError, match="P0 and is D0") as caught:
        house.execute(house.begin())
    assert caught.value.rule == "attributes-kept"
    assert not house.receiver.blocks


def test_another_plan_is_not_resumed(house: House) -> None:
    run = house.begin()
    house.config["keys"][0]["mode_of_use"] = "D"
    with pytest.raises(JournalError, match="another plan"):
        house.execute(run)


def test_two_processes_do_not_work_on_one_run(house: House) -> None:
    run = house.begin()
    with house.journal.at_work(run), pytest.raises(JournalError, match="another process"):
        house.execute(run)


def test_a_weak_kek_is_refused_by_the_plan_unless_set_aside_on_record(house: House) -> None:
    house.config["kek"] = {"algorithm": "TDES_2KEY"}
    with pytest.raises(RuleError, match="key two") as caught:
        house.plan()
    assert caught.value.rule == "kek-strength"
    house.config["overrides"] = [{"rule": "kek-strength", "reason": "legacy KEK, replaced in March"}]
    assert house.plan().overrides == (("kek-strength", "legacy KEK, replaced in March"),)


def test_a_side_without_the_ability_is_refused_by_the_plan(house: House) -> None:
    with pytest.raises(UnsupportedError, match="sender as KDH cannot make an RSA key pair"):
        make_plan(
            config.parse(house.config, "the test"),
            Sides(house.sender, house.receiver, NoAuthority()),
            Settings(),
            Settings(),
            None,
        )


def test_half_a_kek_is_refused(house: House) -> None:
    settings = config.parse(house.config, "the test")
    sides = Sides(house.sender, house.receiver, NoAuthority())
    for kdh, krd, lacking in ((ESTABLISHED, Settings(), "receiver"), (Settings(), ESTABLISHED, "sender")):
        with pytest.raises(ConfigError, match=f"the {lacking}'s is empty"):
            make_plan(settings, sides, kdh, krd, None)
    with pytest.raises(ConfigError, match="needs a KEK"):
        make_plan(settings, sides, Settings(), Settings(), "tr31")


def test_the_digest_follows_what_people_approve(house: House) -> None:
    first = house.plan().digest
    assert house.plan().digest == first
    house.config["keys"][0]["alias"] = "alias/one"
    assert house.plan().digest != first


def test_the_settling_time_runs_from_the_resume_and_not_from_the_old_intent(house: House) -> None:
    house.receiver.lost_answers = 1
    run = house.begin()
    with pytest.raises(UnreachableError):
        house.execute(run)
    house.clock.now += timedelta(hours=2)
    house.reopen()
    house.receiver.late = 1
    house.execute(run)
    assert len(house.slept) == 1
    assert [mark.key for mark, _, _ in house.receiver.held.values()] == ["one", "two"]


def test_another_key_that_arrived_before_the_crash_is_refused_and_not_sent_again(house: House) -> None:
    house.receiver.flip_kcv = True

    def kill(p: Progress) -> None:
        if p.event == "answered" and p.step.step.reconcile:
            raise Killed

    run = house.begin()
    with pytest.raises(Killed):
        house.execute(run, kill)
    house.reopen()
    with pytest.raises(KcvMismatchError, match="key one"):
        house.execute(run)
    assert len(house.receiver.held) == 1


def test_the_digest_follows_the_settings_but_not_the_address(house: House) -> None:
    first = house.plan().digest
    house.config["kdh"] = {"sender": {"host": "192.0.2.1", "port": 9, "reply_timeout": 3}}
    assert house.plan().digest == first
    house.config["krd"] = {"receiver": {"endpoint_url": "http://192.0.2.1"}}
    second = house.plan().digest
    assert second != first
    house.config["certificate_authority"] = {"kind": "files"}
    assert house.plan().digest != second


def test_everything_that_can_be_asked_is_asked_before_anything_is_made(house: House) -> None:
    house.config["keys"][1]["kcv"] = "000000"
    house.receiver.aliases = {"alias/two": "arn:somebody"}
    run = house.begin()
    with pytest.raises(RuleError, match="is taken"):
        house.execute(run)
    house.receiver.aliases = {}
    with pytest.raises(KcvMismatchError, match="key two"):
        house.execute(run)
    assert not house.receiver.blocks, "key one was not sent either"


def test_a_run_is_resumed_with_the_same_store_of_keys_only(house: House) -> None:
    def kill(p: Progress) -> None:
        if p.event == "done" and p.step.step.name == "receive-key-block":
            raise Killed

    run = house.begin()
    with pytest.raises(Killed):
        house.execute(run, kill)
    house.reopen()
    house.receiver.storage = "y"
    with pytest.raises(JournalError, match="begun with x"):
        house.execute(run)
    house.receiver.storage = "x"
    house.execute(run)


def test_an_error_says_at_which_key_and_step(house: House) -> None:
    house.receiver.refusals = ["ValidationException"]
    with pytest.raises(DeviceRefusedError) as caught:
        house.execute(house.begin())
    assert caught.value.__notes__ == ["at key one, step 10 of 15: import the TR-31 block"]


def sent_twice(house: House) -> str:
    """The receiver keeps the first key, we give up waiting; it shows the key only after the resume has sent it again.

    So the key is there twice, and on record once: the run is refused, not finished.
    """
    house.receiver.lost_answers = 1
    run = house.begin()
    with pytest.raises(UnreachableError):
        house.execute(run)
    house.reopen()
    house.receiver.late = 2
    with pytest.raises(JournalError, match="two keys one"):
        house.execute(run)
    assert house.journal.entries(run)[-1].event == FAILED
    return run


def test_deleting_the_key_that_is_not_recorded_lets_the_run_finish(house: House) -> None:
    run = sent_twice(house)
    del house.receiver.held["arn:0"]
    house.execute(run)
    assert house.journal.entries(run)[-1].event == FINISHED


@pytest.mark.parametrize("deleted", [["arn:1"], ["arn:0", "arn:1"]])
def test_deleting_the_recorded_key_does_not_let_it(house: House, deleted: list[str]) -> None:
    run = sent_twice(house)
    for reference in deleted:
        del house.receiver.held[reference]
    with pytest.raises(JournalError, match="should be arn:1"):
        house.execute(run)
    assert house.journal.entries(run)[-1].event == FAILED


def test_a_finished_run_stays_finished_when_it_is_resumed_with_a_side_down(house: House) -> None:
    run = house.begin()
    house.execute(run)
    house.sender.down = True
    house.execute(run)
    assert house.journal.entries(run)[-1].event == FINISHED


def test_another_account_is_another_store(house: House) -> None:
    house.receiver.account = "1"

    def kill(p: Progress) -> None:
        if p.event == "done" and p.step.step.name == "send-key-block":
            raise Killed

    run = house.begin()
    with pytest.raises(Killed):
        house.execute(run, kill)
    house.journal.flush()
    house.receiver.account = "2"
    with pytest.raises(JournalError, match="begun with"):
        house.execute(run)
    house.receiver.account = ""
    house.execute(run)
