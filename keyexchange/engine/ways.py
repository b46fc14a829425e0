"""What to propose when a protocol does not work for two sides: what does, by their own words. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from keyexchange.engine.sides import Sides
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
    """

    sides: Sides
    kek: KeyToMove
    keys: tuple[KeyToMove, ...]
    refused: str | None

    def in_one_run(self) -> str | None:
        """Other protocols by which the same keys go, as a hint; None without any."""
        found = list(self._in_one_run())
        return f"this works for the two: {'; or '.join(found)}" if found else None

    def under_known_kek(self) -> str | None:
        """How the keys go by TR-31 under a KEK that gets to both sides otherwise, as a hint; None when they cannot.

        The KEK may go the other way, from the receiver to the sender.
        """
        if not self._can(KNOWN_KEK) or not self._take(KEY_BLOCK, self.keys):
            return None
        kdh, krd = self.sides.kdh.name, self.sides.krd.name
        back = Ways(self.sides.turned_round(), self.kek, (), self.refused)
        if not back._take(TWO_PASS, (self.kek,)):
            return "--protocol tr31 works under a KEK that both sides hold already: name it in tr31.kek of both"
        return (
            f"this works for the two: --kdh {krd} --krd {kdh} --protocol tr34 sends a KEK, then --kdh {kdh} "
            f"--krd {krd} --protocol tr31 sends the keys under it (tr31.kek of both sides, as the report prints them)"
        )

    def _in_one_run(self) -> Iterator[str]:
        by_kek = self.refused not in _BY_KEK and self._take(TWO_PASS, (self.kek,))
        if by_kek and not self.keys:
            yield "--protocol tr34"
        elif by_kek and self._take(KEY_BLOCK, self.keys):
            yield "without --protocol a KEK goes by TR-34 and the keys under it by TR-31"
        for protocol, (for_run, for_key) in WITHOUT_KEK.items():
            if protocol != self.refused and self._can(for_run) and self._take(for_key, self.keys or (self.kek,)):
                yield f"--protocol {protocol}"

    def _can(self, workflow: Workflow) -> bool:
        """The sides have the abilities, whatever the key."""
        steps = workflow.steps_for(self.sides.circumstances(self.kek))
        return not any(self.sides.inability(step) for step in steps)

    def _take(self, workflow: Workflow, keys: tuple[KeyToMove, ...]) -> bool:
        """They have the abilities, and nothing speaks against the keys."""
        return not any(
            self.sides.inability(step) or self.sides.key_refusal(step, key)
            for key in keys
            for step in workflow.steps_for(self.sides.circumstances(key))
        )
