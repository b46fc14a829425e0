"""How long a call takes: the best of several rounds, so that other work on the machine counts as little as possible."""

from __future__ import annotations

import timeit
from collections.abc import Callable

ROUNDS = 7
ROUND_SECONDS = 0.15


def per_call(function: Callable[[], object]) -> float:
    """Seconds a call."""
    timer = timeit.Timer(function)
    number = max(1, int(ROUND_SECONDS / max(timer.timeit(3) / 3, 1e-7)))
    return min(timer.repeat(ROUNDS, number)) / number


def microseconds(seconds: float) -> str:
    """For a table."""
    return f"{seconds * 1e6:9.1f} us"
