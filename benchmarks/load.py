"""A load generator that is cheap enough not to be the limit: signed requests are octets, made beforehand.

It runs in a process of its own. Each connection has one request under way; the next one is written when the answer is
whole. What an answer says is looked at no further than its status.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3
import uvloop
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

from keyexchange.hsm.apc import REHEARSAL_ACCESS_KEY, REHEARSAL_SECRET_KEY

REGION = "us-east-1"
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)\r\n")
_CLOSE = re.compile(rb"(?i)\r\nconnection: *close\r\n")


def client(url: str) -> Any:
    """boto3 for a server; every request is sent once."""
    session = boto3.Session(aws_access_key_id=REHEARSAL_ACCESS_KEY, aws_secret_access_key=REHEARSAL_SECRET_KEY)
    once = Config(retries={"total_max_attempts": 1})
    return session.client("payment-cryptography", endpoint_url=url, region_name=REGION, config=once)


class Signed:
    """Signs requests as boto3 does, and sends none of them."""

    def __init__(self, url: str) -> None:
        self._client = client(url)
        self._client.meta.events.register("before-send.payment-cryptography", self._keep)
        self._octets = b""

    def request(self, method: str, **members: Any) -> bytes:
        """One request of a client's method, good for some minutes."""
        getattr(self._client, method)(**members)
        return self._octets

    def _keep(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        parts = urlsplit(request.url)
        headers = {"Host": parts.netloc, **request.headers}
        lines = [f"POST {parts.path or '/'} HTTP/1.1", *(f"{name}: {_text(value)}" for name, value in headers.items())]
        body = request.body if isinstance(request.body, bytes) else request.body.encode()
        self._octets = "\r\n".join([*lines, "", ""]).encode() + body
        return AWSResponse(request.url, 200, {}, _Empty())


class _Empty:
    """The body of an answer to a request that was never sent."""

    def stream(self) -> Iterator[bytes]:
        yield b"{}"


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@dataclass
class Tally:
    """What came of it.

    Args:
        seconds: how long requests were sent.
        cpu_seconds: processor time that this side took meanwhile.
        answered: answers with status 200.
        refused: all others.
        refusal: the first of them.
    """

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    answered: int = 0
    refused: int = 0
    refusal: bytes = b""

    @property
    def rate(self) -> float:
        """Answers a second.

        Raises:
            RuntimeError: a request was refused, so the figure would not mean what it says.
        """
        if self.refused:
            raise RuntimeError(f"{self.refused} requests were refused, the first with {self.refusal[:300]!r}")
        return self.answered / self.seconds

    @property
    def busy(self) -> float:
        """The part of the time in which this side computed; near 1, it and not the server is what was measured."""
        return self.cpu_seconds / self.seconds


@dataclass
class Job:
    """What to send where, and for how long.

    Args:
        requests: sent in turn, again and again.
    """

    url: str
    requests: Sequence[bytes]
    connections: int = 16
    seconds: float = 2.0
    tally: Tally = field(default_factory=Tally)


def drive(job: Job) -> Tally:
    """Do it."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_drive(job))


async def _drive(job: Job) -> Tally:
    requests = itertools.cycle(job.requests)
    begun, cpu_begun = time.perf_counter(), time.process_time()
    ends = begun + job.seconds
    await asyncio.gather(*(_Connection(job, requests, ends).run() for _ in range(job.connections)))
    job.tally.seconds = time.perf_counter() - begun
    job.tally.cpu_seconds = time.process_time() - cpu_begun
    return job.tally


class _Connection(asyncio.Protocol):
    """One of them; opened again when the server closes it."""

    def __init__(self, job: Job, requests: Iterator[bytes], ends: float) -> None:
        self._job, self._requests, self._ends = job, requests, ends
        self._loop = asyncio.get_running_loop()
        self._done = self._loop.create_future()
        self._pending = b""
        self._transport: asyncio.Transport | None = None

    async def run(self) -> None:
        await self._open()
        await self._done

    async def _open(self) -> None:
        parts = urlsplit(self._job.url)
        await self._loop.create_connection(lambda: self, parts.hostname, parts.port)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._pending += data
        head = self._pending.find(b"\r\n\r\n") + 4
        if head < 4:
            return
        length = _LENGTH.search(self._pending, 0, head)
        assert length is not None
        end = head + int(length[1])
        if len(self._pending) < end:
            return
        self._count(self._pending)
        closing = _CLOSE.search(self._pending, 0, head)
        self._pending = self._pending[end:]
        if closing is None:
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._done.done():
            return
        if exc is not None:
            self._done.set_exception(exc)
            return
        self._pending = b""
        self._reopening = self._loop.create_task(self._open())

    def _count(self, answer: bytes) -> None:
        tally = self._job.tally
        if answer[9:12] == b"200":
            tally.answered += 1
            return
        tally.refused += 1
        tally.refusal = tally.refusal or answer

    def _next(self) -> None:
        assert self._transport is not None
        if time.perf_counter() < self._ends:
            self._transport.write(next(self._requests))
            return
        self._done.set_result(None)
        self._transport.close()
