"""Field codecs: one class, both directions. Vendors add their own kinds beside their commands.

A codec raises FormatError, category command, for a value it cannot write and for octets it cannot read; the message
names neither (the command adds the field's name).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, TypeVar

from keyexchange.wire.cursor import Cursor, malformed

T = TypeVar("T")

_TLV_LONG_FORM = 0x80
_TLV_LENGTH_OCTETS = 4


class Codec(Protocol[T]):
    """One kind of field."""

    def encode(self, value: T) -> bytes:
        """The value on the wire."""

    def decode(self, cursor: Cursor) -> T:
        """Take the value from the cursor."""


class MayBeAbsent:
    """A codec whose value None is written as nothing."""


@dataclass(frozen=True)
class Text:
    """So many printable ASCII characters."""

    length: int
    alphabet: ClassVar[frozenset[str]] = frozenset(map(chr, range(0x20, 0x7F)))
    kind: ClassVar[str] = "printable characters"

    def encode(self, value: str) -> bytes:
        """See `Codec.encode`."""
        return self._checked(value).encode("ascii")

    def decode(self, cursor: Cursor) -> str:
        """See `Codec.decode`."""
        return self._checked(cursor.take(self.length).decode("latin-1"))

    def _checked(self, value: str) -> str:
        if len(value) != self.length or not self.alphabet.issuperset(value):
            raise malformed(f"it is not {self.length} {self.kind}")
        return value


class Digits(Text):
    """So many decimal digits; kept as text, leading zeros and all."""

    alphabet = frozenset("0123456789")
    kind = "decimal digits"


class Hex(Text):
    """So many upper-case hex digits; kept as text."""

    alphabet = frozenset("0123456789ABCDEF")
    kind = "upper-case hex digits"


@dataclass(frozen=True)
class Raw:
    """So many octets of any value."""

    length: int

    def encode(self, value: bytes) -> bytes:
        """See `Codec.encode`."""
        if len(value) != self.length:
            raise malformed(f"it is not {self.length} octets long")
        return value

    def decode(self, cursor: Cursor) -> bytes:
        """See `Codec.decode`."""
        return cursor.take(self.length)


@dataclass(frozen=True)
class Counted:
    """A count of octets in so many digits, then the octets.

    Args:
        digits: how many characters the count has.
        base: 10 or 16.
    """

    digits: int
    base: int = 10

    def encode(self, value: bytes) -> bytes:
        """See `Codec.encode`."""
        count = f"{len(value):0{self.digits}{'X' if self.base == 16 else 'd'}}"
        if len(count) > self.digits:
            raise malformed(f"its length does not fit into {self.digits} digits")
        return count.encode("ascii") + value

    def decode(self, cursor: Cursor) -> bytes:
        """See `Codec.decode`."""
        codec = Hex(self.digits) if self.base == 16 else Digits(self.digits)
        return cursor.take(int(codec.decode(cursor), self.base))


@dataclass(frozen=True)
class Der:
    """One DER element, as long as its own header says; single-octet tag, definite length. The content is not read."""

    def encode(self, value: bytes) -> bytes:
        """See `Codec.encode`."""
        cursor = Cursor(value)
        if self.decode(cursor) != value:
            raise malformed("octets follow the DER element")
        return value

    def decode(self, cursor: Cursor) -> bytes:
        """See `Codec.decode`."""
        head = cursor.peek(2)
        if len(head) < 2:
            raise malformed("the message ends inside a DER header")
        if head[1] < _TLV_LONG_FORM:
            return cursor.take(2 + head[1])
        count = head[1] - _TLV_LONG_FORM
        if not 1 <= count <= _TLV_LENGTH_OCTETS:
            raise malformed("it has a DER length of a form that is not allowed")
        length = int.from_bytes(cursor.peek(2 + count)[2:], "big")
        return cursor.take(2 + count + length)


@dataclass(frozen=True)
class Rest:
    """All octets that are left."""

    def encode(self, value: bytes) -> bytes:
        """See `Codec.encode`."""
        return value

    def decode(self, cursor: Cursor) -> bytes:
        """See `Codec.decode`."""
        return cursor.take_rest()


@dataclass(frozen=True)
class Terminated:
    """Printable ASCII text that ends at a mark; the mark is not part of the value.

    Args:
        mark: one character.
        longest: characters, without the mark.
    """

    mark: str
    longest: int

    def encode(self, value: str) -> bytes:
        """See `Codec.encode`."""
        return (self._checked(value) + self.mark).encode("ascii")

    def decode(self, cursor: Cursor) -> str:
        """See `Codec.decode`."""
        length = cursor.peek(self.longest + 1).find(self.mark.encode("ascii"))
        if length < 0:
            raise malformed("its end mark is missing or too far away")
        value = self._checked(cursor.take(length).decode("latin-1"))
        cursor.take(1)
        return value

    def _checked(self, value: str) -> str:
        if len(value) > self.longest or self.mark in value or not Text.alphabet.issuperset(value):
            raise malformed(f"it is not at most {self.longest} printable characters without its end mark")
        return value


@dataclass(frozen=True)
class Marked(MayBeAbsent, Generic[T]):
    """A field that is there only when its mark is: the optional tails of a command. None when absent.

    Args:
        mark: the character in front.
        field: what follows the mark.
    """

    mark: str
    field: Codec[T]

    def encode(self, value: T | None) -> bytes:
        """See `Codec.encode`."""
        return b"" if value is None else self.mark.encode("ascii") + self.field.encode(value)

    def decode(self, cursor: Cursor) -> T | None:
        """See `Codec.decode`."""
        if cursor.peek(1) != self.mark.encode("ascii"):
            return None
        cursor.take(1)
        return self.field.decode(cursor)
