"""IBM 3624: a PIN that follows from data of the card, and its offset to the PIN that the customer chose.

    natural PIN   the first digits of E(PVK, validation data), through the decimalisation table
    offset        PIN - natural PIN, digit by digit modulo 10
    PIN           natural PIN + offset, likewise

Source: IBM CCA, "3624 PIN generation, offset and verification algorithms"; psec (psec/pin.py) agrees digit for digit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from keyexchange.crypto import TdesKey
from keyexchange.errors import RuleError
from keyexchange.payment.comparing import require_same
from keyexchange.payment.digits import DECIMAL, HEXADECIMAL, PIN, Field
from keyexchange.payment.pin import Pin

_TABLE = Field(
    "the decimalisation table",
    "decimalisation_table",
    range(16, 17),
    "one decimal digit for each of the sixteen hexadecimal ones, 0 to F in order",
)
_VALIDATION_DATA = Field(
    "the validation data",
    "validation_data",
    range(4, 17),
    "digits of the PAN that were agreed on when the PINs were made",
)
_PAD = Field("the pad character", "pad_character", range(1, 2), "one hexadecimal digit, usually F", HEXADECIMAL)
_OFFSET = Field("the PIN offset", "pin_offset", range(4, 13), "as many decimal digits as the PIN has")
_HEX = b"0123456789abcdef"
_LEAST_DIFFERENT, _MOST_EQUAL = 8, 4


class DecimalisationTable:
    """Which decimal digit stands for each hexadecimal one. It counts as a secret: who may choose it learns PINs.

    Args:
        digits: sixteen decimal digits, for 0 to F.

    Raises:
        FormatError: category decimalisation_table.

    Source: Bond and Zielinski, "Decimalisation table attacks for PIN cracking", UCAM-CL-TR-560 (2003).
    """

    __slots__ = ("_table",)

    def __init__(self, digits: str) -> None:
        self._table = bytes.maketrans(_HEX, _TABLE.check(digits).encode())

    def __repr__(self) -> str:
        return "DecimalisationTable(<16 digits>)"

    def digits_of(self, block: bytes, count: int) -> str:
        """The first digits of a block, decimalised."""
        return block.hex().encode().translate(self._table)[:count].decode()

    def require_varied(self) -> None:
        """Refuse a table that makes PINs easy to guess, as payment HSMs do.

        Raises:
            RuleError: rule decimalisation-table: under eight different digits, or one that stands five times.

        Source: the limits are those that payment HSMs have by default; the reason is in the class's own source.
        """
        digits = _HEX.translate(self._table).decode()
        if len(set(digits)) < _LEAST_DIFFERENT or max(map(digits.count, DECIMAL)) > _MOST_EQUAL:
            raise RuleError(
                "the decimalisation table makes some PINs far likelier than others",
                rule="decimalisation-table",
                hint="use at least eight different digits, none more than four times: 0123456789012345",
            )


@dataclass(frozen=True)
class Ibm3624:
    """What a natural PIN follows from, beside the key.

    Args:
        validation_data: 4 to 16 decimal digits, usually of the PAN.
        pad_character: one hexadecimal digit that fills up to sixteen on the right.

    Raises:
        FormatError: categories validation_data, pad_character.
    """

    table: DecimalisationTable
    validation_data: str = field(repr=False)
    pad_character: str = "F"

    def __post_init__(self) -> None:
        _VALIDATION_DATA.check(self.validation_data)
        _PAD.check(self.pad_character)


def natural_pin(key: TdesKey, card: Ibm3624, length: int = 4) -> Pin:
    """The natural PIN: the one whose offset is zero.

    Raises:
        FormatError: category pin: a length other than 4 to 12.
    """
    if length not in PIN.lengths:
        raise PIN.refusal()
    return Pin(_natural(key, card, length))


def pin_offset(key: TdesKey, card: Ibm3624, pin: Pin) -> str:
    """The offset of a PIN, as many decimal digits as it has."""
    chosen = pin.reveal()
    natural = _natural(key, card, len(chosen))
    return "".join([DECIMAL[int(a) - int(b)] for a, b in zip(chosen, natural, strict=True)])


def pin_from_offset(key: TdesKey, card: Ibm3624, offset: str) -> Pin:
    """The PIN that has this offset, as many digits as the offset has.

    Raises:
        FormatError: category pin_offset.
    """
    natural = _natural(key, card, len(_OFFSET.check(offset)))
    return Pin("".join([DECIMAL[int(a) + int(b) - 10] for a, b in zip(natural, offset, strict=True)]))


def verify_ibm3624(key: TdesKey, card: Ibm3624, pin: Pin, offset: str, *, length: int | None = None) -> None:
    """Refuse a PIN that does not have this offset. A PIN of another length than the offset does not, without a length.

    Args:
        length: so many digits are compared, counted from the right: the method's "PIN check length". A shorter PIN
            never verifies.

    Raises:
        MismatchError: reason pin.
        FormatError: category pin_offset: no offset, or one of fewer digits than are compared.
    """
    expected = pin_offset(key, card, pin)
    if len(_OFFSET.check(offset)) < (length or 0):
        raise _OFFSET.refusal()
    compared = slice(None) if length is None else slice(-length, None)
    require_same(expected[compared], offset[compared], what="the PIN", reason="pin")


def _natural(key: TdesKey, card: Ibm3624, count: int) -> str:
    block = bytes.fromhex(card.validation_data.ljust(16, card.pad_character))
    return card.table.digits_of(key.encrypt_ecb(block), count)
