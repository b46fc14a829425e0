"""Sends a command, returns its reply. The only place where commands meet the socket."""

from __future__ import annotations

from itertools import count
from typing import TypeVar

from keyexchange.wire import Connection, Conversation, Trace

from .errors import SIDE
from .message import Reply, Request, decode_reply, encode_request, reply_code

R = TypeVar("R", bound=Reply)


class Client:
    """One Atalla.

    Args:
        connection: to its host port.
        context_tags: each command gets another tag, a running number, so that a reply cannot be taken for another's.
        trace: gets one line per message: command, field names, values that are no key material, lengths.
    """

    def __init__(self, connection: Connection, *, context_tags: bool, trace: Trace | None) -> None:
        self._conversation = Conversation(SIDE, connection, trace)
        self._context_tags = context_tags
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
        return self._conversation.ask(
            request.code,
            request,
            encode_request(request, tag),
            lambda answer: decode_reply(request, answer, tag),
            refusal_code=reply_code(request.code),
        )

    def close(self) -> None:
        """Give the connection back."""
        self._conversation.close()
