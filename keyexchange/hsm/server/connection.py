"""One HTTP connection: octets in, requests out, answers back in order; bounded in size and time.

Laws of this file:

- nobody who has not signed a request may make the server keep much, or wait for long: a head, a body and the pause
  between two requests each have an end, and the head and the body a largest size;
- one request of a connection is answered at a time. Requests that were sent ahead wait, and nothing more is read while
  they do, nor while the peer does not read its answers;
- a connection whose octets cannot be understood is closed: nothing after them is a request.

Source: RFC 9112 (HTTP/1.1); RFC 9110, 10.1.1 (Expect), 9.3.2 (HEAD).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from time import time
from typing import Any

import httptools

from keyexchange.hsm.apc import Origin, Request, Response

LARGEST_HEAD = 64 * 1024
"""Octets of a request that are not its body: request line, header fields, chunk sizes, trailers."""
LARGEST_BODY = 1 << 20
"""Octets. The largest request of the model, an ImportKey with certificates, has less than a tenth of it."""
HEAD_SECONDS = 10.0
"""From a connection's beginning, or a request's first octets, to the end of its head."""
BODY_SECONDS = 30.0
"""From the head of a request to the last octet of its body."""
IDLE_SECONDS = 5.0
"""From an answer to the next request's first octets."""

Answer = Callable[[Request], Awaitable[Response]]

_NEVER = float("inf")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}


@dataclass(frozen=True)
class Limits:
    """How long a peer may take, in seconds."""

    head: float = HEAD_SECONDS
    body: float = BODY_SECONDS
    idle: float = IDLE_SECONDS


@dataclass
class Open:
    """What the connections of one server share.

    Args:
        answer: answers a request; raises nothing.
        limits: how long peers may take.
        most: connections that are served at once; requests on more are answered with 503.
    """

    answer: Answer
    limits: Limits
    most: int
    connections: set[Connection] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    none_left: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, and whether the connection stays open after its answer."""

    request: Request
    keep: bool


class Connection(asyncio.Protocol):
    """One of them."""

    def __init__(self, shared: Open) -> None:
        self._shared = shared
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport = None  # type: ignore[assignment]  # there from `connection_made` on
        self._parser = httptools.HttpRequestParser(self)
        self._origin = Origin()
        self._excess = False
        self._waiting: deque[_Asked] = deque()
        self._answering = False
        self._peer_reads = True
        self._paused = False
        self._deaf = False
        self._ended = False
        self._overhead = 0
        self._reading_body = False
        self._deadline = _NEVER
        self._timer: asyncio.TimerHandle | None = None
        self._url = b""
        self._headers: list[tuple[str, str]] = []
        self._body = bytearray()

    # what the transport says

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `asyncio.Protocol`."""
        self._transport = transport
        self._origin = _origin(transport)
        self._shared.connections.add(self)
        self._excess = len(self._shared.connections) > self._shared.most
        self._until(self._shared.limits.head)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """See `asyncio.Protocol`."""
        self._ended = True
        self._waiting.clear()
        self._shared.connections.discard(self)
        if not self._shared.connections:
            self._shared.none_left.set()
        if self._timer is not None:
            self._timer.cancel()

    def pause_writing(self) -> None:
        """See `asyncio.Protocol`."""
        self._peer_reads = False

    def resume_writing(self) -> None:
        """See `asyncio.Protocol`."""
        self._peer_reads = True
        if not self._answering:
            self._next()

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`. Looks after the parser has, so one more chunk than allowed may have been taken."""
        if self._ended or self._deaf:
            return
        begins = not self._overhead and not self._reading_body
        self._overhead += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._end()  # the request itself is answered; there is no other protocol to go on with
            return
        except httptools.HttpParserError:
            self._end(_NOT_HTTP)
            return
        if self._overhead > LARGEST_HEAD:
            self._close()
        elif len(self._body) > LARGEST_BODY:
            self._end(_TOO_LARGE)
        elif begins and self._overhead and not self._reading_body and not self._answering:
            self._until(self._shared.limits.head)

    # what the parser says

    def on_message_begin(self) -> None:
        """Called by the parser."""
        self._url = b""
        self._headers = []
        self._body = bytearray()

    def on_url(self, url: bytes) -> None:
        """Called by the parser."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser."""
        self._headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Called by the parser."""
        self._reading_body = True
        if self._answering:
            return
        self._until(self._shared.limits.body)
        if any(name == "expect" and value.lower() == "100-continue" for name, value in self._headers):
            self._transport.write(_CONTINUE)

    def on_body(self, body: bytes) -> None:
        """Called by the parser. One octet too much stands for any size above the limit."""
        self._overhead = max(0, self._overhead - len(body))
        if len(self._body) <= LARGEST_BODY:
            self._body += body

    def on_message_complete(self) -> None:
        """Called by the parser."""
        self._overhead = 0
        self._reading_body = False
        if len(self._body) > LARGEST_BODY:
            return  # refused when the parser is done
        path, query = _target(self._url)
        method = self._parser.get_method().decode("latin-1")
        request = Request(method, path, query, tuple(self._headers), bytes(self._body), self._origin)
        self._waiting.append(_Asked(request, self._parser.should_keep_alive()))
        if self._answering:
            self._paused = True
            self._transport.pause_reading()
        else:
            self._next()

    # answering

    def _next(self) -> None:
        """Answer the next request that waits, or wait for one."""
        limits = self._shared.limits
        if not self._peer_reads:
            self._until(limits.body)
        elif self._waiting:
            self._answering = True
            self._deadline = _NEVER
            task = self._loop.create_task(self._answer(self._waiting.popleft()))
            self._shared.tasks.add(task)
            task.add_done_callback(self._shared.tasks.discard)
        elif self._deaf:
            self._close()
        else:
            if self._paused:
                self._paused = False
                self._transport.resume_reading()
            self._until(limits.body if self._reading_body else limits.head if self._overhead else limits.idle)

    async def _answer(self, asked: _Asked) -> None:
        response = _UNAVAILABLE
        try:
            if not self._excess:
                response = await self._shared.answer(asked.request)
        except BaseException:
            self._transport.abort()  # it promised not to; the peer is not to wait for an answer that never comes
            raise
        if self._ended:
            return
        keep = asked.keep and not self._excess and not self._shared.stopping
        self._transport.write(_octets(response, keep=keep, with_body=asked.request.method != "HEAD"))
        self._answering = False
        if keep:
            self._next()
        else:
            self._close()

    def _end(self, refusal: Response | None = None) -> None:
        """Hear no more, and close when what was asked before is answered; else refuse what cannot be understood."""
        self._deaf = True
        if self._answering or self._waiting:
            return
        if refusal is not None:
            self._transport.write(_octets(refusal, keep=False, with_body=True))
        self._close()

    def _close(self) -> None:
        self._ended = True
        self._transport.close()

    def end(self) -> None:
        """The server stops: close now, or after the answer that is being made."""
        if self._answering or self._waiting:
            return
        if self._origin.secure:
            self.abort()  # an idle TLS peer would leave a polite goodbye unanswered for seconds
        else:
            self._close()

    def abort(self) -> None:
        """Close without finishing anything."""
        self._ended = True
        self._transport.abort()

    # time

    def _until(self, seconds: float) -> None:
        """The peer has this long. The timer that runs already is left when it ends earlier: it looks again then."""
        self._deadline = self._loop.time() + seconds
        if self._timer is not None:
            if self._timer.when() <= self._deadline:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(self._deadline, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._deadline == _NEVER:
            return
        if self._deadline > self._loop.time():
            self._timer = self._loop.call_at(self._deadline, self._look)
        elif not self._peer_reads:
            self.abort()  # what is written already would wait for ever
        elif self._reading_body:
            self._end(_TOO_SLOW)
        else:
            self._close()


def _refusal(status: HTTPStatus) -> Response:
    return Response(status.value, (("content-length", "0"),), b"")


_UNAVAILABLE = _refusal(HTTPStatus.SERVICE_UNAVAILABLE)
_TOO_LARGE = _refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
_NOT_HTTP = _refusal(HTTPStatus.BAD_REQUEST)
_TOO_SLOW = _refusal(HTTPStatus.REQUEST_TIMEOUT)


def _origin(transport: asyncio.Transport) -> Origin:
    peer: Any = transport.get_extra_info("peername")
    cipher: Any = transport.get_extra_info("cipher")
    return Origin(
        address=str(peer[0]) if peer else "",
        secure=cipher is not None,
        tls_version=cipher[1] if cipher else "",
        cipher_suite=cipher[0] if cipher else "",
    )


def _target(url: bytes) -> tuple[str, str]:
    """Path and query of a request's target, which may also be a whole URL.

    Raises:
        httptools.HttpParserError: it is neither.
    """
    if url.startswith(b"/") and b"#" not in url:
        path, _, query = url.decode("latin-1").partition("?")
        return path, query
    parsed = httptools.parse_url(url)
    return (parsed.path or b"/").decode("latin-1"), (parsed.query or b"").decode("latin-1")


def _octets(response: Response, *, keep: bool, with_body: bool) -> bytes:
    lines = [f"{name}: {value}\r\n" for name, value in response.headers]
    lines.append("\r\n" if keep else "connection: close\r\n\r\n")
    head = _STATUS_LINES[response.status] + _date(int(time())) + "".join(lines).encode("latin-1")
    return head + response.body if with_body else head


_dates: dict[int, bytes] = {}


def _date(second: int) -> bytes:
    """The Date field, made once a second."""
    if second not in _dates:
        _dates.clear()
        _dates[second] = f"date: {formatdate(second, usegmt=True)}\r\n".encode()
    return _dates[second]
