"""How messages lie in a stream of octets. No socket in sight.

A framing object belongs to one connection: it keeps what came of a message that is not complete yet.
"""

from __future__ import annotations

from typing import Protocol

from keyexchange.wire.cursor import malformed

LARGEST_MESSAGE = 32 * 1024
"""Octets. Source: payShield host buffer, NO status "3 = 32K"."""


class Framing(Protocol):
    """What a connection needs of a framing, at either end."""

    @property
    def pending(self) -> int:
        """Octets kept of a message that is not complete."""

    def feed(self, octets: bytes) -> list[bytes]:
        """Take what the socket gave; return the messages now complete, oldest first.

        Raises:
            FormatError: category command: this can never become a message.
        """

    def encode(self, message: bytes) -> bytes:
        """The message as it goes on the wire, in one piece.

        Raises:
            FormatError: category command: longer than a message may be.
        """


class LengthPrefixed:
    """Two octets of length, big-endian, then so many octets of message (payShield host port).

    Args:
        largest: the longest message that is accepted or sent, octets; at most 65535.
    """

    def __init__(self, largest: int = LARGEST_MESSAGE) -> None:
        self._largest = largest
        self._buffer = bytearray()

    @property
    def pending(self) -> int:
        """Octets kept of a message that is not complete."""
        return len(self._buffer)

    def feed(self, octets: bytes) -> list[bytes]:
        """See `Framing.feed`."""
        self._buffer += octets
        complete = []
        while len(self._buffer) >= 2:
            end = 2 + self._accepted(int.from_bytes(self._buffer[:2], "big"))
            if len(self._buffer) < end:
                break
            complete.append(bytes(self._buffer[2:end]))
            del self._buffer[:end]
        return complete

    def encode(self, message: bytes) -> bytes:
        """See `Framing.encode`."""
        return self._accepted(len(message)).to_bytes(2, "big") + message

    def _accepted(self, length: int) -> int:
        if length > self._largest:
            raise malformed(f"a message of {length} octets is longer than the {self._largest} allowed")
        return length
