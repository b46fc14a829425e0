"""The HTTP server is bounded for everybody who connects: octets of a head, time of a head, time of a body."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from keyexchange.hsm.apc.protocol import Request, Response
from keyexchange.hsm.server import http
from keyexchange.hsm.server.connection import LARGEST_HEAD, Limits
from keyexchange.hsm.server.http import HttpServer
from keyexchange.hsm.server.listening import _bind

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
Peer = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def talk(conversation: Callable[[Peer], Awaitable[Any]], limits: Limits | None = None) -> Any:
    """Run a server that answers with the length of the body, and one conversation with it."""

    async def measure(request: Request) -> Response:
        return Response(200, (("content-length", "6"),), b"%06d" % len(request.body))

    async def main() -> Any:
        server = HttpServer(measure, limits=limits)
        with _bind("127.0.0.1", 0) as listening:
            server.start(listening)
            reader, writer = await asyncio.open_connection("127.0.0.1", listening.getsockname()[1])
            try:
                return await asyncio.wait_for(conversation((reader, writer)), 10)
            finally:
                writer.close()
                await server.stop()

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
def test_a_head_must_end_in_time(begin: bytes) -> None:
    async def conversation(peer: Peer) -> bytes:
        reader, writer = peer
        writer.write(begin)
        return await reader.read()

    assert talk(conversation, Limits(head=0.1)) == b""


def test_the_head_of_a_second_request_must_end_in_time() -> None:
    async def conversation(peer: Peer) -> bytes:
        reader, writer = peer
        writer.write(HEAD + b"Content-Length: 0\r\n\r\n")
        await reader.readuntil(b"000000")
        writer.write(HEAD)
        return await reader.read()

    assert talk(conversation, Limits(head=0.1)) == b""


def test_a_body_must_end_in_time() -> None:
    async def conversation(peer: Peer) -> bytes:
        reader, writer = peer
        writer.write(HEAD + b"Content-Length: 10\r\n\r\n{")
        return await reader.read()

    answer = talk(conversation, Limits(body=0.1))
    assert answer.startswith(b"HTTP/1.1 408")


def test_requests_sent_ahead_are_answered_in_order() -> None:
    async def conversation(peer: Peer) -> bytes:
        reader, writer = peer
        bodies = [b"x" * length for length in range(1, 51)]
        writer.write(b"".join(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body for body in bodies))
        found = b""
        for _ in bodies:
            await reader.readuntil(b"\r\n\r\n")
            found += await reader.readexactly(6)
        return found

    assert talk(conversation) == b"".join(b"%06d" % length for length in range(1, 51))


def test_who_asks_first_is_told_to_go_on() -> None:
    async def conversation(peer: Peer) -> tuple[bytes, bytes]:
        reader, writer = peer
        writer.write(HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        first = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"{}")
        return first, await reader.readuntil(b"000002")

    first, second = talk(conversation)
    assert first == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert second.startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_head_request_gets_no_body() -> None:
    async def conversation(peer: Peer) -> bytes:
        reader, writer = peer
        writer.write(b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return await reader.read()

    answer = talk(conversation)
    assert answer.endswith(b"content-length: 6\r\nconnection: close\r\n\r\n")


def test_another_protocol_is_not_spoken_but_the_request_is_answered() -> None:
    async def conversation(peer: Peer) -> bytes:
        reader, writer = peer
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
        return await reader.read()

    assert talk(conversation).endswith(b"000000")


@pytest.mark.parametrize("octets", [b"\x16\x03\x01", b"POST\r\n\r\n", HEAD + b"Content-Length: -1\r\n\r\n"])
def test_what_is_not_http_is_refused_and_ends_the_connection(octets: bytes) -> None:
    async def conversation(peer: Peer) -> bytes:
        reader, writer = peer
        writer.write(octets)
        return await reader.read()

    assert talk(conversation).startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_what_follows_a_request_does_not_take_its_answer() -> None:
    async def conversation(peer: Peer) -> bytes:
        reader, writer = peer
        writer.write(HEAD + b"Content-Length: 1\r\n\r\n{" + b"\x00no request")
        return await reader.read()

    answer = talk(conversation)
    assert answer.count(b"HTTP/1.1") == 1
    assert answer.endswith(b"000001")


def test_an_idle_connection_is_closed() -> None:
    async def conversation(peer: Peer) -> bytes:
        reader, writer = peer
        writer.write(HEAD + b"Content-Length: 0\r\n\r\n")
        await reader.readuntil(b"000000")
        return await reader.read()

    assert talk(conversation, Limits(idle=0.1)) == b""


def test_too_many_connections_are_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAXIMUM_CONNECTIONS", 0)

    async def conversation(peer: Peer) -> bytes:
        reader, writer = peer
        writer.write(HEAD + b"Content-Length: 0\r\n\r\n")
        return await reader.read()

    assert talk(conversation).startswith(b"HTTP/1.1 503 Service Unavailable\r\n")


def test_a_peer_that_does_not_read_its_answers_is_left() -> None:
    async def conversation(peer: Peer) -> bool:
        _, writer = peer
        request = HEAD + b"Content-Length: 1\r\n\r\n{"
        peer[0]._transport.pause_reading()  # type: ignore[attr-defined]
        try:
            for _ in range(2000):
                writer.write(request * 1000)
                await writer.drain()
        except ConnectionError:
            return True
        return False

    assert talk(conversation, Limits(body=0.2))


def test_a_request_at_hand_is_finished_when_the_server_stops() -> None:
    async def main() -> bytes:
        asked, go_on = asyncio.Event(), asyncio.Event()

        async def answer(_: Request) -> Response:
            asked.set()
            await go_on.wait()
            return Response(200, (("content-length", "2"),), b"ok")

        server = HttpServer(answer)
        with _bind("127.0.0.1", 0) as listening:
            server.start(listening)
            reader, writer = await asyncio.open_connection("127.0.0.1", listening.getsockname()[1])
            writer.write(HEAD + b"Content-Length: 0\r\n\r\n")
            await asked.wait()
            stopping = asyncio.create_task(server.stop())
            await asyncio.sleep(0)
            go_on.set()
            whole = await reader.read()
            await stopping
            writer.close()
            return whole

    assert asyncio.run(main()).endswith(b"connection: close\r\n\r\nok")


def test_a_connection_that_is_accepted_as_the_server_stops_is_closed() -> None:
    async def main() -> bytes:
        server = HttpServer(lambda _: asyncio.sleep(0, Response(200, (), b"")))
        with _bind("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()) as client:
            server.start(listening)
            server._accept()  # the stop comes in the same turn of the loop, before anything else is done with it
            await server.stop()
            await asyncio.sleep(0)
            client.settimeout(5)
            return client.recv(1)

    assert asyncio.run(main()) == b""  # and no warning of a socket that nobody closed, which would fail the test
