"""The counters of DUKPT devices: which are used, and which comes next."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.errors import FormatError
from keyexchange.payment.counters import AES, TDES, CounterRule


def is_used(rule: CounterRule, counter: int) -> bool:
    return 0 < counter < 1 << rule.bits and counter.bit_count() <= rule.most_ones


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
            assert not any(is_used(rule, later) for later in range(counter + 1, counter + 200))
            return
        assert following > counter
        assert is_used(rule, following)
        assert not any(is_used(rule, later) for later in range(counter + 1, min(following, counter + 200)))

    holds()
