"""Files for their owner alone that are there whole or not at all, whatever the moment of a crash.

A new content is written beside its place and flushed to the disk, then takes its place in one step, and the folder is
flushed too. Source: rename(2), link(2) and fsync(2) of the Linux manual pages: rename replaces a file atomically, link
fails when the name is taken, and a folder is flushed by itself.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from keyexchange.errors import ConfigError


def create(path: Path, content: bytes) -> bool:
    """Write a new file; False when there is one already, which stays as it is.

    Raises:
        OSError: it cannot be written.
    """
    try:
        with writing(path, replace=False) as file:
            file.write(content)
    except FileExistsError:
        return False
    return True


def replace(path: Path, content: bytes) -> None:
    """Write a file, in place of what is there.

    Raises:
        OSError: it cannot be written; what was there still is.
    """
    with writing(path, replace=True) as file:
        file.write(content)


@contextmanager
def writing(path: Path, *, replace: bool) -> Iterator[BinaryIO]:
    """A file to write, which takes its place when the block ends well.

    Args:
        replace: whether it may take another file's place.

    Raises:
        FileExistsError: there is another file, and it may not; raised at the end of the block.
        OSError: it cannot be written.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}.new")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.rename(path)
        else:
            _link(draft, path)
        sync_folder(path.parent)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


def _link(draft: Path, path: Path) -> None:
    try:
        path.hardlink_to(draft)
    except FileNotFoundError:  # who was faster has cleared our draft away
        raise FileExistsError from None


def sync_folder(folder: Path) -> None:
    """Make what was renamed or removed in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_private(path: Path) -> bytes:
    """The content of a file that only its owner may read.

    Raises:
        ConfigError: others may read it.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise ConfigError(f"others may read {path}", hint=f"chmod 600 {path}, and treat its keys as disclosed")
        return file.read()


def clear_drafts(path: Path) -> None:
    """Remove what killed processes left beside a file. Inside `exclusive`, where nobody else is writing it."""
    for draft in path.parent.glob(f"{path.name}.*.new"):
        draft.unlink(missing_ok=True)


@contextmanager
def exclusive(folder: Path) -> Iterator[bool]:
    """Whether nobody else is inside such a block of this folder; a process that dies leaves it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
