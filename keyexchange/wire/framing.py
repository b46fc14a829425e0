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


class Delimited:
    """Text between a mark in front and a mark behind; neither occurs inside (Excrypt: `[` and `]`).

    Args:
        start, end: the marks, one octet each.
        largest: the longest message that is accepted or sent, octets, without its marks.
        between: octets that may stand between messages and are skipped; None: any.
    """

    def __init__(
        self, start: bytes, end: bytes, *, largest: int = LARGEST_MESSAGE, between: bytes | None = b"\r\n"
    ) -> None:
        self._start, self._end, self._largest, self._between = start, end, largest, between
        self._buffer = bytearray()

    @property
    def pending(self) -> int:
        """Octets kept of a message that is not complete."""
        return len(self._buffer)

    def feed(self, octets: bytes) -> list[bytes]:
        """See `Framing.feed`."""
        searched = len(self._buffer)
        self._buffer += octets
        complete = []
        while self._skipped():
            end = self._buffer.find(self._end, searched)
            if end < 0:
                self._accepted(len(self._buffer) - 1)
                break
            complete.append(bytes(self._buffer[1 : 1 + self._accepted(end - 1)]))
            del self._buffer[: end + 1]
            searched = 0
        return complete

    def encode(self, message: bytes) -> bytes:
        """See `Framing.encode`."""
        if self._start in message or self._end in message:
            raise malformed("a message holds the mark that begins or ends one")
        self._accepted(len(message))
        return self._start + message + self._end

    def _skipped(self) -> bool:
        """Drop what stands before the next message; whether one has begun."""
        start = self._buffer.find(self._start)
        between = self._buffer if start < 0 else self._buffer[:start]
        if self._between is not None and between.strip(self._between):
            raise malformed("octets stand outside of a message")
        del self._buffer[: len(between)]
        return start >= 0

    def _accepted(self, length: int) -> int:
        if length > self._largest:
            raise malformed(f"a message of more than the {self._largest} octets allowed")
        return length
