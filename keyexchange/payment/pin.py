"""A PIN, and new ones that cannot be guessed better than by chance."""

from __future__ import annotations

import hmac
import secrets
from typing import NoReturn

from keyexchange.payment.digits import PIN


class Pin:
    """A clear PIN, 4 to 12 decimal digits. Only `reveal()` gives them; grep for it to audit every use.

    It prints as its length, compares in constant time, and refuses to be hashed or pickled.

    Raises:
        FormatError: category pin.
    """

    __slots__ = ("_digits",)

    def __init__(self, digits: str) -> None:
        self._digits = PIN.check(digits)

    def reveal(self) -> str:
        """The clear digits."""
        return self._digits

    def __len__(self) -> int:
        return len(self._digits)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pin) and hmac.compare_digest(self._digits, other._digits)

    def __hash__(self) -> NoReturn:
        raise TypeError("a Pin is not hashed: there are too few of them for a hash to hide one")

    def __repr__(self) -> str:
        return f"Pin(<{len(self._digits)} digits>)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Pin is not pickled or copied into a journal")


def random_pin(length: int = 4) -> Pin:
    """A new PIN; every one of so many digits is equally likely.

    Raises:
        FormatError: category pin: a length other than 4 to 12.

    Source: ISO 9564-1, 8.4 (random PINs); the operating system's generator, drawn without a remainder.
    """
    if length not in PIN.lengths:
        raise PIN.refusal()
    return Pin(f"{secrets.randbelow(10**length):0{length}d}")
