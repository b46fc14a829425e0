"""The region main key's file, and the one that waits beside it during a rotation."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from keyexchange.errors import ConfigError
from keyexchange.hsm import files
from keyexchange.hsm.main_keys.protection import OCTETS, Plain, Protection, open_content
from keyexchange.hsm.main_keys.unlocking import Unlocking
from keyexchange.secret import Secret
from keyexchange.tr31 import Kbpk

REGION_KEY_FILE = "region-main-key"
NEXT_KEY_FILE = "region-main-key.next"


@dataclass(frozen=True)
class RegionKey:
    """An open region main key.

    Args:
        kbpk: wraps the profile main keys.
        protection: how its file keeps it.
    """

    kbpk: Kbpk
    protection: Protection


class RegionKeyFile:
    """The region main key of a state directory.

    Args:
        state_dir: exists.
        unlocking: what opens a protected one.
    """

    def __init__(self, state_dir: Path, unlocking: Unlocking) -> None:
        self._folder = state_dir
        self._path = state_dir / REGION_KEY_FILE
        self._next = state_dir / NEXT_KEY_FILE
        self._unlocking = unlocking

    @property
    def exists(self) -> bool:
        """Whether there is one."""
        return self._path.exists()

    def open(self) -> RegionKey:
        """The key; made at the first start, unprotected. Of two processes that start at once, both have one's.

        Raises:
            ConfigError: the file cannot be read or written, others may read it, it is no main key, or does not open.
        """
        if not self.exists:
            self.create(Secret(os.urandom(OCTETS)))
        return self._open(self._path)

    def create(self, key: Secret) -> bool:
        """Keep a first key, unprotected; False when there is one already.

        Raises:
            ConfigError: the file cannot be written.
        """
        with self._errors(self._path):
            return files.create(self._path, Plain().content(key))

    def protect(self, protection: Protection) -> None:
        """Keep the key in another way.

        Raises:
            ConfigError: as `open`, or the new protection cannot be used, or another process is changing the keys.
        """
        with self.changing():
            key = self._open(self._path).kbpk.key
            content = protection.content(key)
            if protection.key(content) != key:  # it is to replace the only copy
                raise ConfigError("the newly protected key does not open", hint="nothing was changed; report this")
            with self._errors(self._path):
                files.replace(self._path, content)

    def stage(self, content: bytes) -> None:
        """Put the next key's file beside this one's.

        Raises:
            ConfigError: it cannot be written.
        """
        with self._errors(self._next):
            files.replace(self._next, content)

    def staged(self) -> RegionKey | None:
        """The next key; None when there is none.

        Raises:
            ConfigError: as `open`.
        """
        return self._open(self._next) if self._next.exists() else None

    def promote(self) -> None:
        """Let the next key take this one's place.

        Raises:
            ConfigError: it cannot.
        """
        with self._errors(self._path):
            self._next.rename(self._path)
            files.sync_folder(self._folder)

    def discard(self) -> None:
        """Forget the next key, under which nothing is.

        Raises:
            ConfigError: it cannot be removed.
        """
        with self._errors(self._next):
            self._next.unlink(missing_ok=True)
            files.sync_folder(self._folder)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """For whoever changes the files.

        Raises:
            ConfigError: another process, or another request, is at it.
        """
        with files.exclusive(self._folder) as mine:
            if not mine:
                raise being_changed()
            files.clear_drafts(self._path)
            yield

    @contextmanager
    def trying(self) -> Iterator[bool]:
        """Whether the files may be changed; False when somebody else does."""
        with files.exclusive(self._folder) as mine:
            yield mine

    def _open(self, path: Path) -> RegionKey:
        with self._errors(path):
            content = files.read_private(path)
        key, protection = open_content(content, self._unlocking, path)
        return RegionKey(Kbpk("A", key), protection)

    @contextmanager
    def _errors(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ConfigError(
                f"the region main key in {path}: {error.strerror}", hint="check the path's rights"
            ) from None


def being_changed() -> ConfigError:
    """The refusal while somebody else changes the main keys."""
    return ConfigError("the main keys are being changed by somebody else", hint="wait until that is done")
