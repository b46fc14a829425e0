"""From a reviewed file to a plan: every step of a run, checked against what the sides can do. Sends nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from keyexchange.config import KEK, Config
from keyexchange.engine.sides import Sides
from keyexchange.engine.strengths import RULE, Strengths
from keyexchange.engine.ways import WITHOUT_KEK, Ways
from keyexchange.errors import ConfigError, RuleError, UnsupportedError
from keyexchange.protocols.abilities import commands_of
from keyexchange.protocols.messages import AgreementTerms, KeyToMove
from keyexchange.protocols.steps import IDENTIFY, Step, Workflow
from keyexchange.protocols.tr31 import KEY_BLOCK, KNOWN_KEK
from keyexchange.protocols.tr34 import TWO_PASS

Protocol = Literal["tr34", "tr31", "rsa", "ecdh"]
WHERE_AND_WHEN = frozenset(
    {"host", "port", "connect_timeout", "reply_timeout", "read_timeout", "requests_per_second", "debug"}
)
"""Settings that may change without a new approval: the twin of a device, a slower network. An `endpoint_url` may not: a
service has no other address. Whether a twin is let go on with a run is asked of the device: one that tells another
store of keys, as a Futurex with another serial number, is not."""
_SEE_COVERAGE = "docs/reference/coverage.md lists what each side can do"
_CORRECT_TERMS = "correct `ecdh` in the reviewed file, or the section of that side"
_CORRECT = "correct the key or what the reviewed file says about it"
RUN = ""
"""The scope of steps that belong to the run and to no key."""


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
        line_warnings: the same, of the lines to the devices; not approved, because hosts are not.
        wrapping_spec: how RSA wrap pads; empty when nothing goes by RSA wrap.
        agreement: how the two sides agree on a key; None when nothing goes by ECDH.
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
    line_warnings: tuple[str, ...] = ()
    terms: Mapping[str, str] = field(default_factory=dict)
    wrapping_spec: str = ""
    agreement: AgreementTerms | None = None

    def key_of(self, scope: str) -> KeyToMove:
        """The key of a step's scope; for steps of the whole run, the first."""
        return self.keys.get(scope) or next(iter(self.keys.values()))

    @property
    def digest(self) -> str:
        """SHA-256 over the plan: sides and their settings, keys, steps and commands; not hosts, ports and time-outs."""
        approved = {name: value for name, value in self.as_document().items() if name != "line_warnings"}
        return hashlib.sha256(json.dumps(approved, sort_keys=True).encode()).hexdigest()

    def as_document(self) -> dict[str, Any]:
        """The plan as JSON-able data; keys under an LMK appear as digests."""
        return {
            "kdh": self.kdh,
            "krd": self.krd,
            "protocol": self.protocol,
            "krd_kek": self.krd_kek,
            "overrides": [list(pair) for pair in self.overrides],
            "warnings": list(self.warnings),
            "line_warnings": list(self.line_warnings),
            "terms": dict(self.terms),
            **_how(self.wrapping_spec, self.agreement),
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

    Without `protocol` the KEK goes by TR-34 when none is established, then each listed key by TR-31. By RSA wrap and
    ECDH each listed key goes by itself, or the KEK when none is listed.

    Raises:
        ConfigError: the file contradicts itself or lacks what the protocol needs.
        UnsupportedError: a side has not the ability a step needs.
        RuleError: a rule that can be checked without asking anybody.
    """
    _refuse_lonely_transport_key(kdh_settings)
    if protocol is not None and protocol in WITHOUT_KEK:
        return _without_kek(config, sides, kdh_settings, protocol)
    established = _established(kdh_settings, krd_settings)
    if protocol == "tr31" and not established:
        raise ConfigError(
            "TR-31 needs a KEK on both sides: tr31.kek is empty in the sender's or the receiver's section",
            hint="leave --protocol away and the run establishes one by TR-34 first",
        )
    by_tr34 = protocol == "tr34" or not established
    kek = _kek(config, kdh_settings, by_tr34=by_tr34)
    keys = () if protocol == "tr34" else _listed(config)
    if protocol == "tr31" and not keys:
        raise ConfigError("there is no key to move: `keys` is empty", hint="list each key with its usage and algorithm")
    ways = _ways(config, sides, protocol)
    _require_strength(ways, "tr31", keys)
    scopes = [(RUN, IDENTIFY), (KEK, TWO_PASS if by_tr34 else KNOWN_KEK), *((key.name, KEY_BLOCK) for key in keys)]
    plan = _plan(config, sides, protocol, (kek, *keys), scopes)
    if by_tr34:
        _require_strength(ways, "tr34", (kek,))
    return replace(
        plan,
        krd_kek="" if by_tr34 else krd_settings.tr31.kek,
        warnings=_warnings(sides, plan, established=established, by_tr34=by_tr34),
        line_warnings=tuple(sides.line_warnings(_steps(plan))),
    )


def _without_kek(config: Config, sides: Sides, kdh_settings: Any, protocol: Protocol) -> Plan:
    for_run, for_key = WITHOUT_KEK[protocol]
    keys = _listed(config) or (_lonely_kek(config, kdh_settings, protocol),)
    scopes = [(RUN, IDENTIFY), (RUN, for_run), *((key.name, for_key) for key in keys)]
    plan, ways = _plan(config, sides, protocol, keys, scopes), _ways(config, sides, protocol)
    _require_strength(ways, protocol, keys)
    terms = config.ecdh.terms()
    if protocol == "ecdh" and (refusal := sides.agreement_refusal(terms)):
        raise UnsupportedError(refusal, hint=ways.in_one_run() or _CORRECT_TERMS)
    return replace(
        plan,
        warnings=_warnings(sides, plan, established=False, by_tr34=True),
        line_warnings=tuple(sides.line_warnings(_steps(plan))),
        wrapping_spec=config.rsa.wrapping_spec.value if protocol == "rsa" else "",
        agreement=terms if protocol == "ecdh" else None,
    )


def _listed(config: Config) -> tuple[KeyToMove, ...]:
    return tuple(key.to_move(key.key, key.kcv) for key in config.keys)


def _plan(
    config: Config,
    sides: Sides,
    protocol: Protocol | None,
    keys: tuple[KeyToMove, ...],
    scopes: list[tuple[str, Workflow]],
) -> Plan:
    by_name = {key.name: key for key in keys}
    return Plan(
        kdh=sides.kdh.name,
        krd=sides.krd.name,
        protocol=protocol,
        keys=by_name,
        steps=tuple(_planned(scopes, by_name, _ways(config, sides, protocol))),
        krd_kek="",
        overrides=tuple((o.rule, o.reason) for o in config.overrides),
        terms={role: _terms(section) for role, section in _sections(config, sides).items()},
    )


def _ways(config: Config, sides: Sides, protocol: Protocol | None) -> Ways:
    return Ways(sides, config.kek.to_move("", ""), _listed(config), protocol, _strengths(config, sides))


def _strengths(config: Config, sides: Sides) -> Strengths:
    set_aside = RULE in {override.rule for override in config.overrides}
    return Strengths(sides, config.kek.algorithm, config.ecdh.terms(), set_aside)


def _sections(config: Config, sides: Sides) -> dict[str, Mapping[str, Any]]:
    return {
        "kdh": config.kdh.get(sides.kdh.name, {}),
        "krd": config.krd.get(sides.krd.name, {}),
        "certificate_authority": config.certificate_authority,
    }


def _terms(section: Mapping[str, Any]) -> str:
    reviewed = {name: value for name, value in section.items() if name not in WHERE_AND_WHEN}
    return hashlib.sha256(json.dumps(reviewed, sort_keys=True).encode()).hexdigest()


def _planned(scopes: list[tuple[str, Workflow]], keys: Mapping[str, KeyToMove], ways: Ways) -> Iterator[PlannedStep]:
    """Early steps of all keys first, then key by key."""
    first, sides = next(iter(keys.values())), ways.sides
    found = [
        (scope, step, key)
        for scope, workflow in scopes
        for key in (keys.get(scope, first),)
        for step in workflow.steps_for(sides.circumstances(key))
    ]
    for number, (scope, step, key) in enumerate(sorted(found, key=lambda each: not each[1].early), 1):
        if inability := sides.inability(step):
            raise UnsupportedError(inability, hint=ways.any() or _SEE_COVERAGE)
        if scope != RUN and (refusal := sides.key_refusal(step, key)):
            raise UnsupportedError(refusal, hint=ways.in_one_run() or _CORRECT)
        actor = sides.named(step.side)
        yield PlannedStep(number, scope, step, actor.name if actor else "", commands_of(actor, step.ability))


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


def _lonely_kek(config: Config, kdh_settings: Any, protocol: Protocol) -> KeyToMove:
    """The KEK, which travels alone because the file lists no key; AWS's sample names it in the protocol's section."""
    section = getattr(kdh_settings, protocol, None)
    return config.kek.to_move(getattr(section, "transport_key", ""), getattr(section, "transport_key_kcv", ""))


def _require_strength(ways: Ways, protocol: str, keys: tuple[KeyToMove, ...]) -> None:
    """`Strengths.require`, with a hint at what works instead."""
    try:
        ways.strengths.require(protocol, keys)
    except RuleError as error:
        message = error.message.removesuffix(f" (rule {error.rule})")
        hint = "; ".join(filter(None, (error.hint, ways.in_one_run())))
        raise RuleError(message, rule=error.rule, hint=hint) from None


def _warnings(sides: Sides, plan: Plan, *, established: bool, by_tr34: bool) -> tuple[str, ...]:
    again = ("a KEK is established already; this run establishes another one beside it",) if established else ()
    set_up = (*again, *sides.kdh.warnings(), *sides.krd.warnings()) if by_tr34 else ()
    return (*set_up, *sides.use_warnings(_steps(plan)))


def _steps(plan: Plan) -> Iterator[Step]:
    return (planned.step for planned in plan.steps)


def _how(wrapping_spec: str, agreement: AgreementTerms | None) -> dict[str, Any]:
    """What plans of other protocols do not have."""
    how: dict[str, Any] = {"wrapping_spec": wrapping_spec} if wrapping_spec else {}
    if agreement is not None:
        how["agreement"] = {
            "curve": agreement.curve.value,
            "function": agreement.function,
            "hash": agreement.hash,
            "algorithm": agreement.algorithm.value,
        }
    return how


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
