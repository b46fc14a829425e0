"""What to propose when a protocol does not work for two sides: what does, by their own words. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from keyexchange.engine.sides import Sides
from keyexchange.engine.strengths import Strengths
from keyexchange.protocols.ecdh import AGREEMENT, ECDH
from keyexchange.protocols.messages import KeyToMove
from keyexchange.protocols.rsa_wrap import RSA_RECEIVER, RSA_WRAP
from keyexchange.protocols.steps import Workflow
from keyexchange.protocols.tr31 import KEY_BLOCK, KNOWN_KEK
from keyexchange.protocols.tr34 import TWO_PASS

WITHOUT_KEK: Mapping[str, tuple[Workflow, Workflow]] = {
    "rsa": (RSA_RECEIVER, RSA_WRAP),
    "ecdh": (AGREEMENT, ECDH),
}
"""Protocols by which every key goes by itself: what is done once for the run, and what for each key."""
_BY_KEK = (None, "tr34")


@dataclass(frozen=True)
class Ways:
    """Ways from one side to the other.

    Args:
        sides: the pair.
        kek: a new one, as the reviewed file wants it.
        keys: those that the file lists; may be none.
        refused: the protocol that does not work, as it was asked for.
        strengths: what keys may travel under.
    """

    sides: Sides
    kek: KeyToMove
    keys: tuple[KeyToMove, ...]
    refused: str | None
    strengths: Strengths

    def in_one_run(self) -> str | None:
        """Other protocols by which the same keys go, as a hint; None without any."""
        return _hint(self._in_one_run())

    def any(self) -> str | None:
        """The same, and by TR-31 under a KEK that gets to both sides otherwise; None without any."""
        return _hint([*self._in_one_run(), *self._under_known_kek()])

    def _under_known_kek(self) -> Iterator[str]:
        """The KEK may go the other way, from the receiver to the sender."""
        by_tr34 = self._take("tr34", TWO_PASS, (self.kek,))
        if by_tr34 or not self._can(KNOWN_KEK) or not self._take("tr31", KEY_BLOCK, self.keys):
            return
        kdh, krd = self.sides.kdh.name, self.sides.krd.name
        if self._turned_round()._take("tr34", TWO_PASS, (self.kek,)):
            yield (
                f"--kdh {krd} --krd {kdh} --protocol tr34 for a KEK, then --kdh {kdh} --krd {krd} --protocol tr31 for "
                "the keys under it (tr31.kek of both sides, as the report prints them)"
            )
        else:
            yield "--protocol tr31 under a KEK that both sides hold already (tr31.kek of both sides)"

    def _in_one_run(self) -> Iterator[str]:
        by_kek = self.refused not in _BY_KEK and self._take("tr34", TWO_PASS, (self.kek,))
        if by_kek and not self.keys:
            yield "--protocol tr34"
        elif by_kek and self._take("tr31", KEY_BLOCK, self.keys):
            yield "without --protocol a KEK goes by TR-34 and the keys under it by TR-31"
        for protocol, (for_run, for_key) in WITHOUT_KEK.items():
            able = protocol != self.refused and self._can(for_run) and self._agree(protocol)
            if able and self._take(protocol, for_key, self.keys or (self.kek,)):
                yield f"--protocol {protocol}"

    def _turned_round(self) -> Ways:
        sides = self.sides.turned_round()
        return replace(self, sides=sides, strengths=replace(self.strengths, sides=sides))

    def _agree(self, protocol: str) -> bool:
        """The terms are right for both sides, where the protocol has any."""
        return protocol != "ecdh" or self.sides.agreement_refusal(self.strengths.terms) is None

    def _can(self, workflow: Workflow) -> bool:
        """The sides have the abilities, whatever the key."""
        steps = workflow.steps_for(self.sides.circumstances(self.kek))
        return not any(self.sides.inability(step) for step in steps)

    def _take(self, protocol: str, workflow: Workflow, keys: tuple[KeyToMove, ...]) -> bool:
        """They have the abilities, and nothing speaks against the keys."""
        return self.strengths.allow(protocol, keys) and not any(
            self.sides.inability(step) or self.sides.key_refusal(step, key)
            for key in keys
            for step in workflow.steps_for(self.sides.circumstances(key))
        )


def _hint(ways: Iterable[str]) -> str | None:
    text = "; or ".join(ways)
    return f"this works for the two: {text}" if text else None
