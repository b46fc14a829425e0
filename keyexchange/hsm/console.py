"""What an operator may ask of a software HSM that is serving: commands by name, each one function.

The console has no wire of its own here: `keyexchange.hsm.server.console` serves it on a Unix socket that only the
state directory's owner can open. Requests and answers are JSON objects; neither ever holds key material. The one secret
that may be in a request is the passphrase of a new backup, which is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version
from typing import Any, TypeVar

from keyexchange.errors import ConfigError
from keyexchange.hsm.device import Hsm

Request = Mapping[str, Any]
Answer = Mapping[str, Any]
ConsoleCommand = Callable[[Hsm, Request], Awaitable[Answer]]
"""Takes the device and the request's members; gives the answer's. Writes in a savepoint of its own and awaits its
commit. Raises a KeyExchangeError to refuse."""

C = TypeVar("C", bound=ConsoleCommand)

COMMANDS: dict[str, ConsoleCommand] = {}
"""The commands that are served, by name."""


def console_command(name: str) -> Callable[[C], C]:
    """Declare a function as a command of the console.

    Raises:
        ValueError: the name is taken.
    """
    if name in COMMANDS:
        raise ValueError(f"the console has a command {name} already")

    def declare(command: C) -> C:
        COMMANDS[name] = command
        return command

    return declare


async def perform(hsm: Hsm, name: str, request: Request) -> Answer:
    """Carry a command out.

    Raises:
        ConfigError: no such command; and what the command raises.
    """
    if name not in COMMANDS:
        raise ConfigError(
            "the serving process does not know this console command",
            hint=f"it knows {', '.join(sorted(COMMANDS))}; is it an older version?",
        )
    return await COMMANDS[name](hsm, request)


@console_command("status")
async def status(hsm: Hsm, _request: Request) -> Answer:
    """Which version serves, on which database, its time, and how its main keys stand."""
    return {
        "version": version("keyexchange"),
        "database": hsm.store.kind,
        "time": hsm.now().isoformat(),
        "protection": hsm.keeping.profile.region.protection.name,
        "generation": hsm.keeping.profile.number,
    }
