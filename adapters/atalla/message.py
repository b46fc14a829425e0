"""The frame around a command: its ID, its fields, and the context tag that a client may put behind them.

| part | request | reply |
|---|---|---|
| ID | 2 to 4 characters | the first one raised by one: 11A to 21A, 1101 to 2101, 97 to A7 |
| fields | each with a `#` behind it | the same |
| context tag | optional: `^`, a text, `#` | the same text |

A refusal has the ID 00 and `XXYYZZ` as its first field: error number, number of the first wrong field, version of the
software; with option 21, a detail of four digits follows. Source: Koekiebox-BV/Fluid: AtallaCommand, AtallaResponse and
TestAtallaFraming, which quote the AT1000 command reference manual; futehkao/elements: hsm/atalla.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, Self, TypeVar

from keyexchange.errors import FormatError, ProtocolError
from keyexchange.wire import Command, Cursor, WireField

from .errors import refused
from .fields import BAD_VALUE, MARK, WRONG_COUNT, FieldError, IfMore, Others

R_co = TypeVar("R_co", bound="Reply", covariant=True)

Provenance = Literal["standard", "capture", "second", "self"]
"""What a declaration rests on, strongest first (docs/reference/coverage.md)."""

ECHO_OR_ERROR = "00"
_TAG = b"^"
_LONGEST_ID = 4


class Fields(Command):
    """Fields of a request or a reply."""

    @classmethod
    def read(cls, cursor: Cursor) -> Self:
        """See `Record.read`; here nothing may follow.

        Raises:
            FieldError: which field, and the device's error number.
        """
        fields = cls.wire_fields
        least = sum(declared.when is None and not isinstance(declared.codec, IfMore | Others) for declared in fields)
        count = cursor.peek(len(cursor)).count(MARK)
        if count < least:
            raise cls._count(count, 1 + count)
        try:
            record = super().read(cursor)
        except FieldError as error:
            if error.code == WRONG_COUNT:
                raise cls._count(count, 1 + count) from None
            error.field = count - cursor.peek(len(cursor)).count(MARK)  # a field is taken before it is looked at
            raise
        if len(cursor):
            raise cls._count(count, 1 + len(fields))
        return record

    @classmethod
    def _count(cls, count: int, field: int) -> FieldError:
        return FieldError(f"{cls.code} does not have {count} fields", WRONG_COUNT, field)

    @classmethod
    def _blame(cls, declared: WireField, error: FormatError) -> FormatError:
        code = error.code if isinstance(error, FieldError) else BAD_VALUE
        return FieldError(f"{cls.code} {declared.name}: {error.message}", code)


class Reply(Fields):
    """Fields of a reply that is no refusal."""


class Request(Fields, Generic[R_co]):
    """Fields of a host command.

    Attributes:
        reply: what answers it.
        provenance: what the layout rests on.
        source: where it is published.
        conventions: what no public source settles and we chose, one sentence each.
        simulator_only: no public source knows such a command; only our own face answers it.
    """

    reply: ClassVar[type[Any]]
    provenance: ClassVar[Provenance]
    source: ClassVar[str]
    conventions: ClassVar[tuple[str, ...]] = ()
    simulator_only: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        REQUESTS[cls.code] = cls


REQUESTS: dict[str, type[Request[Any]]] = {}
"""Every declared request by its ID, filled by declaring."""


@dataclass(frozen=True)
class Message:
    """A message without its angle brackets, taken apart.

    Args:
        code: the ID.
        fields: octets, each field with its mark.
        tag: the context tag's text; None without one.
    """

    code: str
    fields: bytes
    tag: str | None

    def octets(self) -> bytes:
        """As it goes into the frame."""
        tag = b"" if self.tag is None else _TAG + self.tag.encode("ascii") + MARK
        return self.code.encode("ascii") + MARK + self.fields + tag


def split(octets: bytes) -> Message:
    """Take a message apart.

    Raises:
        FieldError: it has no ID, does not end with a mark, or is not ASCII.
    """
    code, mark, rest = octets.partition(MARK)
    name = code.strip().decode("latin-1")
    if not mark or not 2 <= len(name) <= _LONGEST_ID or not (name.isascii() and name.isalnum()):
        raise FieldError("a message has no ID", BAD_VALUE)
    if rest.strip() and not rest.rstrip().endswith(MARK):
        raise FieldError("a message does not end with #", WRONG_COUNT)
    fields = rest[: rest.rfind(MARK) + 1]
    start = fields.rfind(MARK, 0, -1) + 1
    if not fields[start:].lstrip().startswith(_TAG):
        return Message(name, fields, None)
    tag = fields[start:-1].lstrip()[1:].decode("latin-1")
    if not (tag.isascii() and (tag.isprintable() or not tag)):
        raise FieldError("a context tag is not printable", BAD_VALUE)
    return Message(name, fields[:start], tag)


def reply_code(code: str) -> str:
    """11A to 21A, 9A to AA: the first character raised by one; the echo's stays."""
    if code == ECHO_OR_ERROR:
        return code
    return ("A" if code[0] == "9" else chr(ord(code[0]) + 1)) + code[1:]


def encode_request(request: Request[Any], tag: str | None = None) -> bytes:
    """A whole message, without framing.

    Raises:
        FieldError: a value that its field cannot carry.
    """
    return Message(request.code, request.encode(), tag).octets()


def decode_reply(request: Request[R_co], octets: bytes, tag: str | None = None) -> R_co:
    """Read the reply to a request. This is where a device's octets come in, so the blame is the device's.

    Raises:
        DeviceRefusedError: the device refused it.
        ProtocolError: another ID or context tag than the request's, or fields that are not the reply's.
    """
    try:
        message = split(octets)
    except FieldError as problem:
        raise ProtocolError(f"the reply to {request.code} cannot be read: {problem.message}") from None
    if message.tag != tag:
        raise ProtocolError(f"the reply to {request.code} bears another context tag than the request")
    if message.code == ECHO_OR_ERROR and not message.fields.startswith(b"00"):
        raise refused(request.code, Others().decode(Cursor(message.fields)))
    if message.code != reply_code(request.code):
        raise ProtocolError(f"the reply to {request.code} is not a {reply_code(request.code)}")
    try:
        reply: R_co = request.reply.read(Cursor(message.fields))
    except FormatError as problem:
        raise ProtocolError(f"the reply to {request.code} cannot be read: {problem.message}") from None
    return reply
