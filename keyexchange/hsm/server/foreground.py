"""Serving in the foreground, until a signal. On uvloop, which takes less time for a request than plain asyncio."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack

import uvloop

from keyexchange.errors import KeyExchangeError
from keyexchange.hsm.apc import ACCESS_KEY_VARIABLE, REHEARSAL_ACCESS_KEY, REHEARSAL_SECRET_KEY, SECRET_KEY_VARIABLE
from keyexchange.hsm.server.listening import start
from keyexchange.hsm.server.options import ServeOptions

REHEARSAL_NOTE = (
    f"the APC face takes the published rehearsal pair: access key {REHEARSAL_ACCESS_KEY}, secret key "
    f"{REHEARSAL_SECRET_KEY}; set {ACCESS_KEY_VARIABLE} and {SECRET_KEY_VARIABLE} for one of your own"
)


def serve(options: ServeOptions, *, announce: Callable[[str], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; then end cleanly.

    Args:
        announce: gets one line that begins with `ready` once all faces accept connections; standard output when absent.

    Raises:
        ConfigError: as `keyexchange.hsm.server.listening.start`.
        KeyExchangeError: a worker ended by itself.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(options, announce or _print))


async def _serve(options: ServeOptions, announce: Callable[[str], None]) -> None:
    stop, failures = asyncio.Event(), list[KeyExchangeError]()

    def failed(error: KeyExchangeError) -> None:
        failures.append(error)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        addresses = await start(options, stack, failed)
        if addresses.rehearsal_credentials:
            sys.stderr.write(f"{REHEARSAL_NOTE}\n")
        announce(addresses.ready_line())
        await stop.wait()
    for error in failures[:1]:
        raise error


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
