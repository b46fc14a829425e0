"""Field kinds that only the payShield's host commands have. See `keyexchange.wire.fields` for the common ones.

Keys are walked by their tag and length, never by searching for a delimiter: RSA key blocks hold raw octets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from keyexchange.wire import Codec, Counted, Cursor, Digits, MayBeAbsent, Text, malformed

T = TypeVar("T")

UNTAGGED_LENGTH = 16
TAGGED_LENGTHS = {"U": 32, "X": 32, "T": 48, "Y": 48}
BLOCK_TAGS = ("S", "R")
_BLOCK_FLAG = "FFFF"
_HEX = frozenset("0123456789ABCDEF")


def key_length(head: bytes) -> int:
    """Length of a key field, octets, from its first six. Source: payShield host commands, key scheme tags.

    | tag | what follows |
    |---|---|
    | S, R | a key block; its length is in the four digits after its version |
    | U, X; T, Y | 32; 48 hex digits |
    | none | 16 hex digits |

    Raises:
        FormatError: category command.
    """
    tag = head[:1].decode("latin-1")
    if tag in TAGGED_LENGTHS:
        return 1 + TAGGED_LENGTHS[tag]
    if tag in BLOCK_TAGS:
        digits = head[2:6]
        if len(digits) < 4 or not digits.isdigit():
            raise malformed("it is a key block without a length")
        return 1 + int(digits)
    if tag in _HEX:
        return UNTAGGED_LENGTH
    raise malformed("it begins with no key scheme that is known")


@dataclass(frozen=True)
class Key:
    """A symmetric key with its tag, as text."""

    def encode(self, value: str) -> bytes:
        """See `Codec.encode`."""
        octets = value.encode("ascii", "replace")
        if key_length(octets[:6]) != len(octets):
            raise malformed("it is not a whole key with its scheme tag")
        return self._checked(value).encode("ascii")

    def decode(self, cursor: Cursor) -> str:
        """See `Codec.decode`."""
        return self._checked(cursor.take(key_length(cursor.peek(6))).decode("latin-1"))

    def _checked(self, value: str) -> str:
        tag = value[0]
        body = value[1:] if tag in TAGGED_LENGTHS else value
        alphabet = Text.alphabet if tag in BLOCK_TAGS else _HEX
        if not alphabet.issuperset(body):
            raise malformed("it holds characters that a key has not")
        return value


@dataclass(frozen=True)
class Block:
    """A key block with its tag S, as octets: RSA key blocks are binary."""

    def encode(self, value: bytes) -> bytes:
        """See `Codec.encode`."""
        if value[:1] != b"S" or key_length(value[:6]) != len(value):
            raise malformed("it is not a whole Thales key block")
        return value

    def decode(self, cursor: Cursor) -> bytes:
        """See `Codec.decode`."""
        return self.encode(cursor.take(key_length(cursor.peek(6))))


@dataclass(frozen=True)
class PrivateKey:
    """An RSA private key under the LMK.

    Args:
        octets: the key as the HSM gives it, with its tag if it is a key block.
        block: it is a key block (key-block LMK); else a cryptogram (variant LMK).
    """

    octets: bytes
    block: bool

    def __len__(self) -> int:
        return len(self.octets)

    def __repr__(self) -> str:
        return f"PrivateKey(<{len(self)} octets>, block={self.block})"


@dataclass(frozen=True)
class SizedPrivateKey:
    """`FFFF` and a key block, or a length of four decimal digits and a cryptogram."""

    def encode(self, value: PrivateKey) -> bytes:
        """See `Codec.encode`."""
        if value.block:
            return _BLOCK_FLAG.encode("ascii") + Block().encode(value.octets)
        return Counted(4).encode(value.octets)

    def decode(self, cursor: Cursor) -> PrivateKey:
        """See `Codec.decode`."""
        if cursor.peek(4) == _BLOCK_FLAG.encode("ascii"):
            cursor.take(4)
            return PrivateKey(Block().decode(cursor), block=True)
        return PrivateKey(Counted(4).decode(cursor), block=False)


@dataclass(frozen=True)
class Exponent(MayBeAbsent):
    """A public exponent: its length in bits, four digits, then its octets. Absent when no digit follows: 65537."""

    def encode(self, value: int | None) -> bytes:
        """See `Codec.encode`."""
        if value is None:
            return b""
        bits = value.bit_length()
        return Digits(4).encode(f"{bits:04d}") + value.to_bytes((bits + 7) // 8, "big")

    def decode(self, cursor: Cursor) -> int | None:
        """See `Codec.decode`."""
        if not cursor.peek(1).isdigit():
            return None
        return int.from_bytes(cursor.take((int(Digits(4).decode(cursor)) + 7) // 8), "big")


@dataclass(frozen=True)
class IfMore(MayBeAbsent, Generic[T]):
    """A field that is there only when more than so many octets are left. None when absent."""

    than: int
    field: Codec[T]

    def encode(self, value: T | None) -> bytes:
        """See `Codec.encode`."""
        return b"" if value is None else self.field.encode(value)

    def decode(self, cursor: Cursor) -> T | None:
        """See `Codec.decode`."""
        return self.field.decode(cursor) if len(cursor) > self.than else None


@dataclass(frozen=True)
class TextUntil:
    """Text that ends before one of these characters, or with the message; the character stays."""

    ends: bytes

    def encode(self, value: str) -> bytes:
        """See `Codec.encode`."""
        octets = Text(len(value)).encode(value)
        if set(octets) & set(self.ends):
            raise malformed("it holds a delimiter")
        return octets

    def decode(self, cursor: Cursor) -> str:
        """See `Codec.decode`."""
        left = cursor.peek(len(cursor))
        length = next((i for i, octet in enumerate(left) if octet in self.ends), len(left))
        return Text(length).decode(cursor)
