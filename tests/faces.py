"""Runs a vendor face on a loopback port in a thread with its own event loop: `with running_face(FACE) as port:`."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from keyexchange.hsm.faces import Face
from keyexchange.wire import Framing, Handler, serve_tcp


@contextmanager
def running_face(face: Face, *, tls: ssl.SSLContext | None = None, **options: object) -> Iterator[int]:
    """Yields the port. `options` are the face's own."""
    with running_handler(face.handler(options), framing=face.framing, tls=tls) as port:
        yield port


@contextmanager
def running_handler(
    handler: Handler, *, framing: Callable[[], Framing], tls: ssl.SSLContext | None = None
) -> Iterator[int]:
    """Yields the port on which the handler answers."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="face")
    thread.start()
    try:
        listener = _in(loop, serve_tcp(handler, "127.0.0.1", 0, framing=framing, tls=tls))
        try:
            yield listener.port
        finally:
            _in(loop, listener.close())
            _in(loop, loop.shutdown_default_executor())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _in(loop, coroutine):
    return asyncio.run_coroutine_threadsafe(coroutine, loop).result(timeout=20)
