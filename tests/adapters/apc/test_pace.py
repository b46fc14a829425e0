from __future__ import annotations

from adapters.apc.pace import DISCONNECTED, THROTTLED, Backoff, Pace


class Time:
    """A clock that only moves when somebody waits or works."""

    def __init__(self) -> None:
        self.now = 100.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def leave_times(rate: float | None, work: float, count: int) -> list[float]:
    time = Time()
    pace = Pace(rate, clock=time.clock, sleep=time.sleep)
    times = []
    for _ in range(count):
        pace.wait()
        times.append(time.now - 100)
        time.now += work
    return times


def test_no_second_holds_more_requests_than_the_quota() -> None:
    times = leave_times(4.5, 0.01, 50)
    assert max(sum(start <= t < start + 1 for t in times) for start in times) == 5


def test_the_rate_is_used_up_when_the_work_is_quick() -> None:
    times = leave_times(4.5, 0.01, 46)
    assert abs(times[-1] - 10.0) < 1e-6


def test_slow_work_is_not_slowed_further_and_saves_nothing_up() -> None:
    assert leave_times(4.0, 3.0, 3) == [0.0, 3.0, 6.0]
    time = Time()
    pace = Pace(4.0, clock=time.clock, sleep=time.sleep)
    pace.wait()
    time.now += 60
    for _ in range(3):
        pace.wait()
    assert time.now - 160 == 0.5


def test_without_a_rate_nothing_waits() -> None:
    assert leave_times(None, 0.0, 5) == leave_times(0, 0.0, 5) == [0.0] * 5


def test_backoff_doubles_up_to_its_longest_and_is_jittered_from_zero() -> None:
    backoff = Backoff(attempts=9, first=0.5, longest=3.0)
    assert [backoff.seconds(n, lambda: 1.0) for n in (1, 2, 3, 4, 5)] == [0.5, 1.0, 2.0, 3.0, 3.0]
    assert backoff.seconds(3, lambda: 0.0) == 0.0
    assert all(0 <= THROTTLED.seconds(n) <= THROTTLED.longest for n in range(1, 60))
    assert DISCONNECTED.attempts < THROTTLED.attempts
