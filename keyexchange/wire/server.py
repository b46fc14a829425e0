"""The only TCP listener: frames in, a handler's replies out, in order, each in one write.

Some clients read a reply with a single call (AWS's sample scripts do), so a reply must leave in one piece.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable

from keyexchange.errors import KeyExchangeError
from keyexchange.wire.framing import Framing

Handler = Callable[[bytes], Awaitable[bytes]]
"""Turns one request into one reply. A KeyExchangeError means: this is no request; the connection is closed."""

_CHUNK = 65536
_log = logging.getLogger(__name__)


class Listener:
    """A listening port. Made by `serve_tcp`.

    Args:
        handler: answers requests.
        framing: makes a framing object; called once per connection.
    """

    def __init__(self, handler: Handler, framing: Callable[[], Framing]) -> None:
        self._handler = handler
        self._framing = framing
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        """Bind and accept connections.

        Raises:
            OSError: the address cannot be bound.
        """
        self._server = await asyncio.start_server(self._connected, host, port, ssl=tls)

    @property
    def port(self) -> int:
        """The port that was bound, also when 0 was asked for."""
        assert self._server is not None
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def close(self) -> None:
        """Stop accepting, close every connection, and return when all are gone."""
        assert self._server is not None
        self._server.close()
        tasks = list(self._open.values())
        for writer in list(self._open):
            writer.close()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[writer] = task
        try:
            await self._answer(reader, writer)
        except KeyExchangeError as error:
            _log.warning("closed a connection: %s", error.message)
        except OSError:  # the peer went away; a reset, a broken pipe, a TLS end without goodbye
            _log.debug("a connection ended")
        finally:
            del self._open[writer]
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        framing = self._framing()
        while octets := await reader.read(_CHUNK):
            for message in framing.feed(octets):
                writer.write(framing.encode(await self._handler(message)))
                await writer.drain()


async def serve_tcp(
    handler: Handler,
    host: str,
    port: int,
    *,
    framing: Callable[[], Framing],
    tls: ssl.SSLContext | None = None,
) -> Listener:
    """Listen on a port in the running loop.

    Args:
        handler: answers one request; called for one request of a connection at a time.
        host: address to bind.
        port: TCP port; 0 for any free one, see `Listener.port`.
        framing: makes a framing object; called once per connection.
        tls: None for plain TCP; see `tls.server_context`.

    Raises:
        OSError: the address cannot be bound.
    """
    listener = Listener(handler, framing)
    await listener.start(host, port, tls)
    return listener
