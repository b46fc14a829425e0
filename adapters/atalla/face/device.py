"""The simulated HSM: its master file key, its officers, and the table of commands it answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from keyexchange.crypto import TdesKey, block_cipher_kcv
from keyexchange.secret import Secret

from .. import akb
from ..errors import Refusal
from ..headers import Header
from ..message import Reply, Request
from .officers import Officers
from .options import FaceOptions
from .protection import Protection

R = TypeVar("R", bound=Reply)
Q = TypeVar("Q", bound=Request[Any])

_VERSION = "1"


@dataclass(frozen=True)
class OpenKey:
    """A symmetric key, taken out of its block."""

    header: Header
    key: Secret

    def digits(self, count: int) -> str:
        """Leading digits of the encryption of eight zero octets."""
        return block_cipher_kcv(TdesKey(self.key), count).digits


class Device:
    """One HSM. It stores no keys: every key comes in a command, in a block.

    Args:
        options: its settings.
    """

    def __init__(self, options: FaceOptions, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.options = options
        self.master = OpenKey(Header("1KDDN0M0"), Secret(bytes.fromhex(options.master_file_key)))
        self.protection = Protection(self.master.key)
        self.officers = Officers(options.challenge_seconds, auto_approve=options.auto_approve, clock=clock)

    def open(self, text: str, field: int, *, usages: str = "", protection: Protection | None = None) -> OpenKey:
        """Open a symmetric key.

        Args:
            field: its number in the command.
            usages: what its header may say; empty: anything.
            protection: of a KEK; the master file key's when absent.

        Raises:
            Refusal: 05: it does not authenticate; 06: its header does not allow this; 10; 73: another version.
        """
        header = self.header(text, field, usages=usages)
        return OpenKey(header, (protection or self.protection).unwrap(akb.parse(text), field))

    @staticmethod
    def header(text: str, field: int, *, usages: str = "", mode: str = "") -> Header:
        """The header of a block, when it allows what is asked.

        Raises:
            Refusal: 06, 73.
        """
        header = Header(akb.parse(text).header)
        if header.text[0] != _VERSION:
            raise Refusal("73", field)
        if (usages and header.usage not in usages) or (mode and header.mode not in mode):
            raise Refusal("06", field)
        return header

    def keep(self, header: str, key: Secret) -> str:
        """A key block under the master file key."""
        return self.protection.wrap(header, key)

    def digits(self, key: OpenKey) -> str:
        """Check digits as most commands give them."""
        return key.digits(self.options.check_digits)


@dataclass(frozen=True)
class Answer:
    """How a command is answered.

    Args:
        run: from device and request to reply; raises Refusal.
        slow: it takes a worker thread, so that other connections go on.
    """

    run: Callable[[Device, Any], Reply]
    slow: bool


ANSWERS: dict[type[Request[Any]], Answer] = {}
"""Filled by `answers`."""


def answers(request: type[Q], *, slow: bool = False) -> Callable[[Callable[[Device, Q], R]], Callable[[Device, Q], R]]:
    """Register a function as the answer to a command."""

    def register(run: Callable[[Device, Q], R]) -> Callable[[Device, Q], R]:
        ANSWERS[request] = Answer(run, slow)
        return run

    return register
