"""The console of a serving software HSM: a Unix socket in its state directory, for its owner alone.

One JSON object a line: `{"command": NAME, ...}`, answered by `{"ok": {...}}` or `{"error": MESSAGE, "hint": HINT}`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from keyexchange.errors import ConfigError, KeyExchangeError, UnreachableError
from keyexchange.hsm import upkeep
from keyexchange.hsm.console import perform
from keyexchange.hsm.device import Hsm

_log = logging.getLogger(__name__)

SOCKET = "console"
LONGEST_LINE = 1 << 20
"""Octets of a request or an answer."""
DECLARED_IN = (upkeep,)
"""Modules that declare commands and that nobody else imports."""
ANSWER_SECONDS = 600.0
"""How long a command may take: re-wrapping a large store is the slowest."""


class Console:
    """Serves the console. Start it inside the event loop that serves the faces.

    Args:
        hsm: the device.
        state_dir: where the socket is made.
    """

    def __init__(self, hsm: Hsm, state_dir: Path) -> None:
        self._hsm = hsm
        self._path = state_dir / SOCKET
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Accept connections.

        Raises:
            ConfigError: the socket cannot be made.
        """
        if _is_answered(self._path):
            return  # another process of this state directory has the console; on PostgreSQL there may be several
        with suppress(FileNotFoundError):
            self._path.unlink()  # of a process that was killed
        listening = socket.socket(socket.AF_UNIX)
        try:
            _at(self._path, listening.bind)
            self._path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        except OSError as error:
            listening.close()
            raise ConfigError(f"the console {self._path}: {error.strerror}", hint="check the path's rights") from None
        self._server = await asyncio.start_unix_server(self._connected, sock=listening, limit=LONGEST_LINE)

    async def close(self) -> None:
        """Stop accepting and take the socket away."""
        if self._server is None:
            return
        self._server.close()
        with suppress(FileNotFoundError):
            self._path.unlink()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, ValueError):  # gone away, or a line without end
            if line := await reader.readline():
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                await writer.drain()
        writer.close()

    async def _answer(self, line: bytes) -> Mapping[str, Any]:
        try:
            request = json.loads(line)
            name = request.pop("command")
        except (ValueError, KeyError, AttributeError, TypeError):
            return {"error": "this is no console request", "hint": "use `keyexchange hsm`"}
        try:
            return {"ok": await perform(self._hsm, str(name), request)}
        except KeyExchangeError as error:
            return {"error": error.message, "hint": error.hint}
        except Exception as error:  # the edge: whatever it was, the operator gets an answer; its words may quote data
            _log.error("console command %s: %s", name, type(error).__name__)
            return {
                "error": f"the command failed: {type(error).__name__}",
                "hint": "the serving process's log says more",
            }


def perform_alone(hsm: Hsm, command: str, **members: object) -> Mapping[str, Any]:
    """Carry a command out on a device that nobody serves.

    Raises:
        KeyExchangeError: it refused.
    """
    return asyncio.run(perform(hsm, command, members))


def ask(state_dir: Path, command: str, **members: object) -> Mapping[str, Any]:
    """Ask the process that serves a state directory.

    Raises:
        UnreachableError: none serves it.
        ConfigError: it refused.
    """
    request = json.dumps({"command": command, **members}).encode() + b"\n"
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_SECONDS)
            _at(state_dir / SOCKET, connection.connect)
            connection.sendall(request)
            answer = json.loads(connection.makefile("rb").readline(LONGEST_LINE) or b"null")
    except (OSError, ValueError):
        answer = None
    if answer is None:
        raise UnreachableError(
            f"no software HSM serves {state_dir}", hint="start it with `keyexchange serve --state-dir` and that folder"
        ) from None
    if "error" in answer:
        raise ConfigError(str(answer["error"]), hint=str(answer["hint"]))
    found: Mapping[str, Any] = answer["ok"]
    return found


def _is_answered(path: Path) -> bool:
    """Whether a process accepts connections there."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        try:
            _at(path, connection.connect)
        except OSError:
            return False
    return True


def _at(path: Path, use: Any) -> None:
    """Use a socket's address through its folder's descriptor: an address may have 107 octets only, a path more."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        use(f"/proc/self/fd/{folder}/{path.name}")
    finally:
        os.close(folder)
