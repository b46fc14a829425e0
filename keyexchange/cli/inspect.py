"""inspect: what is in a TR-31 block or a TR-34 token, in the standard's words."""

from __future__ import annotations

import base64
import binascii
import json
import sys
from pathlib import Path

import click


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
    if looks_like_block(text):
        return describe_block(text.decode())
    return [("format", "TR-34 key token"), *tr34.describe(tr34.read(_der(text)))]


def _der(text: bytes) -> bytes:
    """DER out of binary, PEM, hexadecimal or base64."""
    from keyexchange.errors import FormatError

    if text[:1] == b"\x30" and text[1:2] >= b"\x80":
        return text
    lines = [line for line in text.split() if not line.startswith(b"--")]
    compact = b"".join(lines)
    for decode in (binascii.unhexlify, _strict_base64):
        try:
            return decode(compact)
        except binascii.Error:
            continue
    raise FormatError(
        "neither a TR-31 block nor a TR-34 token",
        category="unknown",
        hint="a TR-31 block begins with A to D and its length; a token is DER in hexadecimal, base64, PEM or binary",
    )


def _strict_base64(text: bytes) -> bytes:
    return base64.b64decode(text, validate=True)
