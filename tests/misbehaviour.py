"""A server that does to each connection exactly what a test says, for what a face never does."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import contextmanager


@contextmanager
def scripted_server(*scripts):
    """Accept one connection after the other; each script gets its socket. Yields (port, what was received)."""
    listener = socket.create_server(("127.0.0.1", 0))
    received: list[bytes] = []

    def run():
        for script in scripts:
            try:
                connection, _ = listener.accept()
            except OSError:  # the test is over
                return
            with connection:
                connection.settimeout(5)
                script(connection, received)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield listener.getsockname()[1], received
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def reply_with(*pieces):
    """Read one request, send the pieces, then wait until the peer leaves."""

    def script(connection, received):
        request = connection.recv(65536)
        if not request:
            return
        received.append(request)
        for piece in pieces:
            connection.sendall(piece)
        until_closed(connection)

    return script


def reply_and_close(octets):
    """Read one request, send the octets, close."""

    def script(connection, received):
        received.append(connection.recv(65536))
        connection.sendall(octets)

    return script


def reply_each(*replies):
    """Answer request after request, each with the next octets, then close."""

    def script(connection, received):
        for octets in replies:
            received.append(connection.recv(65536))
            connection.sendall(octets)

    return script


def reply_and_reset(octets):
    """Read one request, send the octets, break the connection off without the end that TCP has for it."""

    def script(connection, received):
        received.append(connection.recv(65536))
        connection.sendall(octets)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return script


def drip(octets, seconds):
    """Read one request, send octet after octet, so many seconds apart, until the peer has enough."""

    def script(connection, received):
        received.append(connection.recv(65536))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pause = threading.Event()
        try:
            for octet in octets:
                connection.sendall(bytes([octet]))
                pause.wait(seconds)
        except OSError:  # the peer has left, which is its right
            return
        until_closed(connection)

    return script


def hang_up(_connection, _received):
    """Close at once: a device all of whose sessions are taken."""


def until_closed(connection):
    """Read until the peer leaves, in whatever way."""
    try:
        while connection.recv(65536):
            pass
    except OSError:  # reset by the client, which is its right
        pass
