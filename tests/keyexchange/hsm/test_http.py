"""The HTTP server is bounded for everybody who connects: octets of a head, time of a head, time of a body."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from keyexchange.hsm.apc.http import Application
from keyexchange.hsm.apc.protocol import Request, Response
from keyexchange.hsm.server.http import LARGEST_HEAD, BoundedProtocol, HttpServer
from keyexchange.hsm.server.listening import _bind

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
Peer = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def talk(conversation: Callable[[Peer], Awaitable[Any]], *, body_seconds: float = 5) -> Any:
    """Run a server that answers with the length of the body, and one conversation with it."""

    async def measure(request: Request) -> Response:
        return Response(200, (("content-length", "6"),), b"%06d" % len(request.body))

    async def main() -> Any:
        server = HttpServer(Application(measure, body_seconds=body_seconds))
        listening = _bind("127.0.0.1", 0)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        await server.accepting.wait()
        reader, writer = await asyncio.open_connection("127.0.0.1", listening.getsockname()[1])
        try:
            return await asyncio.wait_for(conversation((reader, writer)), 10)
        finally:
            writer.close()
            await server.stop(task)

    return asyncio.run(main())


async def flood(peer: Peer, begin: bytes, octets: bytes) -> int:
    """How many of these octets the server lets itself be sent, up to 16 MiB."""
    _, writer = peer
    writer.write(begin)
    sent = 0
    try:
        while sent < 16 << 20:
            writer.write(octets)
            sent += len(octets)
            await writer.drain()
            await asyncio.sleep(0)
    except OSError:
        return sent
    return sent


@pytest.mark.parametrize(
    ("begin", "octets"),
    [
        (b"GET /", b"a" * 65536),
        (HEAD + b"X-A: ", b"a" * 65536),
        (HEAD, b"X-A: b\r\n" * 8192),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-A: b\r\n" * 8192),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"e" * 65536 + b"\r\na\r\n"),
        (b"", b"\r\n" * 32768),
    ],
    ids=["path", "one field", "many fields", "trailers", "chunk extensions", "empty lines"],
)
def test_what_is_not_a_body_is_bounded(begin: bytes, octets: bytes) -> None:
    assert talk(lambda peer: flood(peer, begin, octets)) < 16 << 20


def test_a_large_body_is_no_head() -> None:
    async def conversation(peer: Peer) -> bytes:
        reader, writer = peer
        writer.write(HEAD + b"Content-Length: 500000\r\n\r\n" + b"x" * 500_000)
        whole = await reader.readuntil(b"500000")
        chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
        writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 16 + b"0\r\n\r\n")
        return whole + await reader.readuntil(b"262144")

    assert talk(conversation).count(b"HTTP/1.1 200") == 2


def test_a_head_just_within_the_bound_is_answered() -> None:
    async def conversation(peer: Peer) -> bytes:
        reader, writer = peer
        for _ in range(3):  # each request anew
            writer.write(HEAD + b"X-A: " + b"a" * (LARGEST_HEAD - 100) + b"\r\nContent-Length: 2\r\n\r\n{}")
            answer = await reader.readuntil(b"000002")
        return answer

    assert talk(conversation).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("begin", [b"", b"\r\n", b"POST", HEAD])
def test_a_head_must_end_in_time(begin: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedProtocol, "head_seconds", 0.1)

    async def conversation(peer: Peer) -> bytes:
        reader, writer = peer
        writer.write(begin)
        return await reader.read()

    assert talk(conversation) == b""


def test_the_head_of_a_second_request_must_end_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedProtocol, "head_seconds", 0.1)

    async def conversation(peer: Peer) -> bytes:
        reader, writer = peer
        writer.write(HEAD + b"Content-Length: 0\r\n\r\n")
        await reader.readuntil(b"000000")
        writer.write(HEAD)
        return await reader.read()

    assert talk(conversation) == b""


def test_a_body_must_end_in_time() -> None:
    async def conversation(peer: Peer) -> bytes:
        reader, writer = peer
        writer.write(HEAD + b"Content-Length: 10\r\n\r\n{")
        return await reader.read()

    answer = talk(conversation, body_seconds=0.1)
    assert answer.startswith(b"HTTP/1.1 408")
