"""HTTP around a service: a raw ASGI application, because a framework costs a third of the throughput."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from keyexchange.hsm.apc.protocol import Request, Response

LARGEST_BODY = 1 << 20
"""Octets. The largest request of the model, an ImportKey with certificates, has less than a tenth of it."""

BODY_SECONDS = 30.0
"""From the head of a request to the last octet of its body."""

Answer = Callable[[Request], Awaitable[Response]]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_CLOSING = (("content-length", "0"), ("connection", "close"))
_TOO_LARGE = Response(413, _CLOSING, b"")
_TOO_SLOW = Response(408, _CLOSING, b"")


class Application:
    """ASGI 3 application.

    Args:
        answer: answers a whole request.
        body_seconds: how long a body may take to arrive.
    """

    def __init__(self, answer: Answer, *, body_seconds: float = BODY_SECONDS) -> None:
        self._answer = answer
        self._body_seconds = body_seconds

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        try:
            async with asyncio.timeout(self._body_seconds):
                body = await _body(receive)
        except TimeoutError:
            await _send(send, _TOO_SLOW)
            return
        if body is None:
            return  # the client went away before it had said everything
        if len(body) > LARGEST_BODY:
            await _send(send, _TOO_LARGE)
            return
        await _send(send, await self._answer(_request(scope, body)))


async def _body(receive: Receive) -> bytes | None:
    """The body; one octet too much stands for any size above the limit."""
    octets = b""
    more = True
    while more and len(octets) <= LARGEST_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        octets += message.get("body", b"")
        more = message.get("more_body", False)
    return octets


def _request(scope: Message, body: bytes) -> Request:
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    return Request(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=body,
    )


async def _send(send: Send, response: Response) -> None:
    headers = [(name.encode(), value.encode()) for name, value in response.headers]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
