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
                type=click.Choice(["tr34", "tr31"]),
                help="Only the KEK by TR-34, or only the listed keys by TR-31 [default: whatever the file needs].",
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
