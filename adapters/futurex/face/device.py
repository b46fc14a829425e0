"""The simulated HSM: its major keys, its clock, and the table of commands it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from ..errors import Refusal
from ..keys import TEST_MFK, TEST_PMK, Pmk, VariantKey
from ..message import Reply, Request
from .options import FaceOptions

R = TypeVar("R", bound=Reply)
Q = TypeVar("Q", bound=Request[Any])


class Device:
    """One HSM. It stores no keys: every key comes in a command, under the PMK or the MFK.

    Args:
        options: its settings.
        clock: what it takes for the time; aware.
    """

    def __init__(self, options: FaceOptions, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.options = options
        self.pmk = Pmk(TEST_PMK)
        self.now = clock
        self._mfk = VariantKey(TEST_MFK) if options.mfk_loaded else None

    @property
    def mfk(self) -> VariantKey:
        """The master file key.

        Raises:
            Refusal: 06: it is not loaded.
        """
        if self._mfk is None:
            raise Refusal("06")
        return self._mfk


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
