"""Sends a command, returns its reply. The only place where commands meet the socket."""

from __future__ import annotations

from itertools import count
from typing import TypeVar

from keyexchange.wire import Connection, Conversation, Trace

from .errors import ERROR_REPLY, SIDE
from .message import Reply, Request, decode_reply, encode, encode_bare, read_error

R = TypeVar("R", bound=Reply)
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
        self._conversation = Conversation(SIDE, connection, trace)
        self._tags = tags
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
        return self._conversation.ask(
            request.code,
            request,
            encode(request, tag),
            lambda answer: decode_reply(request, answer, tag),
            refusal_code=ERROR_REPLY,
        )

    def has(self, code: str) -> bool:
        """Whether the HSM has a command and allows it: without its tokens it does nothing and answers with an error.

        Raises:
            UnreachableError, ProtocolError: as `send`.
        """
        tag = self._tag()
        message = encode_bare(code, tag)
        return self._conversation.look(code, message, lambda answer: read_error(code, answer, tag)) not in ABSENT

    def close(self) -> None:
        """Give the connection back."""
        self._conversation.close()

    def _tag(self) -> str | None:
        return f"{next(self._numbers) % _NUMBERS:04d}" if self._tags else None
