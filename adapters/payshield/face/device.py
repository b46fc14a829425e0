"""The simulated HSM: its LMKs, and the table of commands it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from ..errors import Refusal
from ..lmk import KeyBlockLmk, VariantLmk
from ..message import Reply, Request
from .key_block_rules import KeyBlockRules
from .options import FaceOptions, LmkKind
from .rules import LmkRules
from .variant_rules import VariantRules

R = TypeVar("R", bound=Reply)
Q = TypeVar("Q", bound=Request[Any])

_KINDS: dict[LmkKind, Callable[[str], LmkRules]] = {
    "variant": lambda identifier: VariantRules(VariantLmk(identifier)),
    "aes": lambda identifier: KeyBlockRules(KeyBlockLmk.aes_test(identifier)),
    "3des": lambda identifier: KeyBlockRules(KeyBlockLmk.tdes_test(identifier)),
}


class Device:
    """One HSM. It stores no keys: every key comes in a command, under an LMK.

    Args:
        options: its settings.
    """

    def __init__(self, options: FaceOptions) -> None:
        self.options = options
        self._lmks = {identifier: _KINDS[kind](identifier) for identifier, kind in options.lmks.items()}

    def lmk(self, identifier: str | None) -> LmkRules:
        """The LMK that a command names, or the default one.

        Raises:
            Refusal: 13: it is not loaded.
        """
        try:
            return self._lmks[identifier or self.options.default_lmk]
        except KeyError:
            raise Refusal("13") from None


@dataclass(frozen=True)
class Answer:
    """How a command is answered.

    Args:
        run: from device and request to reply; raises Refusal.
        slow: it takes a worker thread, so that other connections go on.
    """

    run: Callable[[Device, Any], Reply]
    slow: bool


ANSWERS: dict[type[Request[Any]], Answer] = {}
"""Filled by `answers`."""


def answers(request: type[Q], *, slow: bool = False) -> Callable[[Callable[[Device, Q], R]], Callable[[Device, Q], R]]:
    """Register a function as the answer to a command."""

    def register(run: Callable[[Device, Q], R]) -> Callable[[Device, Q], R]:
        ANSWERS[request] = Answer(run, slow)
        return run

    return register
