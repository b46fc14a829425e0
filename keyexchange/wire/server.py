"""The only TCP listener: frames in, a handler's replies out, in order, each in one write.

Some clients read a reply with a single call (AWS's sample scripts do), so a reply must leave in one piece.

A host keeps its connection for days, so silence between messages is no fault. A message that was begun must be
completed in time, and connections beyond a number are closed at once.
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

MESSAGE_SECONDS = 30.0
"""From the first octets of a message to its last."""
MAXIMUM_CONNECTIONS = 256
"""Open at once: more than the ports of an HSM take, fewer than a process may have files."""

_CHUNK = 65536
_log = logging.getLogger(__name__)


class Listener:
    """A listening port. Made by `serve_tcp`.

    Args:
        handler: answers requests.
        framing: makes a framing object; called once per connection.
        message_seconds: how long a message may take to arrive.
        maximum_connections: open at once.
    """

    def __init__(
        self, handler: Handler, framing: Callable[[], Framing], *, message_seconds: float, maximum_connections: int
    ) -> None:
        self._handler = handler
        self._framing = framing
        self._message_seconds = message_seconds
        self._maximum_connections = maximum_connections
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
        if len(self._open) >= self._maximum_connections:
            _log.warning("closed a connection: %d are open", len(self._open))
            writer.close()
            return
        task = asyncio.current_task()
        assert task is not None
        self._open[writer] = task
        try:
            await self._answer(reader, writer)
        except KeyExchangeError as error:
            _log.warning("closed a connection: %s", error.message)
        except TimeoutError:
            _log.warning("closed a connection: a message was begun and not completed")
        except OSError:  # the peer went away; a reset, a broken pipe, a TLS end without goodbye
            _log.debug("a connection ended")
        finally:
            del self._open[writer]
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        framing = self._framing()
        while messages := await self._messages(framing, reader):
            for message in messages:
                writer.write(framing.encode(await self._handler(message)))
                await writer.drain()

    async def _messages(self, framing: Framing, reader: asyncio.StreamReader) -> list[bytes]:
        """What is complete next; nothing at the connection's end.

        Raises:
            TimeoutError: a message was begun and not completed in time.
        """
        messages: list[bytes] = []
        async with asyncio.timeout(None) as limit:
            while not messages:
                if framing.pending and limit.when() is None:
                    limit.reschedule(asyncio.get_running_loop().time() + self._message_seconds)
                octets = await reader.read(_CHUNK)
                if not octets:
                    break
                messages = framing.feed(octets)
        return messages


async def serve_tcp(
    handler: Handler,
    host: str,
    port: int,
    *,
    framing: Callable[[], Framing],
    tls: ssl.SSLContext | None = None,
    message_seconds: float = MESSAGE_SECONDS,
    maximum_connections: int = MAXIMUM_CONNECTIONS,
) -> Listener:
    """Listen on a port in the running loop.

    Args:
        handler: answers one request; called for one request of a connection at a time.
        host: address to bind.
        port: TCP port; 0 for any free one, see `Listener.port`.
        framing: makes a framing object; called once per connection.
        tls: None for plain TCP; see `tls.server_context`.
        message_seconds: how long a message may take to arrive, once begun.
        maximum_connections: open at once; one more is closed.

    Raises:
        OSError: the address cannot be bound.
    """
    listener = Listener(handler, framing, message_seconds=message_seconds, maximum_connections=maximum_connections)
    await listener.start(host, port, tls)
    return listener
