"""An APC face in a thread, and a boto3 client for it: for every room whose tests need AWS Payment Cryptography.

with running_apc(tmp_path) as url:
    client = apc_client(url)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from keyexchange.hsm import ServeOptions, running
from keyexchange.hsm.apc import REHEARSAL_ACCESS_KEY, REHEARSAL_SECRET_KEY, Quotas
from keyexchange.hsm.clock import Clock, utc_now
from keyexchange.keys import KeyAlgorithm


class MovableClock:
    """The machine's time plus what a test adds."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


@contextmanager
def running_apc(
    state_dir: Path,
    *,
    clock: Clock = utc_now,
    quotas: float | None = None,
    database_url: str | None = None,
    auto_approve: bool = False,
) -> Iterator[str]:
    """Run an APC face on a free loopback port; its endpoint URL.

    Args:
        state_dir: its keys; give the same again to restart it.
        clock: the HSM's time (not that of the signature check).
        quotas: control-plane requests per second; None for no limit.
        database_url: a PostgreSQL database; SQLite when absent.
        auto_approve: approve at once what a team is to approve.
    """
    options = ServeOptions(
        state_dir,
        apc_port=0,
        clock=clock,
        quotas=Quotas(control_plane=quotas),
        database_url=database_url,
        auto_approve=auto_approve,
        authority_algorithm=KeyAlgorithm.RSA_2048,  # RSA_4096, as in life, takes a second to make
    )
    with running(options) as addresses:
        assert addresses.apc_url is not None
        yield addresses.apc_url


def apc_client(url: str, *, region: str = "us-east-1", **config: object) -> Any:
    """A boto3 client with the rehearsal credentials, that sends every request once."""
    settings = Config(retries={"total_max_attempts": 1}, **config)
    return _session().client("payment-cryptography", endpoint_url=url, region_name=region, config=settings)


def data_client(url: str, *, region: str = "us-east-1", **config: object) -> Any:
    """As `apc_client`, of the data plane."""
    settings = Config(retries={"total_max_attempts": 1}, **config)
    return _session().client("payment-cryptography-data", endpoint_url=url, region_name=region, config=settings)


@cache
def _session() -> boto3.Session:
    """One for all, because each costs 40 ms."""
    return boto3.Session(aws_access_key_id=REHEARSAL_ACCESS_KEY, aws_secret_access_key=REHEARSAL_SECRET_KEY)
