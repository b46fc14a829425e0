"""`keyexchange serve` as processes of their own, to be killed and started again on the same port and state."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 60.0
"""Seconds until a server has to be ready, or its port free; a busy machine takes its time."""


def free_port() -> int:
    """A port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@dataclass
class Served:
    """A server that can be killed.

    Args:
        state_dir: of the software HSM.
        words: further words of the command line.
        port: of the APC face; a free one.
    """

    state_dir: Path
    words: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it accepts connections."""
        command = [sys.executable, "-m", "keyexchange", "serve", "--apc-port", str(self.port)]
        command += ["--state-dir", str(self.state_dir), *self.words]
        # a session of its own, so that its workers can be killed with it
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline().startswith(b"ready"), "it did not start"

    def kill(self) -> None:
        """Kill it, as kill -9 and a crash of the machine's memory do: all its processes, at any instruction."""
        assert self._process is not None
        assert self._process.stdout is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process.stdout.close()
        self._process = None
        self._until_free()

    def _until_free(self) -> None:
        """The kernel closes the sockets of killed processes one after the other."""
        ends = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                return
            assert time.monotonic() < ends, "a killed server still accepts connections"
            time.sleep(0.01)
