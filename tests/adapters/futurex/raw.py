"""Speaks to a face as AWS's sample client does: one connection, one command, reads until the closing bracket."""

from __future__ import annotations

import re
import socket


def ask(port: int, message: str) -> str:
    """The reply, brackets and all."""
    with socket.create_connection(("127.0.0.1", port), timeout=8) as sock:
        return ask_on(sock, message)


def ask_on(sock: socket.socket, message: str) -> str:
    """The reply on a connection that is open."""
    sock.sendall(message.encode("latin-1"))
    reply = b""
    while b"]" not in reply:
        octets = sock.recv(65536)
        assert octets, "the connection was closed before the reply was complete"
        reply += octets
    return reply.decode("ascii")


def token(name: str, reply: str) -> str:
    """A token's value, found as AWS's sample client finds it: the last one of the name."""
    found = re.match(rf".*[\[;]{name}(.*?);.*", reply)
    assert found is not None, (name, reply[:80])
    return found[1]
