"""Request quotas, for rehearsing against them."""

from __future__ import annotations

import time
from collections.abc import Callable

from keyexchange.hsm.apc.errors import throttled

CONTROL_PLANE_PER_SECOND = 5.0
"""Control-plane requests a second, all operations together.

Source: AWS Payment Cryptography User Guide, "Quotas for AWS Payment Cryptography".
"""


class RequestQuota:
    """A token bucket: so many requests a second, and as many at once after a pause.

    Args:
        per_second: how many.
        clock: seconds that only go forward.
    """

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._clock = clock
        self._tokens = per_second
        self._at = clock()

    def spend(self) -> None:
        """Count one request.

        Raises:
            ApiError: ThrottlingException.
        """
        now = self._clock()
        self._tokens = min(self._per_second, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        if self._tokens < 1:
            raise throttled()
        self._tokens -= 1
