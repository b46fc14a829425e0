"""Sends a command, returns its reply. The only place where commands meet the socket."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TypeVar

from keyexchange.errors import DeviceRefusedError, ProtocolError, UnreachableError
from keyexchange.wire import Connection

from .errors import ABSENT
from .message import Reply, Request, decode_reply, encode_request, reply_code

R = TypeVar("R", bound=Reply)
Trace = Callable[[str], None]


class Client:
    """One payShield.

    Args:
        connection: to its host port.
        header_length: characters of the message header. Each command gets another header, a running number, so that a
            reply cannot be taken for another's; with length 0 there is no such guard.
        trace: gets one line per message: command, field names, values that are no key material, lengths.
    """

    def __init__(self, connection: Connection, header_length: int, trace: Trace | None) -> None:
        self._connection = connection
        self._header_length = header_length
        self._trace = trace
        self._numbers = count(1)

    def send(self, request: Request[R]) -> R:
        """Have a command carried out.

        Raises:
            UnreachableError, TrustError: see `Connection.exchange`.
            DeviceRefusedError: an error code.
            ProtocolError: a reply that is not the reply to this command.
            FormatError: category command: a value that the command cannot carry.
        """
        header = self._next_header()
        message = encode_request(request, header)
        self._note(f"> {request.redacted()}")
        answer = self._exchange(request.code, message)
        try:
            reply = decode_reply(request, answer, header)
        except DeviceRefusedError as error:
            self._note(f"< {reply_code(request.code)} error={error.code}")
            raise
        except ProtocolError as error:
            raise self._garbled(error) from None
        self._note(f"< {reply.redacted()}")
        return reply

    def has(self, code: str) -> bool:
        """Whether the HSM has a command and allows it: sent without its fields, it does nothing and is refused.

        Raises:
            UnreachableError, TrustError, ProtocolError: as `send`.
        """
        header = self._next_header()
        answer = self._exchange(code, header + code.encode("ascii"))
        found = answer[len(header) + 2 : len(header) + 4].decode("latin-1")
        self._note(f"> {code} (without fields)")
        self._note(f"< {reply_code(code)} error={found}")
        if answer[: len(header) + 2] != header + reply_code(code).encode("ascii") or not found.isalnum():
            raise self._garbled(ProtocolError(f"the reply to {code} without fields is not a {reply_code(code)}"))
        return found not in ABSENT

    def _exchange(self, code: str, message: bytes) -> bytes:
        """The reply's octets; a failure on the way says which command it hit."""
        try:
            return self._connection.exchange(message)
        except (UnreachableError, ProtocolError) as error:
            self._note(f"< {code} failure={type(error).__name__}")
            raise type(error)(f"payshield, command {code}: {error.message}", hint=error.hint) from None

    def _garbled(self, error: ProtocolError) -> ProtocolError:
        """A reply that is not right, by its side. What else comes on this connection would answer another command."""
        self._connection.close()
        return ProtocolError(f"payshield: {error.message}", hint=error.hint)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def _next_header(self) -> bytes:
        digits = f"{next(self._numbers):0{self._header_length}d}"
        return digits[len(digits) - self._header_length :].encode("ascii")

    def _note(self, line: str) -> None:
        if self._trace is not None:
            self._trace(line)
