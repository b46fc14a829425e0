"""Dual control of 12A: a challenge for a public key, two officers who approve it, the answer that they get for it.

A convention: that there are two steps and two people is public (AWS's readme, key_exchange/hsm/atalla), how challenge
and answer look is not.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from ..errors import Refusal

_MOST = 64
"""Challenges that wait at the same time; one more makes the oldest void."""
_OFFICERS = 2


@dataclass
class _Pending:
    """A challenge that waits for its answer."""

    challenge: str
    answer: str
    until: float
    approved_by: set[str] = field(default_factory=set)


class Officers:
    """The two officers of one simulated HSM.

    Args:
        seconds: how long a challenge is good.
        auto_approve: the challenge is its own answer.
        clock: seconds, not going back.
    """

    def __init__(self, seconds: float, *, auto_approve: bool, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._auto_approve = auto_approve
        self._clock = clock
        self._pending: dict[bytes, _Pending] = {}

    def challenge(self, subject: bytes) -> str:
        """Eight digits for what is to be approved; the same while they are good."""
        found = self._valid(subject)
        if found is None:
            challenge = secrets.token_hex(4).upper()
            answer = challenge if self._auto_approve else secrets.token_hex(4).upper()
            found = _Pending(challenge, answer, self._clock() + self._seconds)
            self._pending[subject] = found
            if len(self._pending) > _MOST:
                del self._pending[next(iter(self._pending))]
        return found.challenge

    def approve(self, officer: str, challenge: str) -> str | None:
        """One officer approves; the answer, when two different ones have.

        Raises:
            Refusal: 27: nothing waits with this challenge.
        """
        for subject in list(self._pending):
            found = self._valid(subject)
            if found is not None and found.challenge == challenge.upper():
                found.approved_by.add(officer)
                return found.answer if len(found.approved_by) >= _OFFICERS else None
        raise Refusal("27", 2)

    def redeem(self, subject: bytes, answer: str) -> None:
        """Take the answer for what is to be approved; it is good once.

        Raises:
            Refusal: 24: it is wrong, or nothing waits.
        """
        found = self._valid(subject)
        given = answer.upper().encode("ascii")
        if found is None or not hmac.compare_digest(found.answer.encode("ascii"), given):
            raise Refusal("24", 4)
        if not self._auto_approve and len(found.approved_by) < _OFFICERS:
            raise Refusal("24", 4)
        del self._pending[subject]

    def _valid(self, subject: bytes) -> _Pending | None:
        found = self._pending.get(subject)
        if found is not None and found.until < self._clock():
            del self._pending[subject]
            return None
        return found
