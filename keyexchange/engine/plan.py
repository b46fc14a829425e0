"""From a reviewed file to a plan: every step of a run, checked against what the sides can do. Sends nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from keyexchange.config import KEK, Config
from keyexchange.errors import ConfigError, RuleError, UnsupportedError
from keyexchange.keys import require_kek_strength
from keyexchange.protocols.abilities import commands_of
from keyexchange.protocols.messages import KeyToMove
from keyexchange.protocols.steps import IDENTIFY, Circumstances, Step, Workflow
from keyexchange.protocols.tr31 import KEY_BLOCK, KNOWN_KEK
from keyexchange.protocols.tr34 import TWO_PASS

Protocol = Literal["tr34", "tr31"]
WHERE_AND_WHEN = frozenset(
    {"host", "port", "connect_timeout", "reply_timeout", "read_timeout", "requests_per_second", "debug"}
)
"""Settings that may change without a new approval: the twin of a device, a slower network. An `endpoint_url` may not: a
service has no other address."""
RUN = ""
"""The scope of steps that belong to the run and to no key."""


@dataclass(frozen=True)
class Sides:
    """The two ends and the authority, set up but not connected. `Any`: their abilities are looked up by name."""

    kdh: Any
    krd: Any
    authority: Any

    def named(self, side: str) -> Any:
        """The object that acts as "kdh", "krd" or "authority"; None for "both"."""
        return getattr(self, side, None)


@dataclass(frozen=True)
class PlannedStep:
    """One step of a run.

    Args:
        number: from 1.
        scope: name of the key it moves, or RUN.
        step: what happens.
        actor: name of the adapter that acts; empty for a check of our own.
        commands: what it sends.
    """

    number: int
    scope: str
    step: Step
    actor: str
    commands: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What a run will do. Its digest is what people approve.

    Args:
        kdh, krd: names of the adapters.
        protocol: as asked for, or None: whatever the file needs.
        keys: by name, in the order they move; the KEK first.
        steps: all of them, in order.
        krd_kek: how the receiver names the KEK that is there already, else empty.
        overrides: (rule, reason), as reviewed.
        warnings: what an operator should read before the run.
        terms: SHA-256 of what the reviewed file says about each side and the authority, but not where a device listens
            and how long is waited.
    """

    kdh: str
    krd: str
    protocol: Protocol | None
    keys: Mapping[str, KeyToMove]
    steps: tuple[PlannedStep, ...]
    krd_kek: str
    overrides: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...] = ()
    terms: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 over the plan: sides and their settings, keys, steps and commands; not hosts, ports and time-outs."""
        return hashlib.sha256(json.dumps(self.as_document(), sort_keys=True).encode()).hexdigest()

    def as_document(self) -> dict[str, Any]:
        """The plan as JSON-able data; keys under an LMK appear as digests."""
        return {
            "kdh": self.kdh,
            "krd": self.krd,
            "protocol": self.protocol,
            "krd_kek": self.krd_kek,
            "overrides": [list(pair) for pair in self.overrides],
            "warnings": list(self.warnings),
            "terms": dict(self.terms),
            "keys": [_key_document(key) for key in self.keys.values()],
            "steps": [
                {
                    "number": s.number,
                    "key": s.scope or None,
                    "step": s.step.name,
                    "side": s.step.side,
                    "actor": s.actor,
                    "commands": list(s.commands),
                }
                for s in self.steps
            ],
        }


def make_plan(config: Config, sides: Sides, kdh_settings: Any, krd_settings: Any, protocol: Protocol | None) -> Plan:
    """Decide what a run does.

    Without `protocol` the KEK goes by TR-34 when none is established, then each listed key by TR-31.

    Raises:
        ConfigError: the file contradicts itself or lacks what the protocol needs.
        UnsupportedError: a side has not the ability a step needs.
        RuleError: a rule that can be checked without asking anybody.
    """
    established = _established(kdh_settings, krd_settings)
    if protocol == "tr31" and not established:
        raise ConfigError(
            "TR-31 needs a KEK on both sides: tr31.kek is empty in the sender's or the receiver's section",
            hint="leave --protocol away and the run establishes one by TR-34 first",
        )
    _refuse_lonely_transport_key(kdh_settings)
    by_tr34 = protocol == "tr34" or not established
    kek = _kek(config, kdh_settings, by_tr34=by_tr34)
    keys = () if protocol == "tr34" else tuple(key.to_move(key.key, key.kcv) for key in config.keys)
    if protocol == "tr31" and not keys:
        raise ConfigError("there is no key to move: `keys` is empty", hint="list each key with its usage and algorithm")
    overrides = tuple((o.rule, o.reason) for o in config.overrides)
    _require_strengths(kek, keys, {rule for rule, _ in overrides})
    scopes: list[tuple[str, Workflow]] = [(RUN, IDENTIFY), (KEK, TWO_PASS if by_tr34 else KNOWN_KEK)]
    scopes += [(key.name, KEY_BLOCK) for key in keys]
    by_name = {key.name: key for key in (kek, *keys)}
    steps = tuple(_planned(scopes, by_name, sides))
    krd_kek = "" if by_tr34 else krd_settings.tr31.kek
    return Plan(
        kdh=sides.kdh.name,
        krd=sides.krd.name,
        protocol=protocol,
        keys=by_name,
        steps=steps,
        krd_kek=krd_kek,
        overrides=overrides,
        warnings=_warnings(sides, established=established, by_tr34=by_tr34),
        terms={role: _terms(section) for role, section in _sections(config, sides).items()},
    )


def _sections(config: Config, sides: Sides) -> dict[str, Mapping[str, Any]]:
    return {
        "kdh": config.kdh.get(sides.kdh.name, {}),
        "krd": config.krd.get(sides.krd.name, {}),
        "certificate_authority": config.certificate_authority,
    }


def _terms(section: Mapping[str, Any]) -> str:
    reviewed = {name: value for name, value in section.items() if name not in WHERE_AND_WHEN}
    return hashlib.sha256(json.dumps(reviewed, sort_keys=True).encode()).hexdigest()


def _planned(scopes: list[tuple[str, Workflow]], keys: Mapping[str, KeyToMove], sides: Sides) -> Iterator[PlannedStep]:
    """Early steps of all keys first, then key by key."""
    found = [
        (scope, step, keys.get(scope, keys[KEK]))
        for scope, workflow in scopes
        for step in workflow.steps_for(
            Circumstances(keys.get(scope, keys[KEK]), sides.authority.needs_csr, sides.kdh, sides.krd)
        )
    ]
    for number, (scope, step, key) in enumerate(sorted(found, key=lambda each: not each[1].early), 1):
        actor = sides.named(step.side)
        _require_ability(actor, step)
        if scope != RUN:
            _require_key(actor, step, key)
        yield PlannedStep(number, scope, step, actor.name if actor else "", commands_of(actor, step.ability))


def _require_ability(actor: Any, step: Step) -> None:
    if actor is None or not step.ability or step.side == "authority":
        return
    what = f"{actor.name} as {step.side.upper()} cannot {step.title}"
    if not hasattr(actor, step.ability):
        raise UnsupportedError(what, hint="docs/reference/coverage.md lists what each side can do")
    refusal = actor.refusal(step.ability)
    if refusal:
        raise UnsupportedError(f"{what}: {refusal}")


def _require_key(actor: Any, step: Step, key: KeyToMove) -> None:
    if actor is None or not step.ability or step.side == "authority":
        return
    refusal = actor.key_refusal(key, step.ability)
    if refusal:
        raise UnsupportedError(
            f"key {key.name}, {actor.name} as {step.side.upper()}: {refusal}",
            hint="correct the key or what the reviewed file says about it",
        )


def _established(kdh_settings: Any, krd_settings: Any) -> bool:
    sender, receiver = kdh_settings.tr31.kek, krd_settings.tr31.kek
    if bool(sender) != bool(receiver):
        lacking = "receiver" if sender else "sender"
        raise ConfigError(
            f"only one side has a tr31.kek; the {lacking}'s is empty",
            hint="give both, as a report prints them, or neither, and the run establishes one by TR-34",
        )
    return bool(sender)


def _refuse_lonely_transport_key(kdh_settings: Any) -> None:
    if kdh_settings.tr31.transport_key:
        raise ConfigError(
            "tr31.transport_key says nothing of usage and algorithm",
            hint='list the key under "keys" with name, key, kcv, usage, algorithm and mode_of_use',
        )


def _kek(config: Config, kdh_settings: Any, *, by_tr34: bool) -> KeyToMove:
    if not by_tr34:
        return config.kek.to_move(kdh_settings.tr31.kek, "")
    sent = kdh_settings.tr34
    return config.kek.to_move(sent.transport_key, sent.transport_key_kcv)


def _require_strengths(kek: KeyToMove, keys: tuple[KeyToMove, ...], overrides: set[str]) -> None:
    if "kek-strength" in overrides:
        return
    for key in keys:
        try:
            require_kek_strength(kek.attributes.algorithm, key.attributes.algorithm)
        except RuleError as error:
            raise RuleError(f"key {key.name}: {error.message.rpartition(' (rule')[0]}", rule=error.rule) from None


def _warnings(sides: Sides, *, established: bool, by_tr34: bool) -> tuple[str, ...]:
    if not by_tr34:
        return ()
    again = ("a KEK is established already; this run establishes another one beside it",) if established else ()
    return (*again, *sides.kdh.warnings(), *sides.krd.warnings())


def _key_document(key: KeyToMove) -> dict[str, Any]:
    reference = hashlib.sha256(key.reference.encode()).hexdigest() if key.reference else None
    return {
        "name": key.name,
        "reference_sha256": reference,
        "attributes": {
            "key_usage": str(key.attributes.key_usage),
            "algorithm": str(key.attributes.algorithm),
            "mode_of_use": str(key.attributes.mode_of_use),
            "exportability": str(key.attributes.exportability),
        },
        "kcv": key.kcv.digits if key.kcv else None,
        "key_type": key.vendor_key_type,
        "alias": key.alias,
        "tags": [list(pair) for pair in key.tags],
    }
