"""schema: the JSON Schema of the reviewed file."""

from __future__ import annotations

import json

import click


@click.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of the reviewed file, for editors and reviews.

    \b
    Example:
      keyexchange schema > keyexchange.schema.json
    """
    from keyexchange import config

    click.echo(json.dumps(config.schema(), indent=2))
