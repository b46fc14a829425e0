"""The faces of a software HSM, all in one event loop on uvloop.

`serve` runs in the foreground until SIGTERM or SIGINT; `running` runs in a thread of its own, for rehearsals inside
one process. uvicorn on plain asyncio stalls under load, so uvloop is not a choice here.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
import uvloop

from keyexchange.errors import ConfigError
from keyexchange.hsm.apc import (
    ACCOUNT,
    REHEARSAL,
    Application,
    ControlPlane,
    Credentials,
    RequestQuota,
    find_credentials,
)
from keyexchange.hsm.clock import Clock, utc_now
from keyexchange.hsm.device import Hsm, open_hsm
from keyexchange.hsm.faces import Face
from keyexchange.keys import KeyAlgorithm
from keyexchange.wire import serve_tcp

LOOPBACK = "127.0.0.1"
_STOP_SECONDS = 5


@dataclass(frozen=True)
class FaceOptions:
    """One vendor face to start.

    Args:
        face: from the entry point.
        port: TCP port; 0 for any free one.
        settings: the face's own options.
    """

    face: Face
    port: int
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class ServeOptions:
    """What to serve.

    Args:
        state_dir: keeps the software HSM's keys; made when absent.
        apc_port: TCP port of the APC face; 0 for any free one; None for no APC face.
        faces: the vendor faces, by name.
        host: address to bind. Other than loopback needs credentials of your own.
        account: the account in ARNs.
        requests_per_second: throttle the APC face; None for no limit.
        credentials: the pair the APC face lets in; found by `find_credentials` when absent.
        clock: the HSM's time.
        authority_algorithm: of the APC face's own root.
    """

    state_dir: Path
    apc_port: int | None = None
    faces: Mapping[str, FaceOptions] = field(default_factory=dict)
    host: str = LOOPBACK
    account: str = ACCOUNT
    requests_per_second: float | None = None
    credentials: Credentials | None = None
    clock: Clock = utc_now
    authority_algorithm: KeyAlgorithm = KeyAlgorithm.RSA_4096


@dataclass(frozen=True)
class Addresses:
    """Where the faces accept connections.

    Args:
        host: the bound address.
        apc_url: None without an APC face.
        ports: TCP ports of the vendor faces, by name.
        rehearsal_credentials: whether the published pair is let in.
    """

    host: str
    apc_url: str | None
    ports: Mapping[str, int]
    rehearsal_credentials: bool

    def ready_line(self) -> str:
        """`ready apc=http://127.0.0.1:8080 payshield=127.0.0.1:1500`."""
        parts = [f"apc={self.apc_url}"] if self.apc_url else []
        parts += [f"{name}={_host_text(self.host)}:{port}" for name, port in self.ports.items()]
        return " ".join(["ready", *parts])


def serve(options: ServeOptions, *, announce: Callable[[str], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; then end cleanly.

    Args:
        announce: gets one line that begins with `ready` once all faces accept connections; standard output when absent.

    Raises:
        ConfigError: a port is taken, the state directory cannot be used, or credentials are missing.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(options, announce or _print))


@contextmanager
def running(options: ServeOptions) -> Iterator[Addresses]:
    """Serve in a thread for the length of a `with` block.

    Raises:
        ConfigError: as `serve`.
    """
    worker = _Worker(options)
    worker.start()
    try:
        yield worker.addresses()
    finally:
        worker.stop()


async def _serve(options: ServeOptions, announce: Callable[[str], None]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        announce((await _start(options, stack)).ready_line())
        await stop.wait()


async def _start(options: ServeOptions, stack: AsyncExitStack) -> Addresses:
    """Start every face; what must be stopped again goes on the stack."""
    credentials = options.credentials or find_credentials(options.state_dir, os.environ)
    apc_url = None
    if options.apc_port is not None:
        _require_own_credentials(options.host, credentials)
        hsm = open_hsm(options.state_dir, clock=options.clock, authority_algorithm=options.authority_algorithm)
        stack.callback(hsm.close)
        apc_url = await _start_apc(hsm, credentials, options, options.apc_port, stack)
    ports = {name: await _start_face(options.host, each, stack) for name, each in options.faces.items()}
    return Addresses(options.host, apc_url, ports, rehearsal_credentials=credentials == REHEARSAL)


def _require_own_credentials(host: str, credentials: Credentials) -> None:
    """Everybody knows the rehearsal pair, so with it the APC face stays on this machine."""
    if credentials == REHEARSAL and not _is_loopback(host):
        raise ConfigError(
            f"the APC face would be open to everybody who reaches {host}",
            hint="set KEYEXCHANGE_ACCESS_KEY_ID and KEYEXCHANGE_SECRET_ACCESS_KEY, or bind 127.0.0.1",
        )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _start_apc(
    hsm: Hsm, credentials: Credentials, options: ServeOptions, port: int, stack: AsyncExitStack
) -> str:
    quota = RequestQuota(options.requests_per_second) if options.requests_per_second else None
    control_plane = ControlPlane(hsm, credentials, account=options.account, quota=quota)
    server = _HttpServer(Application(control_plane.answer))
    listening = _bind(options.host, port)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    stack.push_async_callback(server.stop, task)
    await server.accepting.wait()
    return f"http://{_host_text(options.host)}:{listening.getsockname()[1]}"


class _HttpServer(uvicorn.Server):
    """uvicorn, which tells when it accepts connections and leaves the process's signals alone."""

    def __init__(self, application: Application) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                http="httptools",
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=_STOP_SECONDS,
            )
        )
        self.accepting = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.accepting.set()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def stop(self, task: asyncio.Task[None]) -> None:
        """Finish the requests at hand and close."""
        self.should_exit = True
        await task


async def _start_face(host: str, options: FaceOptions, stack: AsyncExitStack) -> int:
    handler = options.face.handler(options.settings)
    try:
        listener = await serve_tcp(handler, host, options.port, framing=options.face.framing)
    except OSError as error:
        raise _cannot_bind(host, options.port, error) from None
    stack.push_async_callback(listener.close)
    return listener.port


def _bind(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise _cannot_bind(host, port, error) from None


def _cannot_bind(host: str, port: int, error: OSError) -> ConfigError:
    return ConfigError(
        f"cannot listen on {_host_text(host)}:{port}: {error.strerror}", hint="is it running already? give another port"
    )


def _host_text(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class _Worker:
    """The thread of `running`."""

    def __init__(self, options: ServeOptions) -> None:
        self._options = options
        self._thread = threading.Thread(target=self._run, name="keyexchange-faces", daemon=True)
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._addresses: Addresses | None = None
        self._failure: BaseException | None = None

    def start(self) -> None:
        self._thread.start()
        self._started.wait()

    def addresses(self) -> Addresses:
        if self._failure is not None:
            raise self._failure
        assert self._addresses is not None
        return self._addresses

    def stop(self) -> None:
        if self._loop is not None and self._stop is not None and self._addresses is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(self._main())
        except BaseException as error:  # handed over to the thread that waits in start()
            self._failure = error
        finally:
            self._started.set()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        async with AsyncExitStack() as stack:
            self._addresses = await _start(self._options, stack)
            self._started.set()
            await self._stop.wait()
