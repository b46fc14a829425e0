"""Speaks to a face as AWS's sample scripts do: one connection, one send, read until `>`."""

from __future__ import annotations

import socket


def ask(port: int, message: str) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
        sock.sendall(message.encode("latin-1"))
        reply = b""
        while b">" not in reply:
            octets = sock.recv(2**16)
            assert octets, "the face closed the connection"
            reply += octets
    return reply.decode("ascii")
