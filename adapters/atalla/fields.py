"""Field kinds of the Atalla's host commands: text up to a `#`, which every field has behind it, the last too.

White space around a field is dropped when it is read: AWS's TR-34 script pastes a file with its line ends into a
command. A value that does not fit is a `FieldError`, which knows the device's own error number for it.

Source: Koekiebox-BV/Fluid: TestAtallaFraming, which quotes the AT1000 command reference manual (reserved characters,
empty fields); aws-samples/samples-for-payment-cryptography-service, key_exchange/hsm/atalla (line ends in a field).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

from keyexchange.errors import FormatError
from keyexchange.wire import Codec, Cursor, MayBeAbsent, Text

from . import akb

T = TypeVar("T")

MARK = b"#"
RESERVED = frozenset("<>#^")
LONGEST_FIELD = 32_000
"""Characters. The manual allows 5000 for a command, which a private key of 3072 bits would not fit into."""
BAD_LENGTH, BAD_CHARACTER, BAD_VALUE, WRONG_COUNT = "01", "02", "03", "04"
_FREE = Text.alphabet - RESERVED
_HINT = "compare it with the command's fields; `#`, `<`, `>` and `^` cannot stand in a field"


class FieldError(FormatError):
    """A field that is not what its command has there.

    Args:
        why: for a person; without the field's content.
        code: the device's error number for it, two digits.
        field: which, from 1; 0 while nobody has said.
    """

    def __init__(self, why: str, code: str, field: int = 0) -> None:
        super().__init__(why, category="command", hint=_HINT)
        self.code = code
        self.field = field


@dataclass(frozen=True)
class Free:
    """Printable characters but the reserved ones.

    Args:
        longest, shortest: characters.
    """

    longest: int = LONGEST_FIELD
    shortest: int = 0

    def encode(self, value: str) -> bytes:
        """See `Codec.encode`."""
        return self.checked(value).encode("ascii") + MARK

    def decode(self, cursor: Cursor) -> str:
        """See `Codec.decode`."""
        return self.checked(take(cursor))

    def checked(self, value: str) -> str:
        """The value, when it fits.

        Raises:
            FieldError: it does not.
        """
        if not self.shortest <= len(value) <= self.longest:
            raise FieldError(f"it does not have {self.shortest} to {self.longest} characters", BAD_LENGTH)
        if not _FREE.issuperset(value):
            raise FieldError("it holds a reserved character, or one that is not printable", BAD_CHARACTER)
        return value


@dataclass(frozen=True)
class Matching(Free):
    """Text of one form.

    Args:
        form: regular expression of the whole.
        kind: the form in words.
    """

    form: str = ""
    kind: str = ""

    def checked(self, value: str) -> str:
        """See `Free.checked`."""
        if re.fullmatch(self.form, super().checked(value)) is None:
            raise FieldError(f"it is not {self.kind}", BAD_VALUE)
        return value


@dataclass(frozen=True)
class OneOf(Free):
    """One of a few values."""

    values: tuple[str, ...] = ()

    def checked(self, value: str) -> str:
        """See `Free.checked`."""
        if value not in self.values:
            raise FieldError(f"it is none of {', '.join(v or '(empty)' for v in self.values)}", BAD_VALUE)
        return value


def one_of(*values: str) -> OneOf:
    """One of these."""
    return OneOf(values=values)


def digits(shortest: int, longest: int) -> Matching:
    """So many decimal digits, as text."""
    return Matching(longest, shortest, form="[0-9]*", kind="decimal digits")


def hexadecimal(shortest: int, longest: int) -> Matching:
    """So many hexadecimal digits, as text."""
    return Matching(longest, shortest, form="[0-9A-Fa-f]*", kind="hexadecimal digits")


HEADER = Matching(8, 8, form="[13][A-Za-z0-9]{7}", kind="an AKB header")
CHECK_DIGITS = hexadecimal(4, 16)


@dataclass(frozen=True)
class Octets:
    """Octets, written as hexadecimal digits of either case, upper case by us.

    Args:
        longest, shortest: octets.
    """

    longest: int = LONGEST_FIELD // 2
    shortest: int = 0

    def encode(self, value: bytes) -> bytes:
        """See `Codec.encode`."""
        return self._checked(value).hex().upper().encode("ascii") + MARK

    def decode(self, cursor: Cursor) -> bytes:
        """See `Codec.decode`."""
        text = hexadecimal(0, LONGEST_FIELD).checked(take(cursor))
        if len(text) % 2:
            raise FieldError("it has an odd number of hexadecimal digits", BAD_LENGTH)
        return self._checked(bytes.fromhex(text))

    def _checked(self, value: bytes) -> bytes:
        if not self.shortest <= len(value) <= self.longest:
            raise FieldError(f"it does not have {self.shortest} to {self.longest} octets", BAD_LENGTH)
        return value


@dataclass(frozen=True)
class Position(MayBeAbsent):
    """A decimal number, or nothing.

    Args:
        prefix: written in front; AWS's script writes a 0 before the first of three positions, so that is how it is
            known to work.
    """

    prefix: str = ""

    def encode(self, value: int | None) -> bytes:
        """See `Codec.encode`."""
        return MARK if value is None else digits(1, 6).encode(f"{self.prefix}{value}")

    def decode(self, cursor: Cursor) -> int | None:
        """See `Codec.decode`."""
        text = digits(0, 6).checked(take(cursor))
        return int(text) if text else None


@dataclass(frozen=True)
class Key(Free):
    """An Atalla key block.

    Args:
        optional: the field may be empty.
        specification: instead of a key, `G`, a header, a comma and a number of octets may ask for a new one. Source:
            a public C client of a card switch (`hsm_atalla.h`).
    """

    optional: bool = False
    specification: bool = False

    def checked(self, value: str) -> str:
        """See `Free.checked`."""
        super().checked(value)
        fits = (
            akb.looks_like_akb(value)
            or (self.optional and not value)
            or (self.specification and akb.read_specification(value) is not None)
        )
        if not fits:
            raise FieldError("it is not an Atalla key block", BAD_VALUE)
        return value


@dataclass(frozen=True)
class IfMore(MayBeAbsent, Generic[T]):
    """A field at the end that may be missing. None then."""

    field: Codec[T]

    def encode(self, value: T | None) -> bytes:
        """See `Codec.encode`."""
        return b"" if value is None else self.field.encode(value)

    def decode(self, cursor: Cursor) -> T | None:
        """See `Codec.decode`."""
        return self.field.decode(cursor) if len(cursor) else None


@dataclass(frozen=True)
class Others:
    """All fields that are left, as texts."""

    def encode(self, value: tuple[str, ...]) -> bytes:
        """See `Codec.encode`."""
        return b"".join(Free().encode(text) for text in value)

    def decode(self, cursor: Cursor) -> tuple[str, ...]:
        """See `Codec.decode`."""
        octets = cursor.take_rest()
        if octets and not octets.endswith(MARK):
            raise FieldError("its end mark is missing", WRONG_COUNT)
        return tuple(Free().checked(text) for text in octets.decode("latin-1").split("#")[:-1])


def take(cursor: Cursor) -> str:
    """The text up to the next mark, without white space around it.

    Raises:
        FieldError: there is no mark.
    """
    length = cursor.peek(len(cursor)).find(MARK)
    if length < 0:
        raise FieldError("its end mark is missing", WRONG_COUNT)
    text = cursor.take(length).decode("latin-1")
    cursor.take(1)
    return text.strip(" \t\r\n")
