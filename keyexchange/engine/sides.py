"""The two ends of a run and its authority, and what they can do. Nothing here sends anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from keyexchange.keys import KeyAlgorithm
from keyexchange.protocols.messages import AgreementTerms, KeyToMove
from keyexchange.protocols.steps import Circumstances, Step

_AUTHORITY = "authority"
_ROLES = ("kdh", "krd")


@dataclass(frozen=True)
class Sides:
    """The two ends and the authority, set up but not connected. `Any`: their abilities are looked up by name."""

    kdh: Any
    krd: Any
    authority: Any

    def named(self, side: str) -> Any:
        """The object that acts as "kdh", "krd" or "authority"; None for "both"."""
        return getattr(self, side, None)

    def turned_round(self) -> Sides:
        """The receiver sends, the sender receives."""
        return Sides(self.krd, self.kdh, self.authority)

    def circumstances(self, key: KeyToMove) -> Circumstances:
        """What decides which steps there are for a key."""
        return Circumstances(key, self.authority.needs_csr, self.kdh, self.krd)

    def inability(self, step: Step) -> str | None:
        """Why the side that acts cannot do a step; None when it can."""
        actor = self._actor(step)
        if actor is None:
            return None
        refusal = actor.refusal(step.ability)
        if not refusal and hasattr(actor, step.ability):
            return None
        what = f"{actor.name} as {step.side.upper()} cannot {step.title}"
        return f"{what}: {refusal}" if refusal else what

    def key_refusal(self, step: Step, key: KeyToMove) -> str | None:
        """Why the side that acts cannot do a step with a key; None when nothing speaks against it."""
        actor = self._actor(step)
        refusal = actor.key_refusal(key, step.ability) if actor is not None else None
        return f"key {key.name}, {actor.name} as {step.side.upper()}: {refusal}" if refusal else None

    def agreement_refusal(self, terms: AgreementTerms) -> str | None:
        """Why one of the sides cannot agree on a key by these terms; None when nothing speaks against them."""
        for role in _ROLES:
            actor = self.named(role)
            refusal = actor.agreement_refusal(terms) if hasattr(actor, "agreement_refusal") else None
            if refusal:
                return f"{actor.name} as {role.upper()}: {refusal}"
        return None

    def receiving_algorithm(self) -> KeyAlgorithm | None:
        """Of the RSA key under which the receiver takes keys; None when it does not tell before it is asked."""
        if not hasattr(self.krd, "receiving_algorithm"):
            return None
        told: KeyAlgorithm = self.krd.receiving_algorithm()
        return told

    def use_warnings(self, steps: Iterable[Step]) -> Iterator[str]:
        """What an operator should read before a run of these steps."""
        return self._warnings("use_warnings", tuple(steps))

    def line_warnings(self, steps: Iterable[Step]) -> Iterator[str]:
        """The same, of the lines to the devices."""
        return self._warnings("line_warnings", tuple(steps))

    def _warnings(self, kind: str, steps: tuple[Step, ...]) -> Iterator[str]:
        for role in _ROLES:
            actor = self.named(role)
            if hasattr(actor, kind):
                yield from getattr(actor, kind)(frozenset(step.ability for step in steps if step.side == role))

    def _actor(self, step: Step) -> Any:
        """The side whose ability a step needs; None for checks of our own and for the authority."""
        return None if not step.ability or step.side == _AUTHORITY else self.named(step.side)
