"""Transaction counters of DUKPT devices. Many one bits in a counter cost many steps, so such counters are left out.

Source: ANSI X9.24-1:2009, A.3 (21 bits, at most ten ones); ANSI X9.24-3:2017, 6.3 (32 bits, at most sixteen ones).
"""

from __future__ import annotations

from dataclasses import dataclass

from keyexchange.errors import FormatError


@dataclass(frozen=True)
class CounterRule:
    """Which counters a device uses.

    Args:
        bits: width of the counter.
        most_ones: a counter with more one bits is skipped.
    """

    bits: int
    most_ones: int

    def is_used(self, counter: int) -> bool:
        """Whether a device encrypts a transaction under this counter: not under zero, and not where it skips."""
        return 0 < counter < 1 << self.bits and counter.bit_count() <= self.most_ones

    def next(self, counter: int) -> int:
        """The counter of the transaction after this one.

        Raises:
            FormatError: category counter_exhausted: there is none.
        """
        counter += 1
        while counter.bit_count() > self.most_ones:
            counter += counter & -counter
        if counter >> self.bits:
            raise FormatError(
                "the device has used its last transaction counter",
                category="counter_exhausted",
                hint="inject a new initial key; the old one must not be used again",
            )
        return counter


TDES = CounterRule(bits=21, most_ones=10)
AES = CounterRule(bits=32, most_ones=16)


def require_used(rule: CounterRule, counter: int) -> None:
    """Refuse a counter that no device of the standard sends.

    Raises:
        FormatError: category counter_unused.
    """
    if not rule.is_used(counter):
        raise FormatError(
            f"no device encrypts under a counter of zero or with more than {rule.most_ones} one bits",
            category="counter_unused",
            hint="check that the key serial number was taken whole, with its counter at the right end",
        )
