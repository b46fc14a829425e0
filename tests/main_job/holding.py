"""An HTTP proxy that delivers everything, but keeps one answer to itself."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@contextmanager
def holding(upstream: str, operation: str, number: int) -> Iterator[str]:
    """Yields the proxy's URL.

    Args:
        upstream: URL of the APC face.
        operation: whose answer is kept.
        number: at which of its requests, from 1.
    """
    address = urlsplit(upstream)
    over = threading.Event()
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            behind = http.client.HTTPConnection(address.hostname or "", address.port)
            behind.request("POST", self.path, body, dict(self.headers))
            answer = behind.getresponse()
            content = answer.read()
            behind.close()
            seen.append(self.headers["X-Amz-Target"].rpartition(".")[2])
            if seen[-1] == operation and seen.count(operation) == number:
                over.wait(20)  # longer than the client waits
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name in ("Content-Type", "x-amzn-RequestId"):
                self.send_header(name, answer.headers.get(name, ""))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()
