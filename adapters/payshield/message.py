"""The frame around a command: message header, code, error code, end delimiter and trailer.

| part | request | reply |
|---|---|---|
| header | m characters, m is a setting of the HSM | the same |
| code | two characters | the second one raised by one |
| error code | | two characters, 00 is success; otherwise no body follows |
| body | the command's fields | the reply's fields |
| trailer | optional: X'19' and at most 32 octets | the same |

Source: payShield Host Programmer's Manual as published in part; AWS samples-for-payment-cryptography-service,
key_exchange/hsm/payshield/commands.py; recorded traffic in ut-codec-payshield.
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, Literal, TypeVar

from keyexchange.errors import FormatError, ProtocolError
from keyexchange.wire import Command, Cursor, malformed

from .errors import refused

R_co = TypeVar("R_co", bound="Reply", covariant=True)

Provenance = Literal["standard", "capture", "second", "self"]
"""What a declaration rests on, strongest first (docs/reference/coverage.md)."""

SUCCESS = "00"
END_OF_MESSAGE = b"\x19"
LONGEST_TRAILER = 32


class Reply(Command):
    """Fields of a reply whose error code is 00."""


class Request(Command, Generic[R_co]):
    """Fields of a host command.

    Attributes:
        reply: what answers it.
        provenance: what the layout rests on.
        source: where it is published.
        conventions: what no public source settles and we chose, one sentence each.
        advice: error codes that say the command was carried out all the same: the reply has its body.
    """

    reply: ClassVar[type[Any]]
    provenance: ClassVar[Provenance]
    source: ClassVar[str]
    conventions: ClassVar[tuple[str, ...]] = ()
    advice: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        REQUESTS[cls.code] = cls


REQUESTS: dict[str, type[Request[Any]]] = {}
"""Every declared request by its code, filled by declaring."""


def reply_code(code: str) -> str:
    """A8 to A9: the second character raised by one."""
    return code[0] + chr(ord(code[1]) + 1)


def encode_request(request: Request[Any], header: bytes) -> bytes:
    """A whole message, without framing.

    Raises:
        FormatError: category command: a value that its field cannot carry.
    """
    return header + request.code.encode("ascii") + request.encode()


def decode_reply(request: Request[R_co], message: bytes, header: bytes) -> R_co:
    """Read the reply to a request. This is where a device's octets come in, so the blame is the device's.

    Raises:
        DeviceRefusedError: the error code is neither 00 nor one of the request's `advice`.
        ProtocolError: another header or code than the request's, or a body that is not the reply's.
    """
    start = len(header)
    code, error = message[start : start + 2], message[start + 2 : start + 4]
    if message[:start] != header:
        raise ProtocolError(f"the reply to {request.code} bears another message header than the request")
    if code.decode("latin-1") != reply_code(request.code):
        raise ProtocolError(f"the reply to {request.code} is not a {reply_code(request.code)}")
    if len(error) != 2 or not error.isalnum():
        raise ProtocolError(f"the reply to {request.code} has no error code")
    if error.decode("ascii") not in (SUCCESS, *request.advice):
        raise refused(request.code, error.decode("ascii"))
    return _read_body(request, Cursor(message[start + 4 :]))


def _read_body(request: Request[R_co], cursor: Cursor) -> R_co:
    try:
        reply: R_co = request.reply.read(cursor)
    except FormatError as problem:
        raise ProtocolError(f"the reply to {request.code} cannot be read: {problem.message}") from None
    if len(cursor):
        raise ProtocolError(f"the reply to {request.code} goes on for {len(cursor)} octets too many")
    return reply


def read_trailer(cursor: Cursor) -> bytes:
    """What follows the fields of a request: nothing, or the delimiter and the trailer.

    Returns:
        Both as they came, to be echoed; empty when there is none.

    Raises:
        FormatError: category command: other octets are left over.
    """
    if not len(cursor):
        return b""
    if cursor.peek(1) != END_OF_MESSAGE or len(cursor) > 1 + LONGEST_TRAILER:
        raise malformed("fields are left over")
    return cursor.take_rest()


def find_trailer(message: bytes) -> bytes:
    """The trailer of a request that cannot be read: from the last delimiter, if it is near enough to the end."""
    position = message.rfind(END_OF_MESSAGE)
    near = position >= 0 and len(message) - position <= 1 + LONGEST_TRAILER
    return message[position:] if near else b""
