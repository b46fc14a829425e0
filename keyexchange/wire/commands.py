"""A command is a declaration: a frozen dataclass whose fields say how they lie on the wire.

Client and face share the class, so each writes what the other reads. Subclasses of `Record` become frozen,
keyword-only dataclasses by being declared; the type of a field is the type its codec gives, and mypy checks that:

    class Echo(Command):
        code = "B2"
        data: bytes = wire(Counted(4, base=16))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, Generic, Self, TypeVar, cast, dataclass_transform

from keyexchange.errors import FormatError
from keyexchange.wire.cursor import Cursor, malformed
from keyexchange.wire.fields import Codec, MayBeAbsent

T = TypeVar("T")
R = TypeVar("R", bound="Record")

Condition = Callable[[Mapping[str, Any]], bool]
"""Whether a field is in the message, told by the fields before it."""


@dataclass(frozen=True)
class WireField:
    """What `wire` was told, with the field's name."""

    name: str
    codec: Codec[Any]
    sensitive: bool
    when: Condition | None


def wire(codec: Codec[T], *, default: Any = MISSING, sensitive: bool = False, when: Condition | None = None) -> T:
    """Declare a field of a `Record`.

    Args:
        codec: how it lies on the wire.
        default: the value when it is not given; needed by fields that may be absent.
        sensitive: a trace shows its length only. Fields of octets are always shown so.
        when: the field is there only if this holds; else it has its default.
    """
    metadata = {"codec": codec, "sensitive": sensitive, "when": when}
    return cast(T, field(default=default, metadata=metadata))


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(wire,))
class Record:
    """Fields one after the other.

    Attributes:
        wire_fields: the fields in their order on the wire.
    """

    wire_fields: ClassVar[tuple[WireField, ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        dataclass(frozen=True, kw_only=True, repr=False)(cls)
        cls.wire_fields = tuple(WireField(name=f.name, **f.metadata) for f in fields(cast(Any, cls)))

    def encode(self) -> bytes:
        """The fields on the wire.

        Raises:
            FormatError: category command: a value that its field cannot carry. The message names the field.
        """
        values = vars(self)
        parts = []
        for declared in self.wire_fields:
            if declared.when is None or declared.when(values):
                try:
                    parts.append(_encoded(declared, values[declared.name]))
                except FormatError as error:
                    raise self._blame(declared, error) from None
        return b"".join(parts)

    @classmethod
    def read(cls, cursor: Cursor) -> Self:
        """Take the fields from the cursor; what follows them stays there.

        Raises:
            FormatError: category command: these octets are not this record. The message names the field.
        """
        values: dict[str, Any] = {}
        for declared in cls.wire_fields:
            if declared.when is None or declared.when(values):
                try:
                    values[declared.name] = declared.codec.decode(cursor)
                except FormatError as error:
                    raise cls._blame(declared, error) from None
        return cls(**values)

    def redacted(self) -> str:
        """For a trace: names and values; octets and sensitive fields as their length."""
        shown = (
            f"{declared.name}={_redact(getattr(self, declared.name), sensitive=declared.sensitive)}"
            for declared in self.wire_fields
            if getattr(self, declared.name) is not None
        )
        return " ".join(shown)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.redacted()})"

    @classmethod
    def _blame(cls, declared: WireField, error: FormatError) -> FormatError:
        return malformed(f"{cls._label()} {declared.name}: {error.message}")

    @classmethod
    def _label(cls) -> str:
        return cls.__name__


class Command(Record):
    """A record with a code in front."""

    code: ClassVar[str]

    def redacted(self) -> str:
        """For a trace: code, then the fields."""
        return f"{self.code} {super().redacted()}".rstrip()

    @classmethod
    def _label(cls) -> str:
        return cls.code


@dataclass(frozen=True)
class Nested(Generic[R]):
    """A field that is a record."""

    record: type[R]

    def encode(self, value: R) -> bytes:
        """See `Codec.encode`."""
        return value.encode()

    def decode(self, cursor: Cursor) -> R:
        """See `Codec.decode`."""
        return self.record.read(cursor)


def _encoded(declared: WireField, value: object) -> bytes:
    if value is None and not isinstance(declared.codec, MayBeAbsent):
        raise malformed("it is missing")
    return declared.codec.encode(value)


def _redact(value: object, *, sensitive: bool) -> str:
    if isinstance(value, Record):
        return f"[{value.redacted()}]"
    if sensitive or isinstance(value, bytes):
        return f"<{len(cast(bytes, value))} octets>"
    return str(value)
