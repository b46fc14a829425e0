"""What a key block looks like before any key was used: text in, parts out. Source: ANSI X9.143:2021, 6."""

from __future__ import annotations

from binascii import unhexlify
from functools import lru_cache
from typing import NamedTuple

from keyexchange.errors import FormatError
from keyexchange.tr31.binding import VERSIONS, Version
from keyexchange.tr31.header import FIXED_LENGTH, Header, parse_header
from keyexchange.tr31.tolerances import Tolerance, serial_number_habits

_NONE: tuple[Tolerance, ...] = ()
_DECIMAL = "0123456789"
_HEX = frozenset("0123456789ABCDEFabcdef")


_OTHER_FORMATS = {
    "E": "version E is that of ISO 20038, which is not read here: ask the sender for version D",
    "S": "a Thales key block begins with S0 or S1: that is another format",
    **dict.fromkeys(_DECIMAL, "an Atalla key block begins with a digit: that is another format"),
}
"""Hints by the first character."""


class ParsedBlock(NamedTuple):
    """A block's structure, before any key was used: nothing here is authenticated.

    Args:
        header: its fields.
        length: as the length field says, which is the block's length.
        header_text: the characters that the MAC covers.
        ciphertext: encrypted length, key and padding.
        mac: as it stands.
        tolerances: the deviations that show without a key. None is refused here: `unwrap` does that.
    """

    header: Header
    length: int
    header_text: str
    ciphertext: bytes
    mac: bytes
    tolerances: tuple[Tolerance, ...] = ()


def version_of(block: str) -> Version:
    """The version of a block, by its first character.

    Raises:
        FormatError: categories header_malformed, unsupported_version.
    """
    if len(block) < FIXED_LENGTH:
        raise FormatError("the key block is shorter than its header", category="header_malformed")
    version = VERSIONS.get(block[0])
    if version is None:
        raise FormatError(
            "the key block has a version other than A, B, C and D",
            category="unsupported_version",
            hint=_OTHER_FORMATS.get(block[0], "ask the sender for a TR-31 / X9.143 block of version B or D"),
        )
    return version


def parse(block: str) -> ParsedBlock:
    """Read a block's structure; no key is needed and none is used.

    Raises:
        FormatError: categories header_malformed, unsupported_version, length_field, length_mismatch, block_multiple,
            optional_block, mac_malformed, payload_malformed.
    """
    return parse_as(version_of(block), block)


def parse_as(version: Version, block: str) -> ParsedBlock:
    """`parse`, for a caller that has asked for the version already."""
    length = len(block)
    if block[1:5] != _digits(length):
        raise _wrong_length(block[1:5], length)
    if length % version.block:
        raise FormatError(f"the key block's length is not a multiple of {version.block}", category="block_multiple")
    header, end = parse_header(block)
    if (end - FIXED_LENGTH) % version.block:
        raise FormatError("the optional blocks do not fill whole cipher blocks", category="optional_block")
    sealed = block[end:]
    mac_begins = len(sealed) - 2 * version.mac
    if mac_begins < 0:
        raise FormatError("the key block has no room for its MAC", category="mac_malformed")
    try:
        octets = unhexlify(sealed)  # bytes.fromhex would let spaces pass
    except ValueError:
        raise _not_hex(sealed[mac_begins:]) from None
    ciphertext, mac = octets[: -version.mac], octets[-version.mac :]
    if not ciphertext or len(ciphertext) % version.block:
        raise FormatError("the encrypted key does not fill whole cipher blocks", category="payload_malformed")
    habits = serial_number_habits(header) if header.optional_blocks else _NONE
    if sealed.upper() != sealed:
        habits = (Tolerance.LOWER_CASE_HEX, *habits)
    return ParsedBlock(header, length, block[:end], ciphertext, mac, habits)


@lru_cache(maxsize=256)
def _digits(length: int) -> str:
    """The length field; cached, because formatting a number costs more than the rest of a header."""
    return f"{length:04d}"


def _wrong_length(digits: str, length: int) -> FormatError:
    if not (digits.isascii() and digits.isdecimal()):
        return FormatError("the key block's length field is not decimal", category="length_field")
    return FormatError(
        f"the key block says it has {int(digits)} characters and has {length}",
        category="length_mismatch",
        hint="it was cut, or something stands behind it: take it whole, without line breaks",
    )


def _not_hex(mac: str) -> FormatError:
    if _HEX.issuperset(mac):
        return FormatError("the key block's encrypted key is not hexadecimal", category="payload_malformed")
    return FormatError("the key block's MAC is not hexadecimal", category="mac_malformed")
