"""Many clients and hostile ones: no crash, nobody shut out, nothing kept of what is never completed."""

import concurrent.futures
import contextlib
import logging
import random
import socket

from adapters.payshield.face import FACE
from adapters.payshield.message import REQUESTS
from tests.faces import running_face

from .cases import B0
from .raw import ask

CLIENTS = 64
SLOW = {"EI", "FY"}


def read_exactly(sock, length):
    octets = b""
    while len(octets) < length:
        octets += sock.recv(length - len(octets))
    return octets


def converse(port, number):
    """An honest client: many commands on one connection, each with its own header."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
        for turn in range(10):
            header = f"{number:02d}{turn:02d}".encode()
            message = header + b"BUFFF" + B0.encode() + b";FFF;001"
            sock.sendall(len(message).to_bytes(2, "big") + message)
            assert read_exactly(sock, 2 + 14)[2:] == header + b"BV0008D7B4"
    return number


def torment(port, seed):
    """A hostile client: octets of every kind, then gone without a word."""
    chance = random.Random(seed)
    codes = sorted(set(REQUESTS) - SLOW)
    with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
        for _ in range(20):
            fields = chance.randbytes(chance.randrange(400))
            message = b"0000" + chance.choice(codes).encode() + fields
            sock.sendall(
                (
                    chance.randbytes(chance.randrange(1, 2000)),
                    b"\xff\xff" + message,
                    len(message).to_bytes(2, "big") + message,
                    len(message).to_bytes(2, "big") + message[: len(message) // 2],
                )[chance.randrange(4)]
            )
    return seed


def test_sixty_four_clients_are_served_beside_as_many_hostile_ones(caplog):
    with (
        caplog.at_level(logging.ERROR),
        running_face(FACE) as port,
        concurrent.futures.ThreadPoolExecutor(2 * CLIENTS) as pool,
    ):
        hostile = [pool.submit(torment, port, seed) for seed in range(CLIENTS)]
        honest = [pool.submit(converse, port, number) for number in range(CLIENTS)]
        assert sorted(future.result(timeout=60) for future in honest) == list(range(CLIENTS))
        assert sorted(future.result(timeout=60) for future in hostile) == list(range(CLIENTS))
        assert ask(port, b"0000B20004PING") == b"0000B300PING"
    assert caplog.records == [], "no command was a surprise to the face"


def test_many_commands_in_one_segment_are_answered_in_order(face_port):
    messages = [b"%04dB20004%04d" % (number, number) for number in range(100)]
    with socket.create_connection(("127.0.0.1", face_port), timeout=10) as sock:
        sock.sendall(b"".join(len(message).to_bytes(2, "big") + message for message in messages))
        for number in range(100):
            assert read_exactly(sock, 14)[2:] == b"%04dB300%04d" % (number, number)


def test_a_command_that_drips_in_is_answered(face_port):
    message = b"0000B20004PING"
    with socket.create_connection(("127.0.0.1", face_port), timeout=10) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in len(message).to_bytes(2, "big") + message:
            sock.sendall(bytes([octet]))
        assert read_exactly(sock, 14)[2:] == b"0000B300PING"
