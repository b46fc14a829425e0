"""Sends a command, returns its reply. The only place where commands meet the socket."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TypeVar

from keyexchange.errors import DeviceRefusedError, ProtocolError, UnreachableError
from keyexchange.wire import Connection

from .errors import ERROR_REPLY, SIDE
from .message import Reply, Request, decode_reply, encode, encode_bare, read_error

R = TypeVar("R", bound=Reply)
Trace = Callable[[str], None]
ABSENT = ("19", "52")
"""Errors of a command that function blocking has switched off, or that this firmware does not have."""
_NUMBERS = 10_000


class Client:
    """One Futurex HSM.

    Args:
        connection: to its Excrypt port.
        tags: send a running number in AG with each command and want it back, so that a reply cannot be taken for
            another's. Source: FuturexHSMNode.cpp of FIQCPPBASE does so. AWS's scripts send none.
        trace: gets one line per message: command, token names, values that are no key material, lengths.
    """

    def __init__(self, connection: Connection, *, tags: bool, trace: Trace | None) -> None:
        self._connection = connection
        self._tags = tags
        self._trace = trace
        self._numbers = count(1)

    def send(self, request: Request[R]) -> R:
        """Have a command carried out.

        Raises:
            UnreachableError, TrustError: see `Connection.exchange`.
            DeviceRefusedError: an ERRO reply.
            ProtocolError: a reply that is not the reply to this command.
            FormatError: category command: a value that the command cannot carry.
        """
        tag = self._tag()
        message = encode(request, tag)
        self._note(f"> {request.redacted()}")
        answer = self._exchange(request.code, message)
        try:
            reply = decode_reply(request, answer, tag)
        except DeviceRefusedError as error:
            self._note(f"< {ERROR_REPLY} error={error.code}")
            raise
        except ProtocolError as error:
            raise self._garbled(error) from None
        self._note(f"< {reply.redacted()}")
        return reply

    def has(self, code: str) -> bool:
        """Whether the HSM has a command and allows it: without its tokens it does nothing and answers with an error.

        Raises:
            UnreachableError, ProtocolError: as `send`.
        """
        tag = self._tag()
        self._note(f"> {code}")
        answer = self._exchange(code, encode_bare(code, tag))
        try:
            absent = read_error(code, answer, tag) in ABSENT
        except ProtocolError as error:
            raise self._garbled(error) from None
        self._note(f"< {code} {'absent' if absent else 'there'}")
        return not absent

    def _exchange(self, code: str, message: bytes) -> bytes:
        """The reply's octets; a failure on the way says which command it hit."""
        try:
            return self._connection.exchange(message)
        except (UnreachableError, ProtocolError) as error:
            self._note(f"< {code} failure={type(error).__name__}")
            raise type(error)(f"{SIDE}, command {code}: {error.message}", hint=error.hint) from None

    def _garbled(self, error: ProtocolError) -> ProtocolError:
        """A reply that is not right, by its side. What else comes on this connection would answer another command."""
        self._connection.close()
        return ProtocolError(f"{SIDE}: {error.message}", hint=error.hint)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def _tag(self) -> str | None:
        return f"{next(self._numbers) % _NUMBERS:04d}" if self._tags else None

    def _note(self, line: str) -> None:
        if self._trace is not None:
            self._trace(line)
