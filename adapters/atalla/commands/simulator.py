"""Commands that no public source knows and only our own face answers, with IDs of their own.

By which command an AT1000 takes a TR-34 token or an RSA-wrapped key is not public, so the way into a real one is TR-31
(119) under a KEK that it has sent out by TR-34.
"""

from __future__ import annotations

from keyexchange.wire import wire

from ..fields import CHECK_DIGITS, HEADER, Free, Key, Octets, hexadecimal, one_of
from ..message import Reply, Request

_SOURCE = "none: a convention of this project's simulator"


class ReceiveTr34Reply(Reply):
    """A034."""

    code = "A034"
    key: str = wire(Key(), sensitive=True)
    check_digits: str = wire(CHECK_DIGITS)


class ReceiveTr34(Request[ReceiveTr34Reply]):
    """9034: the key of a TR-34 token. The sender's public key has been accepted by 12A (header 1wRVE000)."""

    code = "9034"
    reply = ReceiveTr34Reply
    provenance = "self"
    source = _SOURCE
    simulator_only = True
    private_key: str = wire(Key(), sensitive=True)
    sender: str = wire(Key())
    nonce: bytes = wire(Octets(64), default=b"")
    token: bytes = wire(Octets(8192, 64))


class ReceiveRsaReply(Reply):
    """A035."""

    code = "A035"
    key: str = wire(Key(), sensitive=True)
    check_digits: str = wire(CHECK_DIGITS)


class ReceiveRsa(Request[ReceiveRsaReply]):
    """9035: a key under RSA-OAEP with SHA-256 (5) or SHA-512 (7), which becomes an AKB of this header."""

    code = "9035"
    reply = ReceiveRsaReply
    provenance = "self"
    source = _SOURCE
    simulator_only = True
    private_key: str = wire(Key(), sensitive=True)
    hash: str = wire(one_of("5", "7"))
    header: str = wire(HEADER)
    cryptogram: bytes = wire(Octets(1024, 128))


class ApproveReply(Reply):
    """A012: WAITING after the first officer; ANSWER and the answer after the second."""

    code = "A012"
    status: str = wire(one_of("WAITING", "ANSWER"))
    answer: str = wire(hexadecimal(0, 8), default="")


class Approve(Request[ApproveReply]):
    """9012: the console of the simulated officers: one of them approves a challenge of 12A."""

    code = "9012"
    reply = ApproveReply
    provenance = "self"
    source = _SOURCE
    simulator_only = True
    officer: str = wire(Free(32, 1))
    challenge: str = wire(hexadecimal(8, 8))
