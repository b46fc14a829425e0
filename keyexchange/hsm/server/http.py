"""The HTTP port of the software HSM: accepts connections, and ends them when the server stops.

Written on the parser, because a server made for any application takes as long for a request as its whole answer does.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress
from functools import partial

from keyexchange.hsm.server.connection import Answer, Connection, Limits, Open

MAXIMUM_CONNECTIONS = 256
"""Open at once; requests on more are answered with 503."""
_STOP_SECONDS = 5.0
_PAUSE_SECONDS = 1.0
"""After the system has refused to accept: it has no file descriptors left."""


class HttpServer:
    """Serves a bound socket that processes may share.

    Each accepts one connection in a turn of its loop, so that none takes them all.

    Args:
        answer: answers a request; raises nothing.
        tls: the server's context; None for plain HTTP.
        limits: how long peers may take.
    """

    def __init__(self, answer: Answer, *, tls: ssl.SSLContext | None = None, limits: Limits | None = None) -> None:
        self._open = Open(answer, limits or Limits(), MAXIMUM_CONNECTIONS)
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        self._listening: socket.socket | None = None
        self._pause: asyncio.TimerHandle | None = None
        self._greeting: set[asyncio.Task[None]] = set()

    def start(self, listening: socket.socket) -> None:
        """Accept connections from now on."""
        listening.setblocking(False)
        self._listening = listening
        self._loop.add_reader(listening.fileno(), self._accept)

    def _accept(self) -> None:
        assert self._listening is not None
        try:
            accepted, _ = self._listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # another process was faster, or the peer has left
        except OSError:
            self._loop.remove_reader(self._listening.fileno())
            self._pause = self._loop.call_later(_PAUSE_SECONDS, self.start, self._listening)
            return
        accepted.setblocking(False)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = self._loop.create_task(self._greet(accepted))
        self._greeting.add(task)
        task.add_done_callback(partial(self._greeted, accepted))

    async def _greet(self, accepted: socket.socket) -> None:
        timeout = self._open.limits.head if self._tls else None
        with suppress(OSError):  # the peer does not speak TLS, not with us, or has left
            await self._loop.connect_accepted_socket(
                lambda: Connection(self._open), accepted, ssl=self._tls, ssl_handshake_timeout=timeout
            )

    def _greeted(self, accepted: socket.socket, task: asyncio.Task[None]) -> None:
        self._greeting.discard(task)
        if task.cancelled():  # perhaps before it began, and nothing else has it then
            accepted.close()

    async def stop(self) -> None:
        """Accept no more, finish the requests at hand and close."""
        self._open.stopping = True
        if self._pause is not None:
            self._pause.cancel()
        if self._listening is not None:
            self._loop.remove_reader(self._listening.fileno())
        for task in self._greeting:
            task.cancel()
        for connection in tuple(self._open.connections):
            connection.end()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_left(), _STOP_SECONDS)
        for connection in tuple(self._open.connections):
            connection.abort()

    async def _all_left(self) -> None:
        while self._open.connections:
            self._open.none_left.clear()
            await self._open.none_left.wait()
