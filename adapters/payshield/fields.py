"""Field kinds that only the payShield's host commands have. See `keyexchange.wire.fields` for the common ones.

Keys are walked by their tag and length, never by searching for a delimiter: RSA key blocks hold raw octets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from keyexchange.wire import Codec, Counted, Cursor, Der, Digits, Hex, MayBeAbsent, Text, malformed

T = TypeVar("T")

UNTAGGED_LENGTH = 16
TAGGED_LENGTHS = {"U": 32, "X": 32, "T": 48, "Y": 48}
BLOCK_TAGS = ("S", "R")
_BLOCK_FLAG = "FFFF"
_HEX = frozenset("0123456789ABCDEF")
_FIRST_OF_KEY = frozenset({*TAGGED_LENGTHS, *BLOCK_TAGS, *_HEX})
_MAC_LENGTH = 4
_IV_DIGITS = (0, 16, 32)
_AES_PIN, _AES_PIN_DIGITS = "J", 32
_PIN_LENGTHS = range(5, 14)


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
class PublicKey:
    """A public key as the HSM authenticated it (EO).

    Args:
        octets: a key block with its tag, or four octets of MAC and the DER.
        block: it is a key block (key-block LMK); else MAC and DER (variant LMK).
        authentication_data: what the MAC covers beside the DER.
    """

    octets: bytes
    block: bool
    authentication_data: str = ""

    def __len__(self) -> int:
        return len(self.octets)

    def __repr__(self) -> str:
        return f"PublicKey(<{len(self)} octets>, block={self.block})"


@dataclass(frozen=True)
class AuthenticatedKey:
    """A public key block, or a MAC, a DER element and authentication data that end at one of these characters.

    A MAC may look like the beginning of a block, but DER does not go on with digits, so the two cannot be mixed up.
    """

    ends: bytes = b";%#\x19"

    def encode(self, value: PublicKey) -> bytes:
        """See `Codec.encode`."""
        if value.block:
            return Block().encode(value.octets)
        mac, der = value.octets[:_MAC_LENGTH], value.octets[_MAC_LENGTH:]
        return mac + Der().encode(der) + TextUntil(self.ends).encode(value.authentication_data)

    def decode(self, cursor: Cursor) -> PublicKey:
        """See `Codec.decode`."""
        head = cursor.peek(6)
        if head[:1] == b"S" and head[2:6].isdigit():
            return PublicKey(Block().decode(cursor), block=True)
        octets = cursor.take(_MAC_LENGTH) + Der().decode(cursor)
        return PublicKey(octets, block=False, authentication_data=TextUntil(self.ends).decode(cursor))


@dataclass(frozen=True)
class After(Generic[T]):
    """A field behind a mark that must be there."""

    mark: str
    field: Codec[T]

    def encode(self, value: T) -> bytes:
        """See `Codec.encode`."""
        return self.mark.encode("ascii") + self.field.encode(value)

    def decode(self, cursor: Cursor) -> T:
        """See `Codec.decode`."""
        if cursor.peek(len(self.mark)) != self.mark.encode("ascii"):
            raise malformed("the delimiter before it is missing")
        cursor.take(len(self.mark))
        return self.field.decode(cursor)


@dataclass(frozen=True)
class HexCounted:
    """A count of octets in so many decimal digits, then the octets as hex digits."""

    digits: int

    def encode(self, value: bytes) -> bytes:
        """See `Codec.encode`."""
        return Counted(self.digits).encode(value)[: self.digits] + value.hex().upper().encode("ascii")

    def decode(self, cursor: Cursor) -> bytes:
        """See `Codec.decode`."""
        count = int(Digits(self.digits).decode(cursor))
        return bytes.fromhex(Hex(2 * count).decode(cursor))


@dataclass(frozen=True)
class ChainedOctets:
    """The end of a reply: hex digits of an initialisation vector if there is one, then counted octets.

    Nothing marks the vector: the count must reach exactly to the end, with a vector or without.
    """

    def encode(self, value: tuple[str, bytes]) -> bytes:
        """See `Codec.encode`."""
        iv, octets = value
        if len(iv) not in _IV_DIGITS:
            raise malformed("its initialisation vector is neither 16 nor 32 hex digits")
        return Hex(len(iv)).encode(iv) + Counted(4, base=16).encode(octets)

    def decode(self, cursor: Cursor) -> tuple[str, bytes]:
        """See `Codec.decode`."""
        for digits in _IV_DIGITS:
            count = f"{max(len(cursor) - digits - 4, 0):04X}".encode("ascii")
            if cursor.peek(digits + 4)[digits:] == count:
                return Hex(digits).decode(cursor), Counted(4, base=16).decode(cursor)
        raise malformed("its length fits with no initialisation vector and with none")


@dataclass(frozen=True)
class Keys:
    """Symmetric keys one after the other, up to something that begins like none."""

    def encode(self, value: tuple[str, ...]) -> bytes:
        """See `Codec.encode`."""
        return b"".join(Key().encode(key) for key in value)

    def decode(self, cursor: Cursor) -> tuple[str, ...]:
        """See `Codec.decode`."""
        found = []
        while cursor.peek(1).decode("latin-1") in _FIRST_OF_KEY:
            found.append(Key().decode(cursor))
        return tuple(found)


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
        bits = int(Digits(4).decode(cursor))
        value = int.from_bytes(cursor.take((bits + 7) // 8), "big")
        if value.bit_length() != bits:
            raise malformed(f"an exponent of {bits} bits does not have so many")
        return value


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
class StoredPin:
    """A PIN as a host holds it: `J` and 32 hex digits under an AES LMK, else L digits, L being a setting of the HSM.

    Nothing marks the end of the digits: they reach as far as the fields behind them allow.
    """

    behind: int
    """Characters of the fields that follow, up to the LMK identifier or the trailer."""

    def encode(self, value: str) -> bytes:
        """See `Codec.encode`."""
        digits = value.removeprefix(_AES_PIN)
        allowed = (_AES_PIN_DIGITS,) if digits != value else _PIN_LENGTHS
        if len(digits) not in allowed:
            raise malformed("it is as long as no PIN under an LMK")
        return (_AES_PIN if digits != value else "").encode("ascii") + Hex(len(digits)).encode(digits)

    def decode(self, cursor: Cursor) -> str:
        """See `Codec.decode`."""
        if cursor.peek(1) == _AES_PIN.encode("ascii"):
            return self._checked(cursor, 1 + _AES_PIN_DIGITS)
        left = cursor.peek(len(cursor))
        end = next((place for place, octet in enumerate(left) if octet in b"%\x19"), len(left))
        return self._checked(cursor, max(end - self.behind, 0))

    def _checked(self, cursor: Cursor, length: int) -> str:
        return self.encode(cursor.take(length).decode("latin-1")).decode("ascii")


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
