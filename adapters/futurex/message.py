"""A message: `AO` and the command's code, its tokens in any order, and `AG`, a tag that comes back unchanged.

    [AOGPGS;FS6;CT3;AKD0000K1TB00E0000;]
    [AOGPGS;BGD0112K1TB00E0000...;AEB9EBA5;]
    [AOERRO;AM52;AN00;BBfunction not found;]

Tokens that a declaration does not name are ignored: a device may say more than we know, and a host may send more than
the face needs. A token that stands twice is an error, since nobody can say which one counts.

Source: AWS samples-for-payment-cryptography-service, key_exchange/hsm/futurex/commands.py; FuturexHSMNode.cpp of
FIQCPPBASE (AG, ERRO).
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, Literal, Self, TypeVar

from keyexchange.errors import DeviceRefusedError, FormatError, ProtocolError
from keyexchange.wire import Command, Cursor, WireField

from .errors import ERROR_REPLY, refused
from .tokens import END, NAME_LENGTH, PRINTABLE, MaybeToken, Token, TokenError, digits, maybe, missing, text

R_co = TypeVar("R_co", bound="Reply", covariant=True)

Provenance = Literal["standard", "capture", "second", "self"]
"""What a declaration rests on, strongest first (docs/reference/coverage.md)."""

COMMAND, TAG = "AO", "AG"
LARGEST_MESSAGE = 256 * 1024
"""Octets. Source: the cap of J8k3/aws-payment-cryptography-hsm-proxy."""
LONGEST_TEXT = 256

_INVALID_CHARACTER, _INVALID_FORMAT, _INVALID_TOKEN = "02", "09", "34"

Tokens = dict[str, bytes]


class Message(Command):
    """Tokens as fields: read by name, written in the order in which they are declared."""

    @classmethod
    def read(cls, cursor: Cursor) -> Self:
        """Take the tokens from the cursor, whatever their order.

        Raises:
            TokenError: a token that is missing or cannot be read. The message names the field.
        """
        return cls.of(split(cursor.take_rest()))

    @classmethod
    def of(cls, tokens: Tokens) -> Self:
        """From tokens that were split already; raises as `read`."""
        values: dict[str, Any] = {}
        for place, declared in enumerate(cls.wire_fields, 1):
            try:
                values[declared.name] = _value(declared, tokens)
            except FormatError as error:
                raise TokenError(
                    f"{cls.code} {declared.name}: {error.message}", getattr(error, "number", "03"), f"{place:02d}"
                ) from None
        return cls(**values)


class Reply(Message):
    """Tokens of a reply that is no ERRO."""


class Request(Message, Generic[R_co]):
    """Tokens of a host command.

    Attributes:
        reply: what answers it.
        provenance: what the layout rests on.
        source: where it is published.
        conventions: what no public source settles and we chose, one sentence each.
    """

    reply: ClassVar[type[Any]]
    provenance: ClassVar[Provenance]
    source: ClassVar[str]
    conventions: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        REQUESTS[cls.code] = cls


REQUESTS: dict[str, type[Request[Any]]] = {}
"""Every declared request by its code, filled by declaring."""


class ErrorReply(Reply):
    """ERRO: error number, number of the token at fault, message."""

    code = ERROR_REPLY
    number: str | None = maybe("AM", digits(1, 2))
    place: str | None = maybe("AN", digits(1, 2))
    text: str | None = maybe("BB", text(LONGEST_TEXT))


def split(octets: bytes) -> Tokens:
    """The tokens of a message by name.

    Raises:
        TokenError: not ASCII, a token too short for its name, one that is not ended, one that stands twice.
    """
    tokens: Tokens = {}
    if not octets.endswith(END):
        raise TokenError("the last token is not ended", _INVALID_FORMAT)
    for part in octets[:-1].split(END):
        name, value = part[:NAME_LENGTH].decode("latin-1"), part[NAME_LENGTH:]
        if len(name) < NAME_LENGTH:
            raise TokenError("a token has no name", _INVALID_FORMAT)
        if name in tokens:
            raise TokenError("a token stands twice", _INVALID_TOKEN)
        if not PRINTABLE.issuperset(part.decode("latin-1")):
            raise TokenError("a token holds a character that none may hold", _INVALID_CHARACTER)
        tokens[name] = value
    return tokens


def encode(message: Message, tag: str | None = None) -> bytes:
    """A whole message, without its brackets.

    Args:
        tag: for AG, which the other side returns.

    Raises:
        FormatError: category command: a value that its token cannot carry.
    """
    return _head(message.code) + message.encode() + _tail(tag)


def encode_bare(code: str, tag: str | None) -> bytes:
    """A command without its tokens: it does nothing and is answered with an error, which tells whether it is there."""
    return _head(code) + _tail(tag)


def _head(code: str) -> bytes:
    return (COMMAND + code).encode("ascii") + END


def _tail(tag: str | None) -> bytes:
    return (TAG + tag).encode("ascii") + END if tag is not None else b""


def decode_reply(request: Request[R_co], message: bytes, tag: str | None) -> R_co:
    """Read the reply to a request. This is where a device's octets come in, so the blame is the device's.

    Raises:
        DeviceRefusedError: it is ERRO.
        ProtocolError: another command's reply, another tag than the request's, or tokens that are not the reply's.
    """
    tokens, failed = _answer(request.code, message, tag)
    if failed:
        raise _refusal(request.code, tokens)
    try:
        reply: R_co = request.reply.of(tokens)
    except TokenError as problem:
        raise ProtocolError(f"the reply to {request.code} cannot be read: {problem.message}") from None
    return reply


def read_error(code: str, message: bytes, tag: str | None) -> str | None:
    """The error number with which a command was refused; None when it was not.

    Raises:
        ProtocolError: as `decode_reply`.
    """
    tokens, failed = _answer(code, message, tag)
    if not failed:
        return None
    refusal = _refusal(code, tokens)
    if isinstance(refusal, ProtocolError):
        raise refusal
    return refusal.code


def _answer(code: str, message: bytes, tag: str | None) -> tuple[Tokens, bool]:
    """The tokens of a reply to a command, and whether it is ERRO."""
    try:
        tokens = split(message)
    except TokenError as problem:
        raise ProtocolError(f"the reply to {code} cannot be read: {problem.message}") from None
    came = tokens.get(COMMAND, b"").decode("latin-1")
    if came not in (code, ERROR_REPLY):
        raise ProtocolError(f"the reply to {code} is another command's", hint="check that the port is right")
    if tag is not None:
        _require_tag(code, tokens, tag)
    return tokens, came == ERROR_REPLY


def _require_tag(code: str, tokens: Tokens, tag: str) -> None:
    came = tokens.get(TAG)
    if came is None:
        raise ProtocolError(
            f"the reply to {code} has no tag AG",
            hint="if this firmware returns none, set message_tags to false in the futurex section",
        )
    if came != tag.encode("ascii"):
        raise ProtocolError(f"the reply to {code} bears another tag than the request")


def _refusal(code: str, tokens: Tokens) -> DeviceRefusedError | ProtocolError:
    try:
        error = ErrorReply.of(tokens)
    except TokenError as problem:
        return ProtocolError(f"the reply to {code} is an error that cannot be read: {problem.message}")
    return refused(code, error.number or "", error.text or "")


def _value(declared: WireField, tokens: Tokens) -> Any:
    codec = declared.codec
    assert isinstance(codec, Token | MaybeToken), "a message is declared with tokens only"
    if codec.name in tokens:
        return codec.decode(Cursor(tokens[codec.name]))
    if isinstance(codec, MaybeToken):
        return None
    raise missing()
