"""The servers that are measured: each a process of its own on a free loopback port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.load import Signed
from tests.served import free_port

MOTO = Path(sys.executable).with_name("moto_server")
PATIENCE = 30.0


Command = Callable[[int], Sequence[str]]
"""What starts a server on a port."""


def keyexchange_command(state_dir: Path, *, database: str | None = None, workers: int = 1) -> Command:
    """`keyexchange serve`."""
    words = ["serve", "--state-dir", str(state_dir), "--workers", str(workers)]
    words += ["--database", database] if database else []
    return lambda port: [sys.executable, "-m", "keyexchange", *words, "--apc-port", str(port)]


def moto_command() -> Command:
    """`moto_server`."""
    return lambda port: [str(MOTO), "-H", "127.0.0.1", "-p", str(port)]


@contextmanager
def keyexchange(state_dir: Path, *, database: str | None = None, workers: int = 1) -> Iterator[str]:
    """`keyexchange serve`, its AWS face's endpoint URL."""
    with _running(keyexchange_command(state_dir, database=database, workers=workers)) as url:
        yield url


@contextmanager
def moto() -> Iterator[str]:
    """`moto_server`, its endpoint URL."""
    with _running(moto_command()) as url:
        yield url


def start_to_first_answer(command: Command) -> float:
    """Seconds from the start of a server to the end of its first answer, a signed ListKeys."""
    port = free_port()
    request = Signed(f"http://127.0.0.1:{port}").request("list_keys")
    begun = time.perf_counter()
    with _process(command(port)) as process:
        with _connected(port, process) as connection:
            connection.sendall(request)
            assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200")
        return time.perf_counter() - begun


def run_time(program: str) -> float:
    """Seconds that Python takes to start, run a program and end."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)
    return time.perf_counter() - begun


@contextmanager
def _running(command: Command) -> Iterator[str]:
    port = free_port()
    with _process(command(port)) as process:
        with _connected(port, process):
            pass
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _process(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KEYEXCHANGE_")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled once, not at every start
    # moto writes a line for each request; no server is to wait for whoever reads it
    with tempfile.TemporaryFile() as said, subprocess.Popen(command, stdout=said, stderr=said, env=environment) as one:
        try:
            yield one
        except ChildProcessError:
            said.seek(0)
            sys.stderr.write(said.read().decode())
            raise
        finally:
            one.terminate()


@contextmanager
def _connected(port: int, process: subprocess.Popen[bytes]) -> Iterator[socket.socket]:
    ends = time.perf_counter() + PATIENCE
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port))
            break
        except ConnectionRefusedError:
            if process.poll() is not None or time.perf_counter() > ends:
                raise ChildProcessError(f"{process.args!r} does not serve port {port}") from None
            time.sleep(0.002)
    with connection:
        connection.settimeout(PATIENCE)
        yield connection
