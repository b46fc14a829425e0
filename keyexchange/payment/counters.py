"""Transaction counters of DUKPT devices. Many one bits in a counter cost many steps, so such counters are left out.

Keys are derived for any counter, so that a host need not know how a device counts.

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
