"""The header of an X9.143 / TR-31 key block: 16 fixed characters, then optional blocks. Text in, dataclass out.

Source: ANSI X9.143:2021, 6.2 (fixed header) and 6.3 (optional blocks); the extended optional block length is read and
written as in the standard's published samples: `00`, the number of length characters `04`, then four hex digits.

Codes that are letters must be in the standard's tables; numeric codes are proprietary: read, carried, never written
unless `Header.proprietary` says that the caller means it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

from keyexchange.errors import FormatError
from keyexchange.keys import Algorithm, Exportability, KeyUsage, ModeOfUse

FIXED_LENGTH = 16
_USAGES = frozenset(KeyUsage.__members__)
_ALGORITHMS = frozenset(Algorithm.__members__)
_MODES = frozenset(ModeOfUse.__members__)
_EXPORTABILITIES = frozenset(Exportability.__members__)
_DIGITS = frozenset("0123456789")
_UPPER = _DIGITS | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_ALNUM = _UPPER | frozenset("abcdefghijklmnopqrstuvwxyz")
_HEX = frozenset("0123456789ABCDEF")
_LONGEST_SHORT_FORM = 0xFF
_HEAD, _EXTENDED_HEAD = 4, 10
"""Characters of id and length."""


@dataclass(frozen=True)
class OptionalBlock:
    """One optional block.

    Args:
        block_id: two characters, such as "KS".
        data: printable ASCII, without id and length.
        extended: its length has the extended form, also where the short one would do. Two blocks are equal all the
            same; the MAC covers what stands there.
    """

    block_id: str
    data: str
    extended: bool = field(default=False, compare=False)

    def text(self) -> str:
        """Id, length, data: the short form up to 255 characters unless it is extended, else the extended form."""
        short = 4 + len(self.data)
        if short <= _LONGEST_SHORT_FORM and not self.extended:
            return f"{self.block_id}{short:02X}{self.data}"
        return f"{self.block_id}0004{10 + len(self.data):04X}{self.data}"


@dataclass(frozen=True)
class Header:
    """The fields of a key block header, as the codes that stand there.

    Args:
        version_id: A, B, C or D.
        key_usage: two characters, X9.143:2021 table 2.
        algorithm: one character, table 3.
        mode_of_use: one character, table 4.
        key_version_number: two characters; "00" unused, "c" and a digit a component.
        exportability: E, N or S.
        optional_blocks: in their order.
        reserved: two characters, "00".
    """

    version_id: str
    key_usage: str
    algorithm: str
    mode_of_use: str
    key_version_number: str = "00"
    exportability: str = "E"
    optional_blocks: tuple[OptionalBlock, ...] = ()
    reserved: str = "00"

    @property
    def proprietary(self) -> tuple[str, ...]:
        """The names of fields that hold a numeric, proprietary code."""
        fields = ("key_usage", "algorithm", "mode_of_use", "exportability")
        return tuple(name for name in fields if getattr(self, name)[:1] in _DIGITS)

    @property
    def length(self) -> int:
        """How many characters the header takes."""
        if not self.optional_blocks:
            return FIXED_LENGTH
        return FIXED_LENGTH + sum(len(block.text()) for block in self.optional_blocks)

    def text(self, length: int) -> str:
        """The header's characters for a block of `length` characters in all."""
        fixed = (
            f"{self.version_id}{length:04d}{self.key_usage}{self.algorithm}{self.mode_of_use}"
            f"{self.key_version_number}{self.exportability}{len(self.optional_blocks):02d}{self.reserved}"
        )
        if not self.optional_blocks:
            return fixed
        return fixed + "".join(block.text() for block in self.optional_blocks)

    def padded(self, multiple: int) -> Header:
        """The same header with a PB block, when its optional blocks do not fill a multiple of the cipher's block.

        A PB block that stands last already is replaced when it no longer fits, else kept as it is.
        """
        blocks = self.optional_blocks
        if (self.length - FIXED_LENGTH) % multiple == 0:
            return self
        if blocks[-1].block_id == "PB":
            blocks = blocks[:-1]
        missing = -sum(len(block.text()) for block in blocks) % multiple
        if missing:
            missing += multiple if missing < 4 else 0
            blocks = (*blocks, OptionalBlock("PB", "0" * (missing - 4)))
        return replace(self, optional_blocks=blocks)


def parse_header(text: str) -> tuple[Header, int]:
    """Read a header from the beginning of a text; the length field is not looked at.

    Returns:
        The header and how many characters it takes.

    Raises:
        FormatError: categories header_malformed, optional_block.
    """
    if len(text) < FIXED_LENGTH:
        raise _malformed("it is shorter than 16 characters")
    header = _fixed(text[0], text[5:FIXED_LENGTH])
    count = text[12:14]
    if count == "00":
        return header, FIXED_LENGTH
    blocks, end = _parse_optional_blocks(text, int(count))
    return replace(header, optional_blocks=blocks), end


@lru_cache(maxsize=1024)
def _fixed(version_id: str, fields: str) -> Header:
    """The fixed fields but for the length; cached, because the keys of a migration share a few headers."""
    usage, algorithm, mode, version_number = fields[:2], fields[2], fields[3], fields[4:6]
    exportability, count, reserved = fields[6], fields[7:9], fields[9:]
    if version_id not in _UPPER:
        raise _malformed("the version id is not a letter or digit")
    _require_code("key usage", usage, _USAGES)
    _require_code("algorithm", algorithm, _ALGORITHMS)
    _require_code("mode of use", mode, _MODES)
    _require_code("exportability", exportability, _EXPORTABILITIES)
    if not _ALNUM.issuperset(version_number):
        raise _malformed("the key version number is not alphanumeric")
    if not _DIGITS.issuperset(count):
        raise _malformed("the number of optional blocks is not decimal")
    if not _ALNUM.issuperset(reserved):
        raise _malformed("the reserved field is not alphanumeric")
    return Header(version_id, usage, algorithm, mode, version_number, exportability, (), reserved)


def _parse_optional_blocks(text: str, count: int) -> tuple[tuple[OptionalBlock, ...], int]:
    blocks: list[OptionalBlock] = []
    position = FIXED_LENGTH
    for number in range(1, count + 1):
        block_id = text[position : position + 2]
        if len(block_id) < 2 or not _UPPER.issuperset(block_id):
            raise _bad_block(number, "has no valid id")
        if blocks and blocks[-1].block_id == "PB":
            raise _bad_block(number, "follows the padding block, which must be the last")
        start, end = _extent(text, position, number)
        data = text[start:end]
        if not (data.isascii() and data.isprintable()):
            raise _bad_block(number, "holds characters that are not printable ASCII")
        blocks.append(OptionalBlock(block_id, data, start - position == _EXTENDED_HEAD))
        position = end
    return tuple(blocks), position


def _extent(text: str, position: int, number: int) -> tuple[int, int]:
    """Where the data of the optional block at `position` begin and end."""
    length, head = _hex(text[position + 2 : position + 4], 2, number), _HEAD
    if length == 0:
        if _hex(text[position + 4 : position + 6], 2, number) != 4:
            raise _bad_block(number, "has an extended length of another size than four digits")
        length, head = _hex(text[position + 6 : position + 10], 4, number), _EXTENDED_HEAD
    if length < head:
        raise _bad_block(number, "says it is shorter than its own id and length")
    if position + length > len(text):
        raise _bad_block(number, "runs past the end")
    return position + head, position + length


def _hex(digits: str, count: int, number: int) -> int:
    if len(digits) != count or not _HEX.issuperset(digits):
        raise _bad_block(number, "has a length that is not hexadecimal")
    return int(digits, 16)


def _require_code(name: str, code: str, table: frozenset[str]) -> None:
    if code not in table and not (code[0] in _DIGITS and _UPPER.issuperset(code)):
        raise _malformed(f"the {name} is not one of X9.143")


def _malformed(why: str) -> FormatError:
    return FormatError(f"key block header: {why}", category="header_malformed")


def _bad_block(number: int, why: str) -> FormatError:
    return FormatError(f"key block header: optional block {number} {why}", category="optional_block")
