"""The listener: whole replies in order, garbage closes its own connection only, shutdown ends everything."""

import asyncio
import socket

import pytest

from keyexchange.errors import ProtocolError
from keyexchange.wire import LengthPrefixed, serve_tcp
from tests.faces import running_handler


async def shout(message):
    if message == b"garbage":
        raise ProtocolError("no request")
    return message.upper()


@pytest.fixture
def port():
    with running_handler(shout, framing=lambda: LengthPrefixed(1000)) as port:
        yield port


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def frame(message):
    return len(message).to_bytes(2, "big") + message


def receive(sock, count):
    octets = b""
    while len(octets) < count and (more := sock.recv(count - len(octets))):
        octets += more
    return octets


def test_answers_a_request_that_comes_in_pieces(port):
    with connect(port) as sock:
        for octet in frame(b"hello"):
            sock.sendall(bytes([octet]))
        assert receive(sock, 7) == frame(b"HELLO")


def test_a_reply_comes_whole_in_one_read(port):
    with connect(port) as sock:
        sock.sendall(frame(b"x" * 900))
        assert sock.recv(4096) == frame(b"X" * 900)


def test_answers_several_requests_of_one_segment_in_order(port):
    with connect(port) as sock:
        sock.sendall(frame(b"one") + frame(b"two") + frame(b"three"))
        assert receive(sock, 17) == frame(b"ONE") + frame(b"TWO") + frame(b"THREE")


@pytest.mark.parametrize("garbage", [b"\xff\xff", frame(b"garbage")])
def test_garbage_closes_its_connection_and_no_other(port, garbage):
    with connect(port) as good, connect(port) as bad:
        bad.sendall(garbage)
        assert bad.recv(10) == b""
        good.sendall(frame(b"still here"))
        assert receive(good, 12) == frame(b"STILL HERE")


def test_a_peer_that_leaves_in_the_middle_does_no_harm(port):
    with connect(port) as sock:
        sock.sendall(b"\x00\x09abc")
    with connect(port) as sock:
        sock.sendall(frame(b"next"))
        assert receive(sock, 6) == frame(b"NEXT")


async def silent_after(octets, **limits):
    """What a peer gets that sends this and then waits."""
    listener = await serve_tcp(shout, "127.0.0.1", 0, framing=LengthPrefixed, **limits)
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    writer.write(octets)
    try:
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.close()
        await listener.close()


@pytest.mark.parametrize("complete", [b"", frame(b"one") + frame(b"two")])
def test_a_message_that_was_begun_must_end_in_time(complete):
    got = asyncio.run(silent_after(complete + b"\x00\x09abc", message_seconds=0.05))
    assert got == complete.upper()


def test_octets_that_trickle_do_not_prolong_the_time():
    async def life():
        listener = await serve_tcp(shout, "127.0.0.1", 0, framing=LengthPrefixed, message_seconds=0.1)
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        ended = asyncio.create_task(reader.read())
        sent = 0
        while not ended.done() and sent < 100:
            writer.write(b"\x01")
            sent += 1
            await asyncio.wait([ended], timeout=0.03)
        writer.close()
        await listener.close()
        return sent

    assert asyncio.run(life()) < 20


def test_silence_between_messages_is_no_fault():
    async def life():
        listener = await serve_tcp(shout, "127.0.0.1", 0, framing=LengthPrefixed, message_seconds=0.01)
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(frame(b"a"))
        assert await reader.readexactly(3) == frame(b"A")
        ended = asyncio.create_task(reader.read())
        await asyncio.wait([ended], timeout=0.1)
        assert not ended.done()
        writer.write(frame(b"b"))
        writer.write_eof()
        assert await ended == frame(b"B")
        writer.close()
        await listener.close()

    asyncio.run(life())


def test_one_connection_too_many_is_closed_and_the_others_stay():
    async def life():
        listener = await serve_tcp(shout, "127.0.0.1", 0, framing=LengthPrefixed, maximum_connections=2)
        streams = []
        for number in range(3):
            streams.append(await asyncio.open_connection("127.0.0.1", listener.port))
            if number < 2:  # an answer shows that it is counted
                streams[-1][1].write(frame(b"a"))
                assert await streams[-1][0].readexactly(3) == frame(b"A")
        assert await asyncio.wait_for(streams[2][0].read(), 5) == b""
        streams[0][1].write(frame(b"b"))
        assert await streams[0][0].readexactly(3) == frame(b"B")
        for _, writer in streams:
            writer.close()
        await listener.close()

    asyncio.run(life())


def test_close_ends_open_connections_and_frees_the_port():
    async def life():
        listener = await serve_tcp(shout, "127.0.0.1", 0, framing=LengthPrefixed)
        port = listener.port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(frame(b"a"))
        assert await reader.readexactly(3) == frame(b"A")
        await listener.close()
        assert await reader.read() == b""
        writer.close()
        again = await serve_tcp(shout, "127.0.0.1", port, framing=LengthPrefixed)
        await again.close()

    asyncio.run(life())


def test_a_slow_request_does_not_hold_up_another_connection():
    async def life():
        gate = asyncio.Event()

        async def answer(message):
            if message == b"slow":
                await gate.wait()
            return message

        listener = await serve_tcp(answer, "127.0.0.1", 0, framing=LengthPrefixed)
        slow_reader, slow_writer = await asyncio.open_connection("127.0.0.1", listener.port)
        slow_writer.write(frame(b"slow"))
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(frame(b"fast"))
        assert await reader.readexactly(6) == frame(b"fast")
        gate.set()
        assert await slow_reader.readexactly(6) == frame(b"slow")
        slow_writer.close()
        writer.close()
        await listener.close()

    asyncio.run(life())
