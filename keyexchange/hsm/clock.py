"""The software HSM's time: given from outside, so that a test can let thirty days pass."""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from keyexchange.errors import ConfigError

Clock = Callable[[], datetime]
"""Gives the present as an aware datetime."""

CLOCK_FILE = "clock-offset"
_MILLISECONDS = struct.Struct("<q")
_FARTHEST = timedelta(days=36500)


def utc_now() -> datetime:
    """The machine's time, UTC."""
    return datetime.now(UTC)


class MovableClock:
    """The machine's time and what an operator has added to it: for rehearsals in which dates are to pass.

    How far it was moved lies in a file that all processes of the state directory share, so they have one time, and a
    restarted one does not go back. Moving is for one process at a time: whoever serves the console.

    Args:
        state_dir: exists.

    Raises:
        ConfigError: the file cannot be used.
    """

    def __init__(self, state_dir: Path) -> None:
        path = state_dir / CLOCK_FILE
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                if os.fstat(descriptor).st_size < _MILLISECONDS.size:
                    os.ftruncate(descriptor, _MILLISECONDS.size)
                self._shared = mmap.mmap(descriptor, _MILLISECONDS.size)
            finally:
                os.close(descriptor)
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"the clock's file {path} cannot be used: {type(error).__name__}", hint="check the path's rights"
            ) from None

    def __call__(self) -> datetime:
        """The present of this clock."""
        return utc_now() + self.ahead

    @property
    def ahead(self) -> timedelta:
        """How far it is ahead of the machine's."""
        return timedelta(milliseconds=_MILLISECONDS.unpack_from(self._shared)[0])

    def advance(self, by: timedelta) -> None:
        """Move it, forward only: what was made would lie in the future otherwise.

        Raises:
            ConfigError: backward, or farther than a hundred years.
        """
        ahead = self.ahead + by
        if by < timedelta() or ahead > _FARTHEST:
            raise ConfigError("the clock moves forward only, and by a hundred years at most", hint="such as 30d or 12h")
        _MILLISECONDS.pack_into(self._shared, 0, round(ahead / timedelta(milliseconds=1)))
        self._shared.flush()


def require_unmoved(state_dir: Path) -> None:
    """Refuse to serve on the machine's time what was made on a clock that is ahead of it.

    Raises:
        ConfigError: the state directory's clock was moved.
    """
    if (state_dir / CLOCK_FILE).exists() and MovableClock(state_dir).ahead:
        raise ConfigError(
            "the clock of this state directory was moved",
            hint=f"serve it with --movable-clock; or remove {CLOCK_FILE}, if nothing depends on its dates",
        )
