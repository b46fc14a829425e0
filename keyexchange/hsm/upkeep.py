"""The console's commands for main keys, backups and the clock."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from keyexchange.errors import ConfigError
from keyexchange.hsm.clock import MovableClock
from keyexchange.hsm.console import Answer, Request, console_command
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.main_keys import rotate
from keyexchange.secret import Secret


@console_command("rotate")
async def rotate_main_keys(hsm: Hsm, request: Request) -> Answer:
    """New main keys. Members: `region` and `profile`, whether each of them is meant."""
    region, profile = bool(request.get("region")), bool(request.get("profile"))
    done = await rotate(hsm.keeping, region=region, profile=profile)
    rotated = [name for name, meant in (("region", region), ("profile", profile)) if meant]
    return {
        "rotated": rotated,
        "generation": hsm.keeping.profile.number,
        "blocks": done.blocks,
        "unreadable": done.unreadable,
    }


@console_command("backup")
async def write_backup(hsm: Hsm, request: Request) -> Answer:
    """A backup. Members: `path`, absolute; `passphrase`; `replace`, whether an older file may be replaced."""
    from keyexchange.hsm.backup import back_up  # noqa: PLC0415  # a server starts without it

    path = Path(str(request["path"]))
    passphrase = Secret(str(request["passphrase"]).encode())
    count = await back_up(hsm.keeping, path, passphrase, replace=bool(request.get("replace")))
    return {"path": str(path), "rows": count}


@console_command("clock")
async def move_clock(hsm: Hsm, request: Request) -> Answer:
    """Time passes. Members: `seconds`, how many."""
    if not isinstance(hsm.clock, MovableClock):
        raise ConfigError("this software HSM has the machine's time", hint="serve it with --movable-clock")
    hsm.clock.advance(timedelta(seconds=float(request["seconds"])))
    return {"time": hsm.now().isoformat(), "ahead": str(hsm.clock.ahead)}
