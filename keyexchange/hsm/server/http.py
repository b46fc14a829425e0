"""uvicorn, bounded: nobody who has not signed a request may make the server keep much, or wait for long.

uvicorn limits neither the head of a request nor the time it takes. The body is bounded where it is read, in
`keyexchange.hsm.apc.http`.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from keyexchange.hsm.apc import Application

LARGEST_HEAD = 64 * 1024
"""Octets of a request that are not its body: request line, header fields, chunk sizes, trailers."""
HEAD_SECONDS = 10.0
"""From a connection's beginning, or a request's first octets, to the end of its head."""
MAXIMUM_CONNECTIONS = 256
"""Open at once; requests on more are answered with 503."""
_KEEP_ALIVE_SECONDS = 5
_STOP_SECONDS = 5


class BoundedProtocol(HttpToolsProtocol):
    """One connection; closed when a head is too large or too slow."""

    head_seconds = HEAD_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._overhead = 0
        self._in_head = True
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `asyncio.Protocol`."""
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`. Looks after the parser has, so one more chunk than allowed may have been taken."""
        self._overhead += len(data)
        super().data_received(data)
        if self._overhead > LARGEST_HEAD:
            self.transport.close()
        elif self._in_head and self._overhead and self._head_timer is None:
            self._start_timer()

    def on_headers_complete(self) -> None:
        """Called by the parser."""
        super().on_headers_complete()
        self._in_head = False
        self._stop_timer()

    def on_body(self, body: bytes) -> None:
        """Called by the parser."""
        super().on_body(body)
        self._overhead = max(0, self._overhead - len(body))

    def on_message_complete(self) -> None:
        """Called by the parser."""
        super().on_message_complete()
        self._overhead = 0
        self._in_head = True  # of the next request

    def _start_timer(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self.transport.close)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


class HttpServer(uvicorn.Server):
    """uvicorn, which tells when it accepts connections and leaves the process's signals alone."""

    def __init__(self, application: Application) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                http=BoundedProtocol,
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                limit_concurrency=MAXIMUM_CONNECTIONS,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_STOP_SECONDS,
            )
        )
        self.accepting = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See `uvicorn.Server`."""
        await super().startup(sockets)
        self.accepting.set()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """See `uvicorn.Server`; the process's signals are the caller's."""
        yield

    async def stop(self, task: asyncio.Task[None]) -> None:
        """Finish the requests at hand and close."""
        self.should_exit = True
        await task
