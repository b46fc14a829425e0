"""The pace against a quota that is really counted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from adapters.apc.client import Access, AwsClient
from tests.apc_server import running_apc

from .house import (
    REGION,
)


@dataclass
class Patience:
    """Waits, and remembers how often."""

    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        threading.Event().wait(seconds)


def quota_client(url: str, trace: Callable[[str], None], patience: Patience, rate: float | None) -> AwsClient:
    access = Access("payment-cryptography", "apc", REGION, endpoint_url=url)
    return AwsClient(access, requests_per_second=rate, trace=trace, sleep=patience.sleep, jitter=lambda: 0.1)


def test_below_the_quota_nothing_is_throttled(tmp_path: Path) -> None:
    lines: list[str] = []
    with running_apc(tmp_path, quotas=50.0) as url:
        client = quota_client(url, lines.append, Patience(), 45.0)
        for _ in range(60):  # more than the service lets through at once
            client.call("ListKeys")
        client.close()
    assert "ThrottlingException" not in "".join(lines)


def test_above_the_quota_everything_arrives_all_the_same(tmp_path: Path) -> None:
    lines: list[str] = []
    patience = Patience()
    with running_apc(tmp_path, quotas=5.0) as url:
        client = quota_client(url, lines.append, patience, None)
        for _ in range(9):
            client.call("ListKeys")
        client.close()
    assert "ThrottlingException" in "".join(lines)
    assert patience.waits
