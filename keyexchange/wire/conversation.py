"""One command, one reply, and a line in the trace for each: what every client of a host port does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from keyexchange.errors import DeviceRefusedError, ProtocolError, UnreachableError
from keyexchange.wire.tcp import Connection

Trace = Callable[[str], None]


class Redacted(Protocol):
    """A message that can be written down without key material."""

    def redacted(self) -> str:
        """Its command, field names, values that are no key material, lengths."""


T = TypeVar("T")
R = TypeVar("R", bound=Redacted)


class Conversation:
    """Says commands to one HSM, one at a time.

    Args:
        side: the name for messages.
        connection: to its host port.
        trace: gets one line per message, key material left out.
    """

    def __init__(self, side: str, connection: Connection, trace: Trace | None) -> None:
        self._side = side
        self._connection = connection
        self._trace = trace

    def ask(
        self, code: str, request: Redacted, message: bytes, read: Callable[[bytes], R], *, refusal_code: str = ""
    ) -> R:
        """Have a command carried out.

        Args:
            code: of the command, for messages.
            request: as the trace shows it.
            message: as it goes over the wire, without framing.
            read: makes the reply of the answer's octets.
            refusal_code: as the trace names a refusal; the command's own code when absent.

        Raises:
            UnreachableError, TrustError: see `Connection.exchange`.
            DeviceRefusedError, ProtocolError: as `read`.
        """
        self._note(f"> {request.redacted()}")
        answer = self._exchange(code, message)
        try:
            reply = self._read(lambda: read(answer))
        except DeviceRefusedError as error:
            self._note(f"< {refusal_code or code} error={error.code}")
            raise
        self._note(f"< {reply.redacted()}")
        return reply

    def look(self, code: str, message: bytes, read: Callable[[bytes], str | None]) -> str | None:
        """Send a command without its fields, and note what its refusal says.

        Raises:
            UnreachableError, TrustError, ProtocolError: as `ask`.
        """
        self._note(f"> {code} (without fields)")
        answer = self._exchange(code, message)
        found = self._read(lambda: read(answer))
        self._note(f"< {code} error={found}" if found is not None else f"< {code} carried out")
        return found

    def _exchange(self, code: str, message: bytes) -> bytes:
        """The reply's octets; a failure on the way says which command it hit."""
        try:
            return self._connection.exchange(message)
        except (UnreachableError, ProtocolError) as error:
            self._note(f"< {code} failure={type(error).__name__}")
            raise type(error)(f"{self._side}, command {code}: {error.message}", hint=error.hint) from None

    def _read(self, reading: Callable[[], T]) -> T:
        """What an answer says. One that is not right is named by its side, and its connection closed: what else comes
        on it would answer another command."""
        try:
            return reading()
        except ProtocolError as error:
            self._connection.close()
            raise ProtocolError(f"{self._side}: {error.message}", hint=error.hint) from None

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def _note(self, line: str) -> None:
        if self._trace is not None:
            self._trace(line)
