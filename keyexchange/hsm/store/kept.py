"""Rows that were read lately and are still so: asking the database takes longer than most of an operation."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from keyexchange.hsm.store.engine import Stamp, Store

T = TypeVar("T")

SIZE = 4096


class Kept(Generic[T]):
    """Kept until something that was there is changed. Where other processes change it too, it is kept while this one
    is the writer, and nothing beside that: what an operation of the control plane says is true when it says so.

    Args:
        store: whose contents are kept.
        keeps: whether a value is one to keep; what was not found, or changes with time, is not.
    """

    def __init__(self, store: Store, keeps: Callable[[T], bool]) -> None:
        self._store = store
        self._keeps = keeps
        self._values: dict[Hashable, T] = {}
        self._stamp: Stamp | None = None

    def get(self, key: Hashable, find: Callable[[], T]) -> T:
        """The value of a key; looked up when it is not known any more."""
        stamp = self._store.stamp
        if stamp is not None and self._stamp == stamp and key in self._values:
            return self._values[key]
        value = find()  # which may change things itself
        stamp = self._store.stamp
        if self._stamp != stamp:
            self._values.clear()
            self._stamp = stamp
        if stamp is not None and self._keeps(value):
            if len(self._values) >= SIZE:
                self._values.clear()
            self._values[key] = value
        return value
