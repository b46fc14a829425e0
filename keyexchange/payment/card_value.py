"""What all values that verify a card have in common: a few digits that data of the card and a key give."""

from __future__ import annotations

from typing import ClassVar

from keyexchange.crypto import TdesKey
from keyexchange.payment.comparing import require_same
from keyexchange.payment.digits import CARD_VALUE


class CardValue:
    """Data of a card or transaction, from which a key makes a value of 3 to 5 decimal digits.

    A subclass is one kind of value: a frozen dataclass of its inputs. It prints without them.
    """

    usual_length: ClassVar[int] = 3

    def generate(self, key: TdesKey, length: int | None = None) -> str:
        """The value: so many decimal digits, or as many as cards have.

        Raises:
            FormatError: category card_value: a length other than 3 to 5; and the categories of the inputs.
            UnsupportedError: a key of a length that this kind of value does not have.
        """
        length = self.usual_length if length is None else length
        if length not in CARD_VALUE.lengths:
            raise CARD_VALUE.refusal()
        return self._digits(key, length)

    def verify(self, key: TdesKey, value: str) -> None:
        """Refuse a value that is not the one of this key and these data; as many of its digits as are given count.

        Raises:
            MismatchError: reason card_value.
            FormatError, UnsupportedError: as `generate`.
        """
        expected = self.generate(key, len(CARD_VALUE.check(value)))
        require_same(expected, value, what="the card value", reason="card_value")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"

    def _digits(self, key: TdesKey, length: int) -> str:
        raise NotImplementedError
