"""inspect: what is in a block, a token or a certificate, in the standard's words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from keyexchange.inspection import Explainer, Fields, ProtectionKey, Written


@click.command("inspect")
@click.argument("block", default="-")
@click.option(
    "--kbpk", metavar="REF", help="Verify a TR-31 block with the key that env:NAME or file:PATH names, in hex."
)
@click.option(
    "--kbpk-algorithm",
    type=click.Choice(["TDES", "AES"]),
    help="Algorithm of that key [default: whatever the block's version takes].",
)
@click.option("--json", "as_json", is_flag=True, help="The fields as JSON; a list when there are several objects.")
def inspect_command(block: str, kbpk: str | None, kbpk_algorithm: str | None, as_json: bool) -> None:
    """Explain a TR-31 block, a TR-34 token, a certificate, request or revocation list, or a vendor's key.

    BLOCK is the text itself, the path of a file, or - for standard input; as it is, in hexadecimal, base64 or PEM. No
    key is needed. With --kbpk a TR-31 block is verified and its key's check value shown, never the key.

    \b
    Examples:
      keyexchange inspect B0080B0TX00S0000BCCB395544093D66FE8296DFBFBE3D6268FBA63FDE5363CB86580BD21879C901
      keyexchange inspect block.txt --kbpk file:kek.hex
    """
    from keyexchange.cli.material import material
    from keyexchange.inspection import read

    protection = _protection(kbpk, kbpk_algorithm)
    explained = [_fields(written, protection) for written in read(material(block))]
    if as_json:
        documents = [_document(fields) for fields in explained]
        click.echo(json.dumps(documents[0] if len(documents) == 1 else documents, indent=2))
        return
    click.echo("\n\n".join(_text(fields) for fields in explained))


def _protection(kbpk: str | None, algorithm: str | None) -> ProtectionKey | None:
    from keyexchange.inspection import protection_key
    from keyexchange.references import resolve

    return protection_key(resolve(kbpk), algorithm) if kbpk else None


def _fields(written: Written, protection: ProtectionKey | None) -> Fields:
    from keyexchange.errors import UnsupportedError
    from keyexchange.inspection import recognise

    explainer = recognise(written, vendor_explainers())
    if protection is None:
        return explainer.explain(written)
    if explainer.verify is None:
        raise UnsupportedError(
            f"this is a {explainer.name}, and --kbpk verifies TR-31 blocks only",
            hint="leave --kbpk away to see its fields",
        )
    return explainer.verify(written, protection)


def vendor_explainers() -> tuple[Explainer, ...]:
    """Every vendor's formats."""
    from keyexchange import registry

    return tuple(
        explainer
        for name in registry.names(registry.EXPLAINERS)
        for explainer in registry.load(registry.EXPLAINERS, name)
    )


def _document(fields: Fields) -> dict[str, str | list[str]]:
    """A name that comes more than once has a list of values."""
    document: dict[str, str | list[str]] = {}
    for shown, value in fields:
        name = shown.strip()  # indented where it is part of an optional block
        if name not in document:
            document[name] = value
            continue
        earlier = document[name]
        document[name] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
    return document


def _text(fields: Fields) -> str:
    width = max(len(name) for name, _ in fields)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in fields)
