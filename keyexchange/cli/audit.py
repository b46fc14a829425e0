"""hsm audit: the software HSM's audit trail, read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from keyexchange.cli.upkeep import state_dir_option

_AGO = re.compile(r"([0-9]{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _since(_context: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    """A moment: so long ago, or a date with or without a time; UTC unless it says otherwise."""
    if value is None:
        return None
    ago = _AGO.fullmatch(value)
    try:
        if ago:
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        moment = datetime.fromisoformat(value)
    except (ValueError, OverflowError):
        raise click.BadParameter("write 90s, 30m, 2h, 7d, 2026-01-31 or 2026-01-31T22:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command("audit")
@state_dir_option
@click.option("--since", callback=_since, metavar="TIME", help="No older events: 2h, 7d, or a date and time.")
@click.option("--operation", "operations", multiple=True, metavar="NAME", help="ImportKey, for one. Again for more.")
@click.option("--errors", is_flag=True, help="Only what was refused or failed.")
@click.option("--follow", "following", is_flag=True, help="Go on with the events that come, until interrupted.")
@click.option("--json", "as_json", is_flag=True, help="Whole events, one JSON object a line.")
def audit_command(
    state_dir: Path, since: datetime | None, operations: tuple[str, ...], errors: bool, following: bool, as_json: bool
) -> None:
    """Show who called which control-plane operation, serving or not.

    \b
    Example:
      keyexchange hsm audit --since 2h --errors
    """
    from keyexchange.hsm.audit import Filter, follow, read

    wanted = Filter(since, frozenset(operations), errors)
    with suppress(KeyboardInterrupt):  # how one ends --follow
        for event in (follow if following else read)(state_dir, wanted):
            click.echo(json.dumps(event) if as_json else line(event))


def line(event: Mapping[str, Any]) -> str:
    """An event for a person: when, where, who, what, about which, and how it ended."""
    who = str(event["userIdentity"]["arn"]).partition("::")[2]
    about = ",".join(str(each["ARN"]).rpartition(":")[2] for each in event.get("resources", ()))
    outcome = f"{event['errorCode']}: {event['errorMessage']}" if "errorCode" in event else "ok"
    parts = (event["eventTime"], event["awsRegion"], who, event["eventName"], about or "-", outcome)
    return "  ".join(str(part).replace("\n", " ") for part in parts)
