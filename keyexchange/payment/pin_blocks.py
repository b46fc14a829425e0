"""Clear PIN blocks: formats 0 to 4 of ISO 9564-1.

All formats begin with a control digit (the format), the PIN's length and the PIN. They differ in what follows and in
how the PAN is tied in:

    0   fill F                          XOR the PAN's rightmost twelve digits without the check digit
    1   random digits                   no PAN
    2   fill F                          no PAN; between terminal and chip card only
    3   random fill A to F              PAN as in format 0
    4   fill A, then 8 random octets    PAN in a block of its own, tied in by encryption (`pin_encryption`)

A block that does not read gives one and the same error, whatever is wrong in it: else whoever may try blocks learns
about PINs from the errors.

Source: ISO 9564-1:2017, 9.3 and 9.4, as PCI's information supplement "Implementing ISO Format 4 PIN Blocks" and IBM's
"PIN block formats" (CCA) describe them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from keyexchange.errors import FormatError
from keyexchange.payment.digits import DECIMAL, HEXADECIMAL, PAN, Field
from keyexchange.payment.pin import Pin
from keyexchange.secret import Secret

_SHORT_PAN = Field("the PAN", "pan", range(1, 20), PAN.hint)
_LETTERS = "abcdef"
_THREE_LETTERS = [f"{a}{b}{c}" for a in _LETTERS for b in _LETTERS for c in _LETTERS]
"""216 of them: an octet below that is three letters, each equally likely; an octet above is thrown away."""


_PIN = {f"{length:x}": slice(2, length + 2) for length in range(4, 13)}
"""By the length as it stands in a block, where the PIN stands."""


def _rightmost_twelve(pan: str) -> int:
    if not 12 <= len(pan) <= 19 or pan.strip(DECIMAL):  # PAN.check, without the call: this runs twice a translation
        raise PAN.refusal()
    return int(pan[-13:-1], 16)


def _pan_field(pan: str) -> int:
    """Format 4's PAN field: the length less twelve, the PAN, zeros."""
    padded = _SHORT_PAN.check(pan).rjust(12, "0")
    return int(f"{len(padded) - 12}{padded}".ljust(32, "0"), 16)


def _fill_f(_given: str | None, count: int) -> str:
    return "f" * count


def _fill_any(given: str | None, count: int) -> str:
    return os.urandom(5).hex()[:count] if given is None else _given_fill(given, count, HEXADECIMAL)


def _fill_letters(given: str | None, count: int) -> str:
    if given is not None:
        return _given_fill(given, count, "abcdefABCDEF")
    fill = ""
    while len(fill) < count:
        fill += "".join([_THREE_LETTERS[octet] for octet in os.urandom(8) if octet < len(_THREE_LETTERS)])
    return fill[:count]


def _fill_a_then_any(given: str | None, count: int) -> str:
    return "a" * count + (os.urandom(8).hex() if given is None else _given_fill(given, 16, HEXADECIMAL))


def _given_fill(given: str, count: int, alphabet: str) -> str:
    if len(given) < count or given.strip(alphabet):
        raise FormatError(
            f"the fill must be {count} digits of those that the format fills with",
            category="pin_fill",
            hint="leave it out to have it drawn at random",
        )
    return given[:count]


class _Kind(NamedTuple):
    """What one format has of its own.

    Args:
        control: the control digit.
        octets: of an encrypted block.
        fill: given digits (or none) and a count -> the digits behind the PIN.
        sound: matches a clear block's hexadecimal digits, when they are a block of this format.
        tie: a PAN -> the number that is tied in by XOR: with the clear block, or with a block of its own in format 4.
    """

    control: str
    octets: int
    fill: Callable[[str | None, int], str]
    sound: re.Pattern[str]
    tie: Callable[[str], int] | None


def _sound(control: str, fillers: str, rest: str = "") -> re.Pattern[str]:
    """Control digit, a length of 4 to 12, so many decimal digits, fill up to the sixteenth digit, and the rest."""
    pins = "|".join(f"{length:x}[0-9]{{{length}}}[{fillers}]{{{14 - length}}}" for length in range(4, 13))
    return re.compile(f"{control}(?:{pins}){rest}")


class PinBlockFormat(StrEnum):
    """The format of a PIN block; its value is the block's control digit."""

    kind: _Kind

    def __new__(cls, control: str, kind: _Kind) -> PinBlockFormat:
        member = str.__new__(cls, control)
        member._value_ = control
        member.kind = kind
        return member

    ISO_0 = "0", _Kind("0", 8, _fill_f, _sound("0", "f"), _rightmost_twelve)
    ISO_1 = "1", _Kind("1", 8, _fill_any, _sound("1", "0-9a-f"), None)
    ISO_2 = "2", _Kind("2", 8, _fill_f, _sound("2", "f"), None)
    ISO_3 = "3", _Kind("3", 8, _fill_letters, _sound("3", "a-f"), _rightmost_twelve)
    ISO_4 = "4", _Kind("4", 16, _fill_a_then_any, _sound("4", "a", "[0-9a-f]{16}"), _pan_field)


class PinLayout:
    """How a PIN lies in a block: the format, and the PAN that is tied in. It prints without the PAN.

    Args:
        pin_format: 0 to 4.
        pan: with the check digit: formats 0 and 3, 12 to 19 digits; format 4, 1 to 19; formats 1 and 2, none, and one
            that is given is left aside. Of a PAN of twelve digits, formats 0 and 3 take eleven and a zero on the left.

    Attributes:
        control: the control digit.
        octets: of an encrypted block.
        tied: the PAN as it is tied in, zero without one.

    Raises:
        FormatError: category pan: missing where the format needs it, or not digits.
    """

    __slots__ = ("_fill", "_sound", "control", "format", "octets", "pan", "tied")

    def __init__(self, pin_format: PinBlockFormat, pan: str | None = None) -> None:
        self.format = pin_format
        self.control, self.octets, self._fill, self._sound, tie = pin_format.kind
        if tie is None:
            self.pan, self.tied = "", 0
        else:
            self.pan = pan or ""
            self.tied = tie(self.pan)

    def __repr__(self) -> str:
        return f"PinLayout({self.format.name})"

    def write(self, digits: str, fill: str | None) -> bytes:
        """The clear block of a PIN's digits; of format 4, the PIN field."""
        count = len(digits)
        text = f"{self.control}{HEXADECIMAL[count]}{digits}{self._fill(fill, 14 - count)}"
        if self.octets == 8:
            return (int(text, 16) ^ self.tied).to_bytes(8, "big")
        return bytes.fromhex(text)

    def read(self, block: bytes) -> str:
        """The PIN's digits out of a clear block; of format 4, out of the PIN field.

        Raises:
            FormatError: category pin_block, for whatever reason.
        """
        text = f"{int.from_bytes(block, 'big') ^ self.tied:016x}" if self.octets == 8 else block.hex()
        if not self._sound.fullmatch(text):
            raise FormatError(
                "the PIN block does not read in this format",
                category="pin_block",
                hint="key, PAN or format is another than when it was made, or the block was changed",
            )
        return text[_PIN[text[1]]]

    def check_length(self, block: bytes) -> None:
        """Refuse a block of another length.

        Raises:
            FormatError: category pin_block_length.
        """
        if len(block) != self.octets:
            raise FormatError(
                f"a PIN block of format {self.control} has {self.octets} octets, not {len(block)}",
                category="pin_block_length",
                hint="formats 0 to 3 have 16 hexadecimal digits, format 4 has 32",
            )


def encode(layout: PinLayout, pin: Pin, *, fill: str | None = None) -> Secret:
    """The clear PIN block, 8 octets; of format 4 the PIN field, 16 octets.

    Args:
        fill: hexadecimal digits to stand where random ones belong (formats 1, 3 and 4), for known answers; too many are
            cut off. Without it they are drawn at random.

    Raises:
        FormatError: category pin_fill: too few digits, or digits that the format does not fill with.
    """
    return Secret(layout.write(pin.reveal(), fill))


def decode(layout: PinLayout, block: Secret) -> Pin:
    """The PIN of a clear PIN block; of format 4, of the PIN field.

    Raises:
        FormatError: categories pin_block_length, pin_block.
    """
    layout.check_length(block.reveal())
    return Pin(layout.read(block.reveal()))
