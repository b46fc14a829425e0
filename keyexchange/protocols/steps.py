"""Workflows as data: what happens, at which side, in which order; and the steps that protocols share.

Laws of this file:

- a step is a name, a side, an ability and a function; the function does one thing and returns one message;
- a step that is not idempotent has a `reconcile`, which looks whether an earlier attempt succeeded before the step is
  tried again;
- `Workflow` refuses a step that needs what nobody before it gives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from keyexchange.errors import KcvMismatchError, RuleError
from keyexchange.keys import Exportability, Kcv, KeyAlgorithm, KeyAttributes, require_kek_strength
from keyexchange.protocols.messages import AgreementTerms, HeldKey, ImportMark, KeyToMove
from keyexchange.tr31 import Header

Given = Mapping[str, Any]
"""What earlier steps gave, by the name in their `gives`."""

SideName = Literal["kdh", "krd", "authority", "both"]


class NonceLedger(Protocol):
    """Remembers every nonce, so that none is used twice."""

    def draw(self) -> bytes:
        """A new nonce of 8 octets, written down before it is returned.

        Raises:
            RuleError: rule `nonce-once`.
        """


@dataclass(frozen=True)
class Scene:
    """Where a step plays.

    Args:
        kdh, krd, authority: the sides; `Any`, because the plan has checked their abilities.
        run: id of the run.
        key: the key that this workflow moves.
        clock: the time now, aware.
        nonces: the ledger.
        exchange_dir: where files for a person go.
        overrides: names of rules that the reviewed file sets aside, with a reason.
        krd_kek: how the receiver names the KEK that an earlier run established; empty when this run establishes it.
        wrapping_spec: how RSA wrap pads, as the reviewed file has it ("RSA_OAEP_SHA_256").
        agreement: how two sides agree on a key, as the reviewed file has it; its shared information is still empty.
        last_look: the run is about to be called finished, and a key of another attempt may be another key.
    """

    kdh: Any
    krd: Any
    authority: Any
    run: str
    key: KeyToMove
    clock: Callable[[], datetime]
    nonces: NonceLedger
    exchange_dir: Path
    overrides: frozenset[str] = frozenset()
    krd_kek: str = ""
    wrapping_spec: str = ""
    agreement: AgreementTerms | None = None
    last_look: bool = False

    @property
    def made_mark(self) -> ImportMark:
        """Names what the sender makes and keeps for this key, beside what the receiver keeps of it."""
        return ImportMark(self.run, f"{self.key.name} (sender)")

    @property
    def mark(self) -> ImportMark:
        """Names this key of this run."""
        return ImportMark(self.run, self.key.name)

    def require_strength(self, kek: KeyAlgorithm, key: KeyAlgorithm, kek_name: str) -> None:
        """Rule kek-strength, unless the reviewed file sets it aside."""
        if "kek-strength" not in self.overrides:
            require_kek_strength(kek, key, kek_name=kek_name)


@dataclass(frozen=True)
class Circumstances:
    """What decides at planning time which steps there are.

    Args:
        key: the key that the workflow moves.
        needs_csr: the authority certifies only against a certification request.
        kdh, krd: the sides, for `kdh_can` and `krd_can`.
    """

    key: KeyToMove
    needs_csr: bool = False
    kdh: object = None
    krd: object = None

    def kdh_can(self, ability: str) -> bool:
        """Whether the sender has an ability that not every sender needs."""
        return hasattr(self.kdh, ability)

    def krd_can(self, ability: str) -> bool:
        """Whether the receiver has such an ability."""
        return hasattr(self.krd, ability)


@dataclass(frozen=True)
class Step:
    """One step.

    Args:
        name: unique in its workflow, in the imperative.
        title: for the plan and the report.
        side: who acts; "both" for a check of our own.
        ability: the method of that side; empty when the step only checks.
        action: does it.
        needs: names of what it takes.
        gives: name of what it returns.
        when: whether the step is there at all.
        reconcile: for a step that is not idempotent: finds what an earlier attempt, begun at the given time, left.
        fresh: whether an earlier outcome can still be used now.
        renew: names of what is made anew before this step is tried again after the side refused it.
        final: what the step gave has arrived at a side and is never made anew.
        early: changes nothing, so it is done for all keys before anything is made.
        always: done again whenever the run is taken up.
    """

    name: str
    title: str
    side: SideName
    ability: str
    action: Callable[[Scene, Given], object]
    needs: tuple[str, ...] = ()
    gives: str = ""
    when: Callable[[Circumstances], bool] = lambda _circumstances: True
    reconcile: Callable[[Scene, Given, datetime], object | None] | None = None
    fresh: Callable[[Any, datetime], bool] = lambda _outcome, _now: True
    renew: tuple[str, ...] = ()
    final: bool = False
    early: bool = False
    always: bool = False


@dataclass(frozen=True)
class Workflow:
    """Steps in their order.

    Args:
        name: "tr34-two-pass".
        steps: each needs only what `given` or a step before it gives.
        given: what must be there when it begins.
    """

    name: str
    steps: tuple[Step, ...]
    given: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known, names = set(self.given), set()
        for step in self.steps:
            missing = set(step.needs + step.renew) - known
            if missing:
                raise ValueError(f"step {step.name} of {self.name} needs {sorted(missing)}, which nobody gives")
            if step.name in names:
                raise ValueError(f"{self.name} has two steps {step.name}")
            names.add(step.name)
            known.add(step.gives)

    def steps_for(self, circumstances: Circumstances) -> Sequence[Step]:
        """The steps that are there."""
        return [step for step in self.steps if step.when(circumstances)]


_AT_RECEIVER = "at the receiver"
_ARRIVED_WRONG = "the key that arrived is not the key that was sent: stop its use at the receiver and find out why"


def require_equal_kcv(left: Kcv, right: Kcv, *, key: str, left_name: str, right_name: str) -> None:
    """Compare two check values on the shorter length.

    Raises:
        KcvMismatchError: they differ in value or in method.
    """
    if left.matches(right):
        return
    methods = "" if left.method == right.method else f" (methods {left.method} and {right.method})"
    raise KcvMismatchError(
        f"key {key}: the check value is {left} {left_name} and {right} {right_name}{methods}",
        hint=_ARRIVED_WRONG if _AT_RECEIVER in (left_name, right_name) else None,
    )


def make_key(scene: Scene, _given: Given) -> KeyToMove:
    """Make the key at the KDH."""
    made: HeldKey = scene.kdh.make_key(scene.key.attributes)
    return replace(scene.key, reference=made.reference, kcv=made.kcv)


def make_kept_key(scene: Scene, _given: Given) -> KeyToMove:
    """Make the key at a KDH that keeps it."""
    made: HeldKey = scene.kdh.make_kept_key(scene.key, scene.made_mark)
    return replace(scene.key, reference=made.reference, kcv=made.kcv)


def find_kept_key(scene: Scene, _given: Given, since: datetime) -> KeyToMove | None:
    """Look for the key that an earlier attempt made."""
    found: HeldKey | None = scene.kdh.find_kept_key(scene.key, scene.made_mark, since)
    return None if found is None else replace(scene.key, reference=found.reference, kcv=found.kcv)


def check_key(scene: Scene, _given: Given) -> KeyToMove:
    """Look at the key that is at the KDH.

    Raises:
        KcvMismatchError: its check value is not the one in the reviewed file.
    """
    key = scene.key
    kcv: Kcv = scene.kdh.key_check_value(key)
    if key.kcv is not None:
        require_equal_kcv(kcv, key.kcv, key=key.name, left_name="at the sender", right_name="in the reviewed file")
    return replace(key, kcv=kcv)


def has_alias(circumstances: Circumstances) -> bool:
    """Whether the reviewed file names the key."""
    return bool(circumstances.key.alias)


def _keeps_keys(circumstances: Circumstances) -> bool:
    return circumstances.kdh_can("make_kept_key")


PROVIDE_KEY = (
    Step(
        "make-key",
        "make the key",
        "kdh",
        "make_key",
        make_key,
        gives="key",
        when=lambda circumstances: not circumstances.key.reference and not _keeps_keys(circumstances),
    ),
    Step(
        "make-kept-key",
        "make the key at the sender, which keeps it",
        "kdh",
        "make_kept_key",
        make_kept_key,
        gives="key",
        when=lambda circumstances: not circumstances.key.reference and _keeps_keys(circumstances),
        reconcile=find_kept_key,
    ),
    Step(
        "check-key",
        "ask the sender for the check value of the key",
        "kdh",
        "key_check_value",
        check_key,
        gives="key",
        when=lambda circumstances: bool(circumstances.key.reference),
        early=True,
    ),
)
"""One of them: the reviewed file gives the key, or the sender makes it."""


def identify_kdh(scene: Scene, _given: Given) -> object:
    """Ask the KDH what it is."""
    return scene.kdh.identify()


def identify_krd(scene: Scene, _given: Given) -> object:
    """Ask the KRD what it is."""
    return scene.krd.identify()


def compare_kcv(sent: str, arrived: str, *, attributes: bool = True) -> Callable[[Scene, Given], Kcv]:
    """A step function that compares what was sent with what arrived and returns the agreed check value.

    It also holds what the receiver states to the reviewed file, so that a key found after a crash is judged like one
    that has just arrived.

    Args:
        sent, arrived: names of the two messages.
        attributes: compare usage, mode and so on too; not for a KEK, which only wraps at each side.
    """

    def compare(scene: Scene, given: Given) -> Kcv:
        if attributes:
            _require_attributes(scene.key, given[arrived])
        left: Kcv = given[sent].kcv
        right: Kcv = given[arrived].kcv
        name, reviewed = scene.key.name, scene.key.kcv
        require_equal_kcv(left, right, key=name, left_name="at the sender", right_name=_AT_RECEIVER)
        if reviewed is not None:
            require_equal_kcv(right, reviewed, key=name, left_name=_AT_RECEIVER, right_name="in the reviewed file")
        return right if len(right.digits) <= len(left.digits) else left

    return compare


def require_header(header: Header, wanted: KeyAttributes, place: str) -> None:
    """The header that travels with a key is what the reviewed file says.

    Args:
        place: where it stands: "block" or "token".

    Raises:
        RuleError: rule attributes-kept.
    """
    _refuse_other(f"key usage in the {place}", wanted.key_usage, header.key_usage)
    _refuse_other(f"algorithm in the {place}", wanted.algorithm.letter, header.algorithm)
    _refuse_other(f"mode of use in the {place}", wanted.mode_of_use, header.mode_of_use)
    _refuse_other(f"exportability in the {place}", wanted.exportability, header.exportability)


def _require_attributes(key: KeyToMove, held: HeldKey) -> None:
    """The receiver keeps what was sent; one that knows no `sensitive` keeps such a key as exportable."""
    found, wanted = held.attributes, key.attributes
    if found is None:
        return
    _refuse_other("key usage at the receiver", wanted.key_usage, found.key_usage)
    _refuse_other("algorithm at the receiver", wanted.algorithm, found.algorithm)
    _refuse_other("mode of use at the receiver", wanted.mode_of_use, found.mode_of_use)
    exportable = wanted.exportability != Exportability.N
    _refuse_other("key at the receiver", _exportable(exportable), _exportable(found.exportability != Exportability.N))


def _exportable(exportable: bool) -> str:
    return "exportable" if exportable else "not exportable"


def _refuse_other(what: str, wanted: str, found: str) -> None:
    if wanted != found:
        raise RuleError(
            f"the {what} should be {wanted} and is {found}",
            rule="attributes-kept",
            hint="correct the reviewed file, or let the sender write the attribute it should (modified exportability)",
        )


def set_alias(held: str) -> Callable[[Scene, Given], HeldKey]:
    """A step function that names the key at the receiver."""

    def name(scene: Scene, given: Given) -> HeldKey:
        key: HeldKey = given[held]
        scene.krd.set_alias(scene.key.alias, key)
        return key

    return name


def find_import(scene: Scene, kcv: Kcv, since: datetime) -> HeldKey | None:
    """Look for what an earlier import of this key in this run left at the receiver."""
    found: HeldKey | None = scene.krd.find_import(
        scene.mark, attributes=scene.key.attributes, kcv=kcv, since=since, any_kcv=scene.last_look
    )
    return found


def check_alias(scene: Scene, _given: Given) -> None:
    """The name that the key is to get is free; what a run sets itself, it sets later.

    Raises:
        RuleError: rule alias-taken.
    """
    scene.krd.require_free_alias(scene.key.alias)


CHECK_ALIAS = Step(
    "check-alias",
    "see that the name for the key is free at the receiver",
    "krd",
    "require_free_alias",
    check_alias,
    gives="alias_free",
    when=has_alias,
    early=True,
)

IDENTIFY = Workflow(
    "identify",
    (
        Step(
            "identify-kdh",
            "ask the sender what it is",
            "kdh",
            "identify",
            identify_kdh,
            gives="kdh_identity",
            early=True,
            always=True,
        ),
        Step(
            "identify-krd",
            "ask the receiver what it is",
            "krd",
            "identify",
            identify_krd,
            gives="krd_identity",
            early=True,
            always=True,
        ),
    ),
)
"""Both sides are there and let us in, before anything is made."""
