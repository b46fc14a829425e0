"""The two ends of a run and its authority, and what they can do. Nothing here sends anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from keyexchange.protocols.messages import KeyToMove
from keyexchange.protocols.steps import Circumstances, Step

_AUTHORITY = "authority"


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

    def _actor(self, step: Step) -> Any:
        """The side whose ability a step needs; None for checks of our own and for the authority."""
        return None if not step.ability or step.side == _AUTHORITY else self.named(step.side)
