"""Sends a command, returns its reply. The only place where commands meet the socket."""

from __future__ import annotations

from itertools import count
from typing import TypeVar

from keyexchange.errors import ProtocolError
from keyexchange.wire import Connection, Conversation, Trace

from .errors import ABSENT, SIDE
from .message import Reply, Request, decode_reply, encode_request, reply_code

R = TypeVar("R", bound=Reply)


class Client:
    """One payShield.

    Args:
        connection: to its host port.
        header_length: characters of the message header. Each command gets another header, a running number, so that a
            reply cannot be taken for another's; with length 0 there is no such guard.
        trace: gets one line per message: command, field names, values that are no key material, lengths.
    """

    def __init__(self, connection: Connection, header_length: int, trace: Trace | None) -> None:
        self._conversation = Conversation(SIDE, connection, trace)
        self._header_length = header_length
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
        return self._conversation.ask(
            request.code,
            request,
            encode_request(request, header),
            lambda answer: decode_reply(request, answer, header),
            refusal_code=reply_code(request.code),
        )

    def has(self, code: str) -> bool:
        """Whether the HSM has a command and allows it: sent without its fields, it does nothing and is refused.

        Raises:
            UnreachableError, TrustError, ProtocolError: as `send`.
        """
        header = self._next_header()
        expected = header + reply_code(code).encode("ascii")

        def error_of(answer: bytes) -> str:
            found = answer[len(expected) : len(expected) + 2].decode("latin-1")
            if not answer.startswith(expected) or not found.isalnum():
                raise ProtocolError(f"the reply to {code} without fields is not a {reply_code(code)}")
            return found

        message = header + code.encode("ascii")
        return self._conversation.look(code, message, error_of) not in ABSENT

    def close(self) -> None:
        """Give the connection back."""
        self._conversation.close()

    def _next_header(self) -> bytes:
        digits = f"{next(self._numbers):0{self._header_length}d}"
        return digits[len(digits) - self._header_length :].encode("ascii")
