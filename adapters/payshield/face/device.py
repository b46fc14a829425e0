"""The simulated HSM: its LMKs, and the table of commands it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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

_KINDS: dict[LmkKind, Callable[[str, FaceOptions], LmkRules]] = {
    "variant": lambda identifier, options: VariantRules(
        VariantLmk(identifier), separate_key_type_002=options.separate_key_type_002
    ),
    "aes": lambda identifier, options: KeyBlockRules(
        KeyBlockLmk.aes_test(identifier, any_identifier=options.ignore_lmk_id)
    ),
    "3des": lambda identifier, options: KeyBlockRules(
        KeyBlockLmk.tdes_test(identifier, any_identifier=options.ignore_lmk_id)
    ),
}
_AUTHORISED_INTERFACE = "host"
_INTERFACES = ("host", "console")


class Device:
    """One HSM. It stores no keys: every key comes in a command, under an LMK.

    Args:
        options: its settings.
    """

    def __init__(self, options: FaceOptions) -> None:
        self.options = options
        self._lmks = _loaded(options.lmks, options)
        self._old_lmks = _loaded(options.old_lmks, options)

    def lmk(self, identifier: str | None) -> LmkRules:
        """The LMK that a command names, or the default one.

        Raises:
            Refusal: 13: it is not loaded, or the port is bound to another and the HSM looks at that.
        """
        bound = self.options.port_lmk
        if self.options.ensure_lmk_matches_port and bound is not None and identifier not in (None, bound):
            raise Refusal("13")
        return _found(self._lmks, identifier or bound or self.options.default_lmk, code="13")

    def old_lmk(self, identifier: str | None) -> LmkRules:
        """The LMK that was replaced by the one a command names.

        Raises:
            Refusal: 33: key change storage has none.
        """
        return _found(self._old_lmks, self.lmk(identifier).identifier, code="33")

    def require_authorised(self, *activity: str) -> None:
        """Refuse what is neither authorised as an activity nor by the authorised state.

        Args:
            activity: category and what follows it, without the interface: "export", "001".

        Raises:
            Refusal: 17.
        """
        if self.options.authorised:
            return
        wanted = (*activity, _AUTHORISED_INTERFACE)
        if not any(_covers(given.split(":")[0].split("."), wanted) for given in self.options.activities):
            raise Refusal("17")


def _loaded(kinds: Mapping[str, LmkKind], options: FaceOptions) -> dict[str, LmkRules]:
    return {identifier: _KINDS[kind](identifier, options) for identifier, kind in kinds.items()}


def _found(lmks: Mapping[str, LmkRules], identifier: str, *, code: str) -> LmkRules:
    try:
        return lmks[identifier]
    except KeyError:
        raise Refusal(code) from None


def _covers(given: list[str], wanted: tuple[str, ...]) -> bool:
    """Whether an authorised activity is the wanted one, or one that includes it: a part left out stands for all."""
    *parts, interface = wanted
    if given[-1] in _INTERFACES:
        if given[-1] != interface:
            return False
        given = given[:-1]
    return bool(given) and given == parts[: len(given)]


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
