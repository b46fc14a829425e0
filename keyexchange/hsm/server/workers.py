"""More processes that serve the APC port: for a database that processes share.

The first process binds the port and hands its socket to the others, so each connection goes to whoever accepts it
first. A worker lives as long as its channel to the first process: it ends when that is closed, however the first one
ended. A worker that ends by itself ends everything, because a service that limps is noticed too late.

Secrets that were typed in or given by the caller travel through the channel: not on a command line, nor in the
environment.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

import uvloop

from keyexchange.errors import ConfigError, KeyExchangeError
from keyexchange.hsm.apc import Credentials
from keyexchange.hsm.main_keys import Unlocking
from keyexchange.hsm.server.apc import identities_of, serve_apc
from keyexchange.hsm.server.options import ServeOptions
from keyexchange.secret import Secret

STOP_SECONDS = 15.0
"""How long a worker may take to finish its requests."""

Failed = Callable[[KeyExchangeError], None]
"""Is told why serving cannot go on."""


async def start_workers(options: ServeOptions, listening: socket.socket, stack: AsyncExitStack, failed: Failed) -> None:
    """Start all workers but this process, which is the first; return when they accept connections.

    Raises:
        ConfigError: one did not start.
    """
    workers = [_Worker(options, listening) for _ in range(options.workers - 1)]
    for worker in workers:
        stack.push_async_callback(worker.stop)
        worker.start(options)
    await asyncio.gather(*(worker.ready() for worker in workers))
    for worker in workers:
        worker.watch(failed)


class _Worker:
    """One of them, seen from the first process."""

    def __init__(self, options: ServeOptions, listening: socket.socket) -> None:
        context = multiprocessing.get_context("spawn")  # a forked copy would share the event loop and the database
        self._channel, self._theirs = context.Pipe()
        plain = replace(options, faces={}, credentials=None, unlocking=None)
        self._process: SpawnProcess = context.Process(
            target=_work, args=(plain, listening, self._theirs), name="keyexchange-worker", daemon=True
        )

    def start(self, options: ServeOptions) -> None:
        """Start it, and hand over what is not written anywhere."""
        self._process.start()
        self._theirs.close()
        self._channel.send_bytes(_secrets(options))

    async def ready(self) -> None:
        """Wait until it accepts connections.

        Raises:
            ConfigError: it does not, and why.
        """
        try:
            answer = json.loads(await asyncio.to_thread(self._channel.recv_bytes))
        except (EOFError, OSError):
            raise _ended() from None
        if answer:
            raise ConfigError(answer["error"], hint=answer["hint"])

    def watch(self, failed: Failed) -> None:
        """Tell when it ends by itself."""
        loop = asyncio.get_running_loop()

        def tell() -> None:
            loop.remove_reader(self._process.sentinel)
            failed(_ended())

        loop.add_reader(self._process.sentinel, tell)

    async def stop(self) -> None:
        """End it."""
        if self._process.pid is None:
            return
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._channel.close()
        await asyncio.to_thread(self._process.join, STOP_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            await asyncio.to_thread(self._process.join)
        self._process.close()


def _secrets(options: ServeOptions) -> bytes:
    """What a worker needs and does not find by itself, for its channel alone."""
    found: dict[str, Any] = {}
    if options.unlocking is not None and options.unlocking.answered is not None:
        found["passphrase"] = options.unlocking.answered.reveal().hex()
    if options.credentials is not None:
        given = options.credentials
        found["credentials"] = (given.access_key_id, given.secret_access_key.reveal().hex())
    return json.dumps(found).encode()


def _with_secrets(options: ServeOptions, octets: bytes) -> ServeOptions:
    found = json.loads(octets)
    if "passphrase" in found:
        passphrase = Secret(bytes.fromhex(found["passphrase"]))
        options = replace(options, unlocking=Unlocking(lambda: passphrase))
    if "credentials" in found:
        name, key = found["credentials"]
        options = replace(options, credentials=Credentials(name, Secret(bytes.fromhex(key))))
    return options


def _work(options: ServeOptions, listening: socket.socket, channel: Connection) -> None:
    """A worker's whole life."""
    for number in (signal.SIGTERM, signal.SIGINT):  # a terminal sends them to all processes: the first one decides
        signal.signal(number, signal.SIG_IGN)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(options, listening, channel))
    except KeyExchangeError as error:
        channel.send_bytes(json.dumps({"error": error.message, "hint": error.hint}).encode())
        sys.exit(error.exit_code)


async def _serve(options: ServeOptions, listening: socket.socket, channel: Connection) -> None:
    options = _with_secrets(options, channel.recv_bytes())
    async with AsyncExitStack() as stack:
        await serve_apc(options, identities_of(options), listening, stack)
        channel.send_bytes(b"{}")
        stop = asyncio.Event()
        asyncio.get_running_loop().add_reader(channel.fileno(), stop.set)
        await stop.wait()
        asyncio.get_running_loop().remove_reader(channel.fileno())


def _ended() -> KeyExchangeError:
    return KeyExchangeError(
        "a worker process of the software HSM has ended, so all of it ends",
        hint="start it again; what was answered is kept; the system's log may say who ended it (out of memory?)",
    )
