"""A scripted HTTP endpoint on loopback: shows what a client really sends, and gives answers that are rare in life."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SILENCE = "silence"
HANG_UP = "hang up"
CLOSE, RESET, KEEP = "close", "reset", "keep"


@dataclass(frozen=True)
class Octets:
    """An answer as it goes over the wire.

    Args:
        octets: whole, cut, or more than one.
        then: CLOSE, SILENCE, RESET or KEEP the connection.
        drips: each octet is a segment of its own.
    """

    octets: bytes
    then: str = CLOSE
    drips: bool = False


@dataclass
class Stub:
    """Answers each request with the next of `answers`: (status, body), Octets, SILENCE, HANG_UP. The last one stays."""

    url: str
    answers: list[Any] = field(default_factory=list)
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        self.answers, self.requests = [], []
        self.over.clear()

    def end(self) -> None:
        """Let go of requests that are met with silence."""
        self.over.set()

    def operations(self) -> list[str]:
        return [operation for operation, _ in self.requests]


def fault(code: str, message: str = "", status: int = 400, **members: str) -> tuple[int, bytes]:
    """An error as the service words it."""
    return status, json.dumps({"__type": code, "Message": message, **members}).encode()


def answer(body: Mapping[str, Any]) -> tuple[int, bytes]:
    return 200, json.dumps(body).encode()


@contextmanager
def running_stub() -> Iterator[Stub]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
            stub.requests.append((self.headers["X-Amz-Target"].rpartition(".")[2], body))
            scripted = stub.answers.pop(0) if len(stub.answers) > 1 else stub.answers[0]
            self.close_connection = True
            if scripted is SILENCE:
                stub.over.wait(10)
            elif isinstance(scripted, Octets):
                self.send_octets(scripted)
            elif scripted is not HANG_UP:
                status, octets = scripted
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                self.send_header("Content-Length", str(len(octets)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(octets)

        def send_octets(self, scripted: Octets) -> None:
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for part in map(bytes, zip(scripted.octets)) if scripted.drips else [scripted.octets]:
                self.wfile.write(part)
            self.close_connection = scripted.then != KEEP
            if scripted.then == SILENCE:
                stub.over.wait(10)
            if scripted.then == RESET:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub = Stub(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield stub
    finally:
        stub.end()
        server.shutdown()
        thread.join()
        server.server_close()
