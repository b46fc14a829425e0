"""Options that commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_JOURNAL = Path("keyexchange-runs")


def journal_option(command: F) -> F:
    """--journal: the folder of the journal."""
    return click.option(
        "--journal",
        "journal_dir",
        type=click.Path(path_type=Path, file_okay=False),
        default=DEFAULT_JOURNAL,
        show_default=True,
        envvar="KEYEXCHANGE_JOURNAL",
        help="Folder of the journal: the memory and the evidence of all runs.",
    )(command)


def sides_options(command: F) -> F:
    """What to run: --kdh, --krd, -c, --protocol, --simulate."""
    for option in reversed(
        (
            click.option("--kdh", metavar="SIDE", help="Who sends: the name of an adapter, such as payshield."),
            click.option("--krd", metavar="SIDE", help="Who receives, such as apc."),
            click.option(
                "-c",
                "--config",
                "config_file",
                type=click.Path(path_type=Path, dir_okay=False),
                help="The reviewed file [default: ./keyexchange.json, else ./input_config.json].",
            ),
            click.option(
                "--protocol",
                type=click.Choice(["tr34", "tr31", "rsa", "ecdh"]),
                help="tr34: the KEK; tr31: the listed keys, under a KEK of both sides; rsa, ecdh: each listed key by "
                "itself, or the KEK when none is listed [default: the KEK by TR-34 if need be, then TR-31].",
            ),
            click.option(
                "--simulate",
                is_flag=True,
                help="Both sides are simulators on loopback ports, with a sample of keys unless -c names a file.",
            ),
        )
    ):
        command = option(command)
    return command
