"""Many clients and hostile ones: no crash, nobody shut out, nothing kept of what is never completed."""

import concurrent.futures
import contextlib
import logging
import random
import socket

from adapters.atalla.face import FACE
from adapters.atalla.message import REQUESTS
from tests.faces import running_face

from .cases import CASES
from .conftest import BLOCKS
from .raw import ask

CLIENTS = 64
SLOW = {"120"}
"""Makes RSA keys."""
FIELDS = [command.encode() for command, _ in CASES]


def converse(port, number):
    """An honest client: many commands on one connection, each with its own tag."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
        for turn in range(10):
            tag = f"{number:02d}{turn:02d}"
            sock.sendall(f"<7E#V##{BLOCKS['e6-cvk']}#^{tag}#>".encode())
            reply = b""
            while b">" not in reply:
                reply += sock.recv(65536)
            assert reply == f"<8E#V#08D7B4#^{tag}#>".encode()
    return number


def torment(port, seed):
    """A hostile client: octets of every kind, then gone without a word."""
    chance = random.Random(seed)
    codes = [code.encode() for code in sorted(set(REQUESTS) - SLOW)]
    with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
        for _ in range(20):
            fields = bytearray(chance.choice(FIELDS))
            if fields:
                fields[chance.randrange(len(fields))] = chance.randrange(256)
            message = b"<" + chance.choice(codes) + b"#"
            sock.sendall(
                (
                    chance.randbytes(chance.randrange(1, 2000)),
                    b"<" * chance.randrange(1, 500),
                    message + b"#" * chance.randrange(1, 300) + b">",
                    message + b"9" * chance.randrange(1, 9000) + b"#>",
                    message + bytes(fields) + b">",
                    message + bytes(fields),
                )[chance.randrange(6)]
            )
    return seed


def test_sixty_four_clients_are_served_beside_as_many_hostile_ones(caplog):
    with (
        caplog.at_level(logging.ERROR),
        running_face(FACE, auto_approve=True) as port,
        concurrent.futures.ThreadPoolExecutor(2 * CLIENTS) as pool,
    ):
        hostile = [pool.submit(torment, port, seed) for seed in range(CLIENTS)]
        honest = [pool.submit(converse, port, number) for number in range(CLIENTS)]
        assert sorted(future.result(timeout=60) for future in honest) == list(range(CLIENTS))
        assert sorted(future.result(timeout=60) for future in hostile) == list(range(CLIENTS))
        assert ask(port, "<00#hello#>") == "<00#000080#hello#>"
    assert caplog.records == [], "no command was a surprise to the face"
