"""The software HSM's time: given from outside, so that a test can let thirty days pass."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present as an aware datetime."""


def utc_now() -> datetime:
    """The machine's time, UTC."""
    return datetime.now(UTC)
