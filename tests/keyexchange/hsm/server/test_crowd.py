"""Many clients and hostile ones before the AWS face: no crash, nobody shut out, nothing kept of what never ends."""

from __future__ import annotations

import concurrent.futures
import contextlib
import logging
import random
import socket
import tracemalloc
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from keyexchange.hsm.server.connection import LARGEST_BODY
from tests.apc_server import apc_client, running_apc

CLIENTS = 64
SENT = 4 * LARGEST_BODY
KEPT = CLIENTS * 2 * LARGEST_BODY
SYMMETRIC = {
    "KeyAlgorithm": "TDES_2KEY",
    "KeyUsage": "TR31_C0_CARD_VERIFICATION_KEY",
    "KeyClass": "SYMMETRIC_KEY",
    "KeyModesOfUse": {"Generate": True, "Verify": True},
}
TARGETS = ("CreateKey", "ImportKey", "ExportKey", "GetKey", "ListKeys", "NoSuchOperation")


@pytest.fixture
def url(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Any:
    with caplog.at_level(logging.ERROR), running_apc(tmp_path) as url:
        yield url


def connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), timeout=20)


def request(target: str, body: bytes, length: int) -> bytes:
    """A request without a signature; its body need not be as long as it says."""
    head = f"POST / HTTP/1.1\r\nHost: apc\r\nX-Amz-Target: PaymentCryptographyControlPlane.{target}\r\n"
    return f"{head}Content-Type: application/x-amz-json-1.0\r\nContent-Length: {length}\r\n\r\n".encode() + body


def converse(client: Any, number: int) -> str:
    """An honest client: a key of its own, found again, and gone."""
    arn: str = client.create_key(KeyAttributes=SYMMETRIC, Exportable=True)["Key"]["KeyArn"]
    for _ in range(3):
        assert client.get_key(KeyIdentifier=arn)["Key"]["KeyArn"] == arn
    assert client.delete_key(KeyIdentifier=arn)["Key"]["KeyState"] == "DELETE_PENDING", number
    return arn


def torment(url: str, seed: int) -> int:
    """A hostile client: octets of every kind, then gone without a word."""
    chance = random.Random(seed)
    for _ in range(5):
        with contextlib.suppress(OSError), connected(url) as sock:
            for _ in range(4):
                body = chance.randbytes(chance.randrange(400))
                sock.sendall(
                    (
                        chance.randbytes(chance.randrange(1, 2000)),
                        b"GET " + b"/" * chance.randrange(1, 9000) + b" HTTP/1.1\r\n\r\n",
                        request(chance.choice(TARGETS), body, len(body)),
                        request(chance.choice(TARGETS), body, len(body) + 1),
                        request(chance.choice(TARGETS), b"[" * 5000, 5000),
                        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + body,
                        b"POST / HTTP/1.1\r\n" + b"X: y\r\n" * chance.randrange(1, 400),
                    )[chance.randrange(7)]
                )
    return seed


def test_sixty_four_clients_are_served_beside_as_many_hostile_ones(url: str, caplog: pytest.LogCaptureFixture) -> None:
    client = apc_client(url, max_pool_connections=CLIENTS)
    with concurrent.futures.ThreadPoolExecutor(2 * CLIENTS) as pool:
        hostile = [pool.submit(torment, url, seed) for seed in range(CLIENTS)]
        honest = [pool.submit(converse, client, number) for number in range(CLIENTS)]
        assert len({future.result(timeout=60) for future in honest}) == CLIENTS, "each has a key of its own"
        assert sorted(future.result(timeout=60) for future in hostile) == list(range(CLIENTS))
    states = [key["KeyState"] for page in client.get_paginator("list_keys").paginate() for key in page["Keys"]]
    client.close()
    assert states == ["DELETE_PENDING"] * CLIENTS, "hostile requests made none"
    assert [record for record in caplog.records if record.name.startswith("keyexchange")] == []


@pytest.mark.parametrize(
    "begin",
    [b"POST / HTTP/1.1\r\nX: ", b"0", request("ListKeys", b"", 2 * SENT)],
    ids=["a header without end", "a line without end", "a body as long as it says"],
)
def test_a_request_without_an_end_is_not_kept_without_end(url: str, begin: bytes) -> None:
    endless = begin + b"0" * SENT
    with ExitStack() as stack:
        tracemalloc.start()
        stack.callback(tracemalloc.stop)
        for _ in range(CLIENTS):
            sock = stack.enter_context(connected(url))
            sock.settimeout(1)
            with contextlib.suppress(OSError):  # closed, or no longer read from
                sock.sendall(endless)
        kept, _ = tracemalloc.get_traced_memory()
        assert kept < KEPT
        assert apc_client(url).list_keys()["Keys"] == []


def test_clients_that_say_nothing_leave_others_served(url: str) -> None:
    with ExitStack() as stack:
        for number in range(CLIENTS):
            sock = stack.enter_context(connected(url))
            sock.sendall(request("ListKeys", b"", 100)[:number])
        assert apc_client(url).list_keys()["Keys"] == []
