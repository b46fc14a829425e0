"""Tokens: two characters of name, the value, a semicolon. Codecs of their values, and of tokens that may be absent.

A codec raises `TokenError`, which knows the number that an HSM would answer with. Values are ASCII and hold no `;`, `[`
or `]`; octets are hexadecimal, written in upper case and read in either.

Source: AWS samples-for-payment-cryptography-service, key_exchange/hsm/futurex/commands.py.
"""

from __future__ import annotations

import string
from dataclasses import MISSING, dataclass
from typing import Any, Generic, TypeVar

from keyexchange.errors import FormatError
from keyexchange.wire import Codec, Cursor, MayBeAbsent, wire

T = TypeVar("T")

END = b";"
NAME_LENGTH = 2
PRINTABLE = frozenset(map(chr, range(0x20, 0x7F))) - frozenset(";[]")
DIGITS = frozenset(string.digits)
HEX = frozenset(string.digits + "ABCDEF")
LONGEST_NAME = 64
"""X.520's limit for a common name."""

_OUT_OF_RANGE, _INVALID_CHARACTER, _WRONG_VALUE, _MISSING = "01", "02", "03", "04"


class TokenError(FormatError):
    """A token that cannot be read or written; the message names neither.

    Args:
        number: two digits of the HSM's list of errors.
        place: number of the token in the command, two digits; "00" where that is not known.
    """

    def __init__(self, why: str, number: str, place: str = "00") -> None:
        super().__init__(why, category="command", hint="check that both ends speak this command in the same version")
        self.number = number
        self.place = place


def missing() -> TokenError:
    """A token that has to be there is not."""
    return TokenError("it is missing", _MISSING)


@dataclass(frozen=True)
class Chars:
    """Text of some characters.

    Args:
        alphabet: which.
        least, most: how many.
        among: when given, the only values allowed.
    """

    alphabet: frozenset[str]
    least: int
    most: int
    among: tuple[str, ...] = ()

    def encode(self, value: str) -> bytes:
        """See `Codec.encode`."""
        return self._checked(value).encode("ascii")

    def decode(self, cursor: Cursor) -> str:
        """See `Codec.decode`."""
        return self._checked(cursor.take_rest().decode("latin-1"))

    def _checked(self, value: str) -> str:
        if not self.alphabet.issuperset(value):
            raise TokenError("it holds a character that it may not hold", _INVALID_CHARACTER)
        if not self.least <= len(value) <= self.most:
            raise TokenError(f"it has not {self.least} to {self.most} characters", _OUT_OF_RANGE)
        if self.among and value not in self.among:
            raise TokenError("it is none of the values that are known", _WRONG_VALUE)
        return value


def digits(least: int, most: int | None = None) -> Chars:
    """Decimal digits; so many, or from so many to so many."""
    return Chars(DIGITS, least, most or least)


def text(most: int) -> Chars:
    """One to so many printable characters."""
    return Chars(PRINTABLE, 1, most)


def one_of(*values: str) -> Chars:
    """One of these."""
    lengths = [len(value) for value in values]
    return Chars(PRINTABLE, min(lengths), max(lengths), values)


@dataclass(frozen=True)
class Octets:
    """Octets as pairs of hex digits.

    Args:
        least, most: how many octets.
    """

    least: int
    most: int

    def encode(self, value: bytes) -> bytes:
        """See `Codec.encode`."""
        return self._checked(value).hex().upper().encode("ascii")

    def decode(self, cursor: Cursor) -> bytes:
        """See `Codec.decode`."""
        read = cursor.take_rest().decode("latin-1").upper()
        if not HEX.issuperset(read):
            raise TokenError("it is not hexadecimal", _INVALID_CHARACTER)
        if len(read) % 2:
            raise TokenError("it ends in half an octet", _OUT_OF_RANGE)
        return self._checked(bytes.fromhex(read))

    def _checked(self, value: bytes) -> bytes:
        if not self.least <= len(value) <= self.most:
            raise TokenError(f"it has not {self.least} to {self.most} octets", _OUT_OF_RANGE)
        return value


@dataclass(frozen=True)
class Nothing:
    """A token that says something by being there: True."""

    def encode(self, value: bool) -> bytes:
        """See `Codec.encode`."""
        if not value:
            raise TokenError("a token without value is there or absent, not false", _WRONG_VALUE)
        return b""

    def decode(self, cursor: Cursor) -> bool:
        """See `Codec.decode`."""
        if len(cursor):
            raise TokenError("it has a value", _OUT_OF_RANGE)
        return True


@dataclass(frozen=True)
class Token(Generic[T]):
    """A token on the wire. Its place does not matter: `decode` gets a cursor over its value alone."""

    name: str
    value: Codec[T]

    def encode(self, value: T) -> bytes:
        """See `Codec.encode`."""
        return self.name.encode("ascii") + self.value.encode(value) + END

    def decode(self, cursor: Cursor) -> T:
        """See `Codec.decode`."""
        return self.value.decode(cursor)


@dataclass(frozen=True)
class MaybeToken(MayBeAbsent, Generic[T]):
    """A token that may be absent: None."""

    name: str
    value: Codec[T]

    def encode(self, value: T | None) -> bytes:
        """See `Codec.encode`."""
        return b"" if value is None else Token(self.name, self.value).encode(value)

    def decode(self, cursor: Cursor) -> T | None:
        """See `Codec.decode`."""
        return self.value.decode(cursor)


def token(name: str, value: Codec[T], *, default: Any = MISSING, sensitive: bool = False) -> T:
    """Declare a token that has to be there.

    Args:
        default: what is sent unless told otherwise.
    """
    return wire(Token(name, value), default=default, sensitive=sensitive)


def maybe(name: str, value: Codec[T], *, default: Any = None, sensitive: bool = False) -> T | None:
    """Declare a token that may be absent.

    Args:
        default: what is sent unless told otherwise; one that was not received is None in any case.
    """
    return wire(MaybeToken(name, value), default=default, sensitive=sensitive)
