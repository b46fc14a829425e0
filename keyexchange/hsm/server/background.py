"""Serving in a thread, for rehearsals inside one process. On uvloop, as in the foreground."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager

import uvloop

from keyexchange.errors import KeyExchangeError
from keyexchange.hsm.server.listening import start
from keyexchange.hsm.server.options import Addresses, ServeOptions


@contextmanager
def running(options: ServeOptions) -> Iterator[Addresses]:
    """Serve in a thread for the length of a `with` block.

    Raises:
        ConfigError: as `serve`.
    """
    worker = _Worker(options)
    worker.start()
    try:
        yield worker.addresses()
    finally:
        worker.stop()


class _Worker:
    """The thread of `running`."""

    def __init__(self, options: ServeOptions) -> None:
        self._options = options
        self._thread = threading.Thread(target=self._run, name="keyexchange-faces", daemon=True)
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._addresses: Addresses | None = None
        self._failure: BaseException | None = None

    def start(self) -> None:
        self._thread.start()
        self._started.wait()

    def addresses(self) -> Addresses:
        if self._failure is not None:
            raise self._failure
        assert self._addresses is not None
        return self._addresses

    def stop(self) -> None:
        if self._loop is not None and self._stop is not None and self._addresses is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        if self._failure is not None and self._addresses is not None:
            raise self._failure  # while it served

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(self._main())
        except BaseException as error:  # handed over to the thread that waits in start()
            self._failure = error
        finally:
            self._started.set()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        async with AsyncExitStack() as stack:
            self._addresses = await start(self._options, stack, self._failed)
            self._started.set()
            await self._stop.wait()

    def _failed(self, error: KeyExchangeError) -> None:
        self._failure = error
        assert self._stop is not None
        self._stop.set()
