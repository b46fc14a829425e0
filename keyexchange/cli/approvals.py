"""hsm approvals, approve, deny: the people of the approval teams that a software HSM has been told of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from keyexchange.cli.upkeep import json_option, show, state_dir_option

_session = click.argument("session", metavar="SESSION")


@click.command("approvals")
@state_dir_option
@json_option
def approvals_command(state_dir: Path, as_json: bool) -> None:
    """List what waits for an approval team's decision, oldest first.

    \b
    Example:
      keyexchange hsm approvals
      keyexchange hsm approve 44c76e07-8937-4d7d-bb9a-a646322e2a1e
    """
    from keyexchange.hsm.server.console import ask

    answer = ask(state_dir, "approvals")
    if as_json:
        click.echo(json.dumps(answer))
        return
    for session in answer["sessions"]:
        click.echo(_line(session))
    if not answer["sessions"]:
        click.echo("nothing waits for approval")


@click.command("approve")
@_session
@state_dir_option
@json_option
def approve_command(session: str, state_dir: Path, as_json: bool) -> None:
    """Approve SESSION, an id or its ARN; what waited for it is done."""
    _decide(state_dir, "approve", session, as_json=as_json)


@click.command("deny")
@_session
@state_dir_option
@json_option
def deny_command(session: str, state_dir: Path, as_json: bool) -> None:
    """Deny SESSION, an id or its ARN; what waited for it has failed."""
    _decide(state_dir, "deny", session, as_json=as_json)


COMMANDS = (approvals_command, approve_command, deny_command)


def _decide(state_dir: Path, decision: str, session: str, *, as_json: bool) -> None:
    from keyexchange.hsm.server.console import ask

    show({name: value for name, value in ask(state_dir, decision, session=session).items() if value}, as_json)


def _line(session: Mapping[str, Any]) -> str:
    team = session["team"].rpartition("/")[2]
    asked = f"{session['operation']} {session['subject'] or ''}".rstrip()
    why = f": {session['comment']}" if session["comment"] else ""
    return f"{session['session']}  {session['account']} {session['region']}  {team}  {asked}{why}"
