"""Writing the trail.

Laws of this file:

- one event is one line and one write(2) to a file opened for appending: what `write` has returned from is with the
  operating system, and stays when the process is killed. It is not synced: the last seconds before a power cut may be
  missing, which the store, whose writes are synced, may have kept;
- every process writes a file of its own, so processes that share a state directory need no lock;
- a file that is full is left and a new one begun; nothing is ever renamed or deleted here.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

FOLDER = "audit"
SUFFIX = ".jsonl"
LARGEST_FILE = 64 * 1024 * 1024
"""Octets, after which a new file is begun."""


class AuditLog:
    """The events of one process.

    Args:
        state_dir: of the software HSM; the folder `audit` is made in it at the first event.
        largest: octets of a file.
    """

    def __init__(self, state_dir: Path, *, largest: int = LARGEST_FILE) -> None:
        self._folder = state_dir / FOLDER
        self._largest = largest
        self._file: int | None = None
        self._size = 0
        self._numbers = count(1)

    def write(self, text: str) -> None:
        """Write an event; it survives the end of the process.

        Args:
            text: the event as JSON, without a line break in it.

        Raises:
            OSError: it could not be written, or not whole.
        """
        line = f"{text}\n".encode()
        if self._file is None or self._size + len(line) > self._largest:
            self._begin_file()
        assert self._file is not None
        written = os.write(self._file, line)
        self._size += written
        if written != len(line):
            self.close()  # half a line stands at this file's end; the next event begins another
            raise OSError("the audit trail could not be written whole")

    def close(self) -> None:
        """Close the file; another event opens a new one."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _begin_file(self) -> None:
        self.close()
        self._folder.mkdir(mode=0o700, exist_ok=True)
        # sorted by name, files are sorted by their first event
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{os.getpid()}-{next(self._numbers)}{SUFFIX}"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._file = os.open(self._folder / name, flags, 0o600)
        self._size = 0
