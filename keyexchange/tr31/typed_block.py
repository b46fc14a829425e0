"""What every optional block with a meaning has in common: text in, fields out, the same text again.

A class names its id and gives the form of its data as a regular expression with one named group a field. The groups
stand side by side and cover everything, so that joining the fields gives the data back exactly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar, Self

from keyexchange.errors import FormatError
from keyexchange.tr31.header import OptionalBlock

KNOWN: dict[str, type[TypedBlock]] = {}
"""The class of each block id; declaring a class puts it here."""


@dataclass(frozen=True)
class TypedBlock:
    """One optional block, its data taken apart.

    Raises:
        FormatError: category optional_block: the fields do not make data of the block's form.
    """

    block_id: ClassVar[str]
    title: ClassVar[str]
    form: ClassVar[str]
    meanings: ClassVar[Mapping[str, Mapping[str, str]]] = {}

    def __init_subclass__(cls, *, block_id: str = "", form: str = "", title: str = "") -> None:
        """Register a class under its id; one without an id is a common base."""
        super().__init_subclass__()
        if block_id:
            cls.block_id, cls.title = block_id, title
            cls.form = form or cls.form
            KNOWN[block_id] = cls

    def __post_init__(self) -> None:
        """Refuse fields that make no valid block."""
        if not re.fullmatch(self.form, self.data):
            raise self.malformed()

    @classmethod
    def decode(cls, data: str) -> Self:
        """Take data apart.

        Raises:
            FormatError: category optional_block.
        """
        match = re.fullmatch(cls.form, data)  # which keeps it: compiling all forms beforehand slows every start
        if match is None:
            raise cls.malformed()
        return cls(**match.groupdict())

    @classmethod
    def malformed(cls) -> FormatError:
        """The error of data that has not the block's form."""
        return FormatError(
            f"key block header: optional block {cls.block_id} ({cls.title}) does not have the form of X9.143",
            category="optional_block",
            hint="the header carries it all the same; ask the sender what it means by it",
        )

    @property
    def data(self) -> str:
        """The characters that stand in the header, without id and length."""
        return "".join(getattr(self, field.name) for field in fields(self))

    def block(self) -> OptionalBlock:
        """The block as a header carries it."""
        return OptionalBlock(self.block_id, self.data)

    def rows(self) -> list[tuple[str, str]]:
        """Name and value of each field, with the meaning of codes."""
        return [self._row(field.name, getattr(self, field.name)) for field in fields(self)]

    def _row(self, name: str, value: str) -> tuple[str, str]:
        meaning = self.meanings.get(name, {}).get(value)
        return name.replace("_", " "), f"{value}: {meaning}" if meaning else value
