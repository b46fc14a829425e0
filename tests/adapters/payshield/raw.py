"""Speaks to a face as AWS's sample client does: one connection, one send, one read."""

from __future__ import annotations

import socket


def ask(port: int, message: bytes) -> bytes:
    """The reply without its length, which must be right and must have come in one piece."""
    with socket.create_connection(("127.0.0.1", port), timeout=8) as sock:
        sock.sendall(len(message).to_bytes(2, "big") + message)
        reply = sock.recv(4096)
    assert int.from_bytes(reply[:2], "big") == len(reply) - 2
    return reply[2:]
