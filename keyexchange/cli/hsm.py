"""hsm: what an operator asks of a software HSM, serving or not."""

from __future__ import annotations

from pathlib import Path

import click

from keyexchange.cli import approvals, upkeep
from keyexchange.cli.audit import audit_command
from keyexchange.cli.upkeep import json_option, show, state_dir_option


@click.group("hsm")
def hsm_command() -> None:
    """Look after the software HSM of a state folder.

    \b
    Example:
      keyexchange hsm status --state-dir keyexchange-hsm
    """


for command in (*upkeep.COMMANDS, *approvals.COMMANDS, audit_command):
    hsm_command.add_command(command)


@hsm_command.command("status")
@state_dir_option
@json_option
def status_command(state_dir: Path, as_json: bool) -> None:
    """Say whether it serves, on which database, its time, and how its main keys stand."""
    from keyexchange.hsm.server.console import ask

    show(ask(state_dir, "status"), as_json)
