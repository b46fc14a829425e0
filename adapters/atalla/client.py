"""Sends a command, returns its reply. The only place where commands meet the socket."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TypeVar

from keyexchange.errors import DeviceRefusedError, ProtocolError, UnreachableError
from keyexchange.wire import Connection

from .message import Reply, Request, decode_reply, encode_request, reply_code

R = TypeVar("R", bound=Reply)
Trace = Callable[[str], None]


class Client:
    """One Atalla.

    Args:
        connection: to its host port.
        context_tags: each command gets another tag, a running number, so that a reply cannot be taken for another's.
        trace: gets one line per message: command, field names, values that are no key material, lengths.
    """

    def __init__(self, connection: Connection, *, context_tags: bool, trace: Trace | None) -> None:
        self._connection = connection
        self._context_tags = context_tags
        self._trace = trace
        self._numbers = count(1)

    def send(self, request: Request[R]) -> R:
        """Have a command carried out.

        Raises:
            UnreachableError, TrustError: see `Connection.exchange`.
            DeviceRefusedError: a refusal.
            ProtocolError: a reply that is not the reply to this command.
            FormatError: category command: a value that the command cannot carry.
        """
        tag = str(next(self._numbers)) if self._context_tags else None
        message = encode_request(request, tag)
        self._note(f"> {request.redacted()}")
        answer = self._exchange(request.code, message)
        try:
            reply = decode_reply(request, answer, tag)
        except DeviceRefusedError as error:
            self._note(f"< {reply_code(request.code)} error={error.code}")
            raise
        except ProtocolError as error:
            raise self._garbled(error) from None
        self._note(f"< {reply.redacted()}")
        return reply

    def _exchange(self, code: str, message: bytes) -> bytes:
        """The reply's octets; a failure on the way says which command it hit."""
        try:
            return self._connection.exchange(message)
        except (UnreachableError, ProtocolError) as error:
            self._note(f"< {code} failure={type(error).__name__}")
            raise type(error)(f"atalla, command {code}: {error.message}", hint=error.hint) from None

    def _garbled(self, error: ProtocolError) -> ProtocolError:
        """A reply that is not right, by its side. What else comes on this connection would answer another command."""
        self._connection.close()
        return ProtocolError(f"atalla: {error.message}", hint=error.hint)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def _note(self, line: str) -> None:
        if self._trace is not None:
            self._trace(line)
