"""Digits of card data: what counts as one, and digits out of a cipher block.

A field's check never quotes the field: a PAN in a log is a breach.
"""

from __future__ import annotations

from dataclasses import dataclass

from keyexchange.errors import FormatError

DECIMAL = "0123456789"
HEXADECIMAL = "0123456789abcdefABCDEF"

_LETTERS = b"abcdef"
_DECIMALS = b"0123456789"
_LETTER_TO_DIGIT = bytes.maketrans(_LETTERS, b"012345")


@dataclass(frozen=True)
class Field:
    """A field of card data.

    Args:
        name: as a message calls it.
        category: as `FormatError.category` calls it.
        lengths: how many digits it may have.
        hint: what to look at when it is wrong.
        alphabet: the digits it may hold.
    """

    name: str
    category: str
    lengths: range
    hint: str
    alphabet: str = DECIMAL

    def check(self, text: str) -> str:
        """The text itself.

        Raises:
            FormatError: this field's category.
        """
        if len(text) not in self.lengths or text.strip(self.alphabet):
            raise self.refusal()
        return text

    def padded(self, text: str) -> str:
        """The text with zeros on its left, up to the longest this field may be.

        Raises:
            FormatError: this field's category.
        """
        return self.check(text).rjust(self.lengths[-1], "0")

    def refusal(self) -> FormatError:
        """The error that says what this field must be."""
        first, last = self.lengths[0], self.lengths[-1]
        count = str(first) if first == last else f"{first} to {last}"
        kind = "decimal" if self.alphabet is DECIMAL else "hexadecimal"
        return FormatError(f"{self.name} must be {count} {kind} digits", category=self.category, hint=self.hint)


PAN = Field("the PAN", "pan", range(12, 20), "send the digits alone, check digit included, without blanks")
PIN = Field("the PIN", "pin", range(4, 13), "a PIN has 4 to 12 decimal digits (ISO 9564-1)")
EXPIRY = Field("the expiry date", "expiry_date", range(4, 5), "YYMM or MMYY, in the order used when the card was made")
SERVICE_CODE = Field("the service code", "service_code", range(3, 4), "000 gives a CVV2, 999 an iCVV")
CARD_VALUE = Field("the card value", "card_value", range(3, 6), "send the digits as they stand on the card or track")
COUNTER = Field("the transaction counter", "counter", range(1, 5), "the ATC in hexadecimal, as tag 9F36", HEXADECIMAL)
UNPREDICTABLE_NUMBER = Field(
    "the unpredictable number", "unpredictable_number", range(1, 9), "in hexadecimal, as tag 9F37", HEXADECIMAL
)


def decimalised(block: bytes, count: int) -> str:
    """The first decimal digits of a block's hexadecimal digits; where they do not suffice, its letters less ten.

    Args:
        count: at most 16; with 8 octets there always are so many.

    Source: Visa's method for CVV and PVV, as in psec (psec/cvv.py, psec/pin.py) and jPOS (JCESecurityModule).
    """
    digits = block.hex().encode()
    decimals = digits.translate(None, _LETTERS)
    if len(decimals) < count:
        decimals += digits.translate(_LETTER_TO_DIGIT, _DECIMALS)
    return decimals[:count].decode()
