"""A reading position in received octets. Says what is wrong with them, never what they are."""

from __future__ import annotations

from keyexchange.errors import FormatError

_HINT = "check the message header length, and that both ends speak this command in the same version"


def malformed(why: str) -> FormatError:
    """The error of every codec: category `command`, no received octets in it."""
    return FormatError(why, category="command", hint=_HINT)


class Cursor:
    """Takes octets from the front of a message.

    Args:
        octets: the message.
    """

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._position = 0

    def __len__(self) -> int:
        """How many octets are left."""
        return len(self._octets) - self._position

    def peek(self, count: int) -> bytes:
        """The next octets without taking them; fewer when fewer are left."""
        return self._octets[self._position : self._position + count]

    def take(self, count: int) -> bytes:
        """The next octets.

        Raises:
            FormatError: category command: fewer are left.
        """
        if count > len(self):
            raise malformed("the message ends too early")
        taken = self.peek(count)
        self._position += count
        return taken

    def take_rest(self) -> bytes:
        """All that is left."""
        return self.take(len(self))
