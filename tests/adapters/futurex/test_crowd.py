"""Many clients and hostile ones: no crash, nobody shut out, nothing kept of what is never completed."""

import concurrent.futures
import contextlib
import logging
import random
import socket

from adapters.futurex.face import FACE
from adapters.futurex.message import REQUESTS
from tests.faces import running_face

from .conftest import BDK, KBPK
from .raw import ask, ask_on, token

CLIENTS = 64


def converse(port, number):
    """An honest client: many commands on one connection, each with its own tag."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
        for turn in range(10):
            tag = f"{number:02d}{turn:02d}"
            reply = ask_on(sock, f"[AOTWKA;FS6;AP{KBPK};BG{BDK};OFT;AG{tag};]")
            assert (token("AG", reply), token("AE", reply)) == (tag, "5802BA")
    return number


def torment(port, seed):
    """A hostile client: octets of every kind, then gone without a word."""
    chance = random.Random(seed)
    with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
        for _ in range(20):
            kind = chance.randrange(4)
            code = chance.choice(sorted(set(REQUESTS) - {"GRSA"}))
            octets = (
                chance.randbytes(chance.randrange(1, 2000)),
                b"[" * chance.randrange(1, 500),
                f"[AO{code};".encode() + b"FS6;" * chance.randrange(1, 300) + b"]",
                f"[AO{code};FS6;AP".encode() + b"9" * chance.randrange(1, 9000) + b";]",
            )[kind]
            sock.sendall(octets)
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
        assert ask(port, "[AOECHO;]") == "[AOECHO;BBY;]"
    assert caplog.records == [], "no command was a surprise to the face"
