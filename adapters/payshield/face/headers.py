"""Headers out of the fields of a command."""

from __future__ import annotations

from keyexchange.errors import FormatError
from keyexchange.keys import Exportability, ModeOfUse
from keyexchange.tr31 import Header, parse_header

from ..errors import Refusal


def block_header(
    usage: str, letter: str, mode: str, *, key_version_number: str, exportability: str, optional_blocks: str
) -> Header:
    """A header from a command's fields, each checked with its own code."""
    if optional_blocks != "00":
        raise Refusal("AB")
    if mode not in ModeOfUse.__members__:
        raise Refusal("A8")
    if exportability not in Exportability.__members__:
        raise Refusal("AA")
    header = Header("1", usage, letter, mode, key_version_number, exportability)
    try:
        parse_header(header.text(0))
    except FormatError:
        raise Refusal("A9" if not key_version_number.isalnum() else "A6") from None
    return header
