"""hsm: what an operator asks of a software HSM, serving or not."""

from __future__ import annotations

import json
from pathlib import Path

import click

_state_dir = click.option(
    "--state-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("keyexchange-hsm"),
    show_default=True,
    help="Of the software HSM, as `keyexchange serve` was given it.",
)


@click.group("hsm")
def hsm_command() -> None:
    """Look after the software HSM of a state folder.

    \b
    Example:
      keyexchange hsm status --state-dir keyexchange-hsm
    """


@hsm_command.command("status")
@_state_dir
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def status_command(state_dir: Path, as_json: bool) -> None:
    """Say whether it serves, on which database, and its time."""
    from keyexchange.hsm.server.console import ask

    answer = ask(state_dir, "status")
    if as_json:
        click.echo(json.dumps(answer))
        return
    for name, value in answer.items():
        click.echo(f"{name:9} {value}")
