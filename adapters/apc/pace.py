"""How fast requests leave: just below the quota, and slower when the service asks for it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

Sleep = Callable[[float], None]
Clock = Callable[[], float]


class Pace:
    """Spaces requests evenly, so that no second holds more of them than the rate allows.

    Nothing is saved up while idle: a burst after a pause would be counted by the service like any other.

    Args:
        per_second: requests a second; None or 0 for no limit.
        clock: seconds, monotonic.
        sleep: waits so many seconds.
    """

    def __init__(self, per_second: float | None, *, clock: Clock = time.monotonic, sleep: Sleep = time.sleep) -> None:
        self._interval = 1 / per_second if per_second else 0.0
        self._clock = clock
        self._sleep = sleep
        self._next = clock()

    def wait(self) -> None:
        """Return when the next request may leave."""
        now = self._clock()
        if now < self._next:
            self._sleep(self._next - now)
            now = self._next
        self._next = now + self._interval


@dataclass(frozen=True)
class Backoff:
    """Exponential backoff with full jitter.

    Args:
        attempts: how often a request is sent at most.
        first: upper bound of the first wait, in seconds.
        longest: upper bound of every wait, in seconds.
    """

    attempts: int
    first: float
    longest: float

    def seconds(self, failures: int, jitter: Callable[[], float] = random.random) -> float:
        """How long to wait after so many failures, at least one of them."""
        return jitter() * min(self.longest, self.first * 2.0 ** (failures - 1))


THROTTLED = Backoff(attempts=10, first=0.5, longest=20.0)
"""A throttled request was not carried out, so any operation may be sent again: for about a minute and a half."""

DISCONNECTED = Backoff(attempts=4, first=0.5, longest=4.0)
"""Only for operations that change nothing."""
