"""Messages that never end, on 64 connections at once: what a face keeps of them is bounded, and others are served."""

from __future__ import annotations

import contextlib
import socket
import tracemalloc
from contextlib import ExitStack
from typing import Any

import pytest

from adapters.atalla.face import FACE as ATALLA
from adapters.futurex.face import FACE as FUTUREX
from adapters.payshield.face import FACE as PAYSHIELD
from tests.faces import running_face

CONNECTIONS = 64
SENT = 2**20
KEPT = CONNECTIONS * SENT // 2
"""Octets; the longest message of any vendor and the buffers of a connection stay far below half of what is sent."""

VENDORS = {
    "payshield": (PAYSHIELD, b"\xff\xff", b"\x00\x060000B2", b"\x00\x080000B300"),
    "futurex": (FUTUREX, b"[AOTWKA;BG", b"[AOECHO;]", b"[AOECHO;BBY;]"),
    "atalla": (ATALLA, b"<7E#", b"<00#hello#>", b"<00#000080#hello#>"),
}


@pytest.mark.parametrize("name", VENDORS)
def test_a_message_without_an_end_is_not_kept_without_end(name: str) -> None:
    face, begin, request, reply = VENDORS[name]
    endless = begin + b"0" * SENT
    with running_face(face) as port, ExitStack() as stack:
        tracemalloc.start()
        stack.callback(tracemalloc.stop)
        for _ in range(CONNECTIONS):
            sock = stack.enter_context(connected(port))
            with contextlib.suppress(OSError):  # closed, or no longer read from
                sock.sendall(endless)
        kept, _ = tracemalloc.get_traced_memory()
        assert kept < KEPT
        with connected(port) as other:
            other.settimeout(20)
            other.sendall(request)
            assert other.recv(100) == reply


def connected(port: int) -> Any:
    sock = socket.create_connection(("127.0.0.1", port), timeout=20)
    sock.settimeout(1)
    return sock
