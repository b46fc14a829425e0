"""The token bucket."""

from __future__ import annotations

from contextlib import suppress

import pytest

from keyexchange.hsm.apc.errors import ApiError
from keyexchange.hsm.apc.quotas import RequestQuota


def test_so_many_at_once_then_so_many_a_second() -> None:
    now = 0.0
    quota = RequestQuota(5, clock=lambda: now)

    def let_in(count: int) -> int:
        passed = 0
        for _ in range(count):
            with suppress(ApiError):
                quota.spend()
                passed += 1
        return passed

    assert let_in(10) == 5
    now = 0.2
    assert let_in(10) == 1
    now = 100.0
    assert let_in(10) == 5


def test_the_refusal_is_a_throttling_exception() -> None:
    quota = RequestQuota(0.5, clock=lambda: 0.0)
    with pytest.raises(ApiError, match="Rate exceeded") as caught:
        quota.spend()
    assert caught.value.code == "ThrottlingException"
