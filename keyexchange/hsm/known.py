"""What was read from the store lately and is still so: a look-up in the database costs more than most operations do."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from keyexchange.hsm.cache import LeastRecentlyUsed
from keyexchange.hsm.store import Store

T = TypeVar("T")

SIZE = 1024
SHARED_SECONDS = 0.25
"""How long a change that another process made may stay unseen here."""


class Known:
    """Kept until anything is written to the store; where other processes write to it too, never for long.

    Args:
        store: whose contents are kept.
        clock: seconds that only go forward.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._values: LeastRecentlyUsed[object] = LeastRecentlyUsed(SIZE)
        self._writes = -1
        self._until = 0.0

    def get(self, key: Hashable, find: Callable[[], T]) -> T:
        """The value of a key; looked up when it is not known any more. What `find` raises is not kept."""
        if self._store.writes != self._writes or (self._store.shared and self._clock() >= self._until):
            self._values = LeastRecentlyUsed(SIZE)
            self._writes = self._store.writes
            self._until = self._clock() + SHARED_SECONDS
        return cast(T, self._values.get(key, find))
