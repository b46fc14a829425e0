"""The counters of DUKPT devices: which are used, and which comes next."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.errors import FormatError
from keyexchange.payment.counters import AES, TDES, CounterRule, require_used


def every_used(rule: CounterRule) -> Iterator[int]:
    counter = 0
    while True:
        counter = rule.next(counter)
        yield counter


def test_a_small_device_uses_each_allowed_counter_once_and_then_ends() -> None:
    rule = CounterRule(bits=12, most_ones=5)
    allowed = [counter for counter in range(1, 1 << 12) if counter.bit_count() <= 5]
    steps = every_used(rule)
    assert [next(steps) for _ in allowed] == allowed
    with pytest.raises(FormatError) as refusal:
        next(steps)
    assert refusal.value.category == "counter_exhausted"


@pytest.mark.parametrize("rule", [TDES, AES], ids=["tdes", "aes"])
def test_the_next_counter_is_the_first_allowed_one_behind(rule: CounterRule) -> None:
    @settings(max_examples=100)
    @given(st.integers(0, (1 << rule.bits) - 1))
    def holds(counter: int) -> None:
        try:
            following = rule.next(counter)
        except FormatError:
            assert not any(rule.is_used(later) for later in range(counter + 1, counter + 200))
            return
        assert following > counter
        assert rule.is_used(following)
        assert not any(rule.is_used(later) for later in range(counter + 1, min(following, counter + 200)))

    holds()


def test_a_counter_that_no_device_sends_is_refused() -> None:
    require_used(TDES, 0b11)
    for counter in (0, 0x7FF, 1 << 21):
        with pytest.raises(FormatError) as refusal:
            require_used(TDES, counter)
        assert refusal.value.category == "counter_unused"
