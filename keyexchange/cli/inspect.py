"""inspect: what is in a TR-31 block or a TR-34 token, in the standard's words."""

from __future__ import annotations

import base64
import binascii
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from keyexchange.errors import FormatError


@click.command("inspect")
@click.argument("block", default="-")
@click.option("--json", "as_json", is_flag=True, help="The fields as JSON.")
def inspect_command(block: str, as_json: bool) -> None:
    """Explain one TR-31 block or TR-34 token; no key is needed and nothing is verified.

    BLOCK is the text itself, the path of a file, or - for standard input. A token is taken as hexadecimal, base64, PEM
    or binary.

    \b
    Example:
      keyexchange inspect B0080B0TX00S0000BCCB395544093D66FE8296DFBFBE3D6268FBA63FDE5363CB86580BD21879C901
    """
    fields = _fields(_octets(block))
    if as_json:
        click.echo(json.dumps(dict(fields), indent=2))
        return
    width = max(len(name) for name, _ in fields)
    for name, value in fields:
        click.echo(f"{name:<{width}}  {value}")


def _octets(block: str) -> bytes:
    if block == "-":
        return sys.stdin.buffer.read()
    path = Path(block)
    try:
        return path.read_bytes() if path.is_file() else block.encode()
    except OSError:  # a block is longer than a file name may be
        return block.encode()


def _fields(octets: bytes) -> list[tuple[str, str]]:
    from keyexchange import tr34
    from keyexchange.cli.blocks import describe_block, looks_like_block

    text = octets.strip()
    der = _der(text)
    if der is None and looks_like_block(text):
        return describe_block(text.decode())
    if der is None:
        raise _unknown()
    return [("format", "TR-34 key token"), *tr34.describe(tr34.read(der))]


def _der(text: bytes) -> bytes | None:
    """One whole DER SEQUENCE out of binary, PEM, hexadecimal or base64; None when it is none of these."""
    lines = [line.strip() for line in text.splitlines() if not line.startswith(b"-----")]
    compact = b"".join(b"".join(lines).split())
    for decode in (bytes, binascii.unhexlify, _strict_base64):
        try:
            octets = decode(text if decode is bytes else compact)
        except binascii.Error:
            continue
        if _is_whole_sequence(octets):
            return octets
    return None


def _is_whole_sequence(octets: bytes) -> bool:
    """Tag 30 and a length in the long form that fits: a token is longer than 127 octets."""
    if len(octets) < 4 or octets[0] != 0x30 or not 0x81 <= octets[1] <= 0x84:
        return False
    end = 2 + octets[1] - 0x80
    return len(octets) == end + int.from_bytes(octets[2:end], "big")


def _strict_base64(text: bytes) -> bytes:
    return base64.b64decode(text, validate=True)


def _unknown() -> FormatError:
    from keyexchange.errors import FormatError

    return FormatError(
        "neither a TR-31 block nor a whole TR-34 token",
        category="unknown",
        hint="a TR-31 block begins with A to D and its length; a token is DER in hexadecimal, base64, PEM or binary",
    )
