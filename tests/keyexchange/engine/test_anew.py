"""What the engine makes anew when a run is taken up again, and what it never does: a small workflow shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from keyexchange.engine.journal import Journal
from keyexchange.engine.plan import RUN, Plan, PlannedStep
from keyexchange.engine.run import Context, Progress, begin, execute
from keyexchange.engine.sides import Sides
from keyexchange.errors import DeviceRefusedError
from keyexchange.keys import Kcv, KcvMethod, KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import HeldKey, KeyToMove, TrustAnchor
from keyexchange.protocols.steps import Given, Scene, Step, Workflow
from tests.keyexchange.engine.sides import Clock, NoAuthority

KEY = KeyToMove("kek", "", KeyAttributes("K1", KeyAlgorithm.TDES_3KEY, "B"))


class Killed(BaseException):
    """As sudden as a signal: nothing may catch it."""


@dataclass
class House:
    """Two sides: one makes the key in the act of sealing it for an offer; a run that is as the test says.

    Args:
        good_offers: offers that are not stale.
        pairs: what the sender keeps, by number; a missing one is refused.
        good_pairs: whether their certificates are in date.
        arrived: check values at the receiver, in their order.
    """

    folder: Path
    good_offers: set[str] = field(default_factory=lambda: {"offer-1"})
    offers: int = 0
    pairs: list[int] = field(default_factory=list)
    good_pairs: bool = True
    pairs_made: int = 0
    certified: int = 0
    sealed: int = 0
    arrived: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.journal = Journal(self.folder, self.clock)
        self.run = self.journal.new_run()
        begin(self.run, self.plan(), self.journal, {})

    def offer(self, _scene: Scene, _given: Given) -> TrustAnchor:
        self.offers += 1
        return TrustAnchor(f"offer-{self.offers}", ())

    def is_good(self, offer: TrustAnchor, _now: datetime) -> bool:
        return offer.reference in self.good_offers

    def make_pair(self, _scene: Scene, _given: Given) -> TrustAnchor:
        self.pairs_made += 1
        self.pairs.append(self.pairs_made)
        return self.pair()

    def find_pair(self, _scene: Scene, _given: Given, _since: datetime) -> TrustAnchor | None:
        return self.pair() if self.pairs else None

    def pair(self) -> TrustAnchor:
        return TrustAnchor(f"pair-{self.pairs[-1]}", ())

    def certify(self, _scene: Scene, _given: Given) -> TrustAnchor:
        self.certified += 1
        return TrustAnchor(f"certificate-{self.certified}", ())

    def seal(self, scene: Scene, given: Given) -> KeyToMove:
        if given["pair"].reference not in {f"pair-{number}" for number in self.pairs}:
            raise DeviceRefusedError("sender", "Seal", "NotFound", "there is no such pair")
        self.sealed += 1
        return replace(scene.key, reference=f"key-{self.sealed}", kcv=kcv(self.sealed))

    def receive(self, _scene: Scene, given: Given) -> HeldKey:
        self.arrived.append(given["key"].kcv.digits)
        return HeldKey("arn:0", given["key"].kcv)

    def find(self, _scene: Scene, _given: Given, _since: datetime) -> HeldKey | None:
        return HeldKey("arn:0", Kcv(self.arrived[0], KcvMethod.ANSI_X9_24)) if self.arrived else None

    def compare(self, _scene: Scene, given: Given) -> Kcv:
        assert given["key"].kcv == given["held"].kcv
        found: Kcv = given["held"].kcv
        return found

    def plan(self) -> Plan:
        for_run = Workflow(
            "run",
            (
                Step(
                    "pair",
                    "",
                    "kdh",
                    "",
                    self.make_pair,
                    gives="pair",
                    reconcile=self.find_pair,
                    fresh=lambda _pair, _now: self.good_pairs,
                ),
                Step("certify", "", "authority", "", self.certify, gives="certificate"),
            ),
        )
        for_key = Workflow(
            "key",
            (
                Step("offer", "", "krd", "", self.offer, gives="offer", fresh=self.is_good),
                Step(
                    "seal",
                    "",
                    "kdh",
                    "",
                    self.seal,
                    needs=("offer", "pair", "certificate"),
                    gives="key",
                    renew=("pair", "certificate"),
                ),
                Step(
                    "receive",
                    "",
                    "krd",
                    "",
                    self.receive,
                    needs=("key",),
                    gives="held",
                    reconcile=self.find,
                    final=True,
                ),
                Step("compare", "", "both", "", self.compare, needs=("key", "held"), gives="kcv"),
            ),
            given=("pair", "certificate"),
        )
        scoped = [(scope, step) for scope, flow in ((RUN, for_run), ("kek", for_key)) for step in flow.steps]
        steps = tuple(PlannedStep(number, scope, step, "", ()) for number, (scope, step) in enumerate(scoped, 1))
        return Plan("sender", "receiver", None, {"kek": KEY}, steps, "", ())

    def execute(self, observer: Callable[[Progress], None] = lambda _progress: None) -> None:
        side: Any = SimpleNamespace()
        context = Context(self.clock, self.folder, observer, timedelta(0), lambda _seconds: None)
        execute(self.run, self.plan(), Sides(side, side, NoAuthority()), self.journal, context)

    def killed_at(self, event: str, step: str) -> None:
        def kill(progress: Progress) -> None:
            if (progress.event, progress.step.step.name) == (event, step):
                raise Killed

        with pytest.raises(Killed):
            self.execute(kill)


def kcv(number: int) -> Kcv:
    return Kcv(f"{number:06X}", KcvMethod.ANSI_X9_24)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.mark.parametrize(("event", "step"), [("answered", "receive"), ("done", "receive"), ("done", "compare")])
def test_nothing_that_led_to_a_key_that_arrived_is_made_anew(house: House, event: str, step: str) -> None:
    house.killed_at(event, step)
    house.good_offers.clear()
    house.execute()
    assert (house.sealed, house.offers) == (1, 1)
    assert house.arrived == ["000001"]


def test_a_key_found_before_anything_is_made_anew_is_said_so_once(house: House) -> None:
    house.killed_at("answered", "receive")
    house.good_offers.clear()
    seen: list[tuple[str, str]] = []
    house.execute(lambda p: seen.append((p.event, p.step.step.name)))
    assert [name for event, name in seen if event == "found"] == ["receive"]
    assert ("kept", "seal") in seen


def test_a_key_that_did_not_arrive_is_made_anew_for_the_new_offer(house: House) -> None:
    house.killed_at("intent", "receive")
    house.good_offers = {"offer-2"}
    house.execute()
    assert (house.sealed, house.offers) == (2, 2)
    assert house.arrived == ["000002"]


def test_what_a_side_no_longer_has_is_made_anew_after_its_refusal(house: House) -> None:
    house.killed_at("done", "pair")
    house.pairs.clear()
    with pytest.raises(DeviceRefusedError):
        house.execute()
    house.execute()
    assert house.pairs == [2]
    assert house.arrived == ["000001"]


def test_what_a_side_still_has_is_not_made_twice_after_a_refusal(house: House) -> None:
    house.killed_at("done", "pair")
    kept = house.pairs.copy()
    house.pairs.clear()
    with pytest.raises(DeviceRefusedError):
        house.execute()
    house.pairs = kept
    house.execute()
    assert house.pairs_made == 1


@pytest.mark.parametrize(("is_kept", "made"), [(True, 1), (False, 2)])
def test_what_is_stale_is_asked_for_anew_and_made_only_if_it_is_gone(house: House, is_kept: bool, made: int) -> None:
    house.killed_at("done", "pair")
    house.good_pairs = False
    if not is_kept:
        house.pairs.clear()
    house.execute()
    assert (house.pairs_made, house.arrived) == (made, ["000001"])


def test_an_authority_is_not_asked_again_because_a_side_refused(house: House) -> None:
    house.killed_at("done", "certify")
    house.pairs.clear()
    with pytest.raises(DeviceRefusedError):
        house.execute()
    house.execute()
    assert house.certified == 1
