"""How long a call takes: the best of several rounds, so that other work on the machine counts as little as possible."""

from __future__ import annotations

import timeit
from collections.abc import Callable, Sequence

ROUNDS = 7
ROUND_SECONDS = 0.15


def per_call(function: Callable[[], object]) -> float:
    """Seconds a call."""
    timer = timeit.Timer(function)
    number = max(1, int(ROUND_SECONDS / max(timer.timeit(3) / 3, 1e-7)))
    return min(timer.repeat(ROUNDS, number)) / number


def side_by_side(
    functions: Sequence[Callable[[], object]], *, rounds: int = ROUNDS, seconds: float = ROUND_SECONDS
) -> list[float]:
    """Seconds a call of each, measured in turns, so that a busy moment of the machine falls on all of them.

    Args:
        rounds: many short ones find a quiet moment on a busy machine; for functions of microseconds.
        seconds: how long a round of each takes.
    """
    timers = [timeit.Timer(function) for function in functions]
    numbers = [max(1, int(seconds / max(timer.timeit(3) / 3, 1e-7))) for timer in timers]
    measured = [
        [timer.timeit(number) / number for timer, number in zip(timers, numbers, strict=True)] for _ in range(rounds)
    ]
    return [min(times) for times in zip(*measured, strict=True)]


def microseconds(seconds: float) -> str:
    """For a table."""
    return f"{seconds * 1e6:9.1f} us"
