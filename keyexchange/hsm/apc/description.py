"""AWS's descriptions of its services, read from the files that botocore carries.

botocore has readers of its own; they load half of an HTTP client and look into some hundred folders, which is a tenth
of the time from the start of this program to its first answer. The file format is the one that they read: shapes by
name, operations that refer to them.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import botocore
import orjson

Description = Mapping[str, Any]

_DATA = Path(botocore.__file__).with_name("data")
_NO_TRAITS = frozenset({"shape", "documentation"})
"""What a reference to a shape holds that changes nothing of it."""


def read_service(name: str) -> Description:
    """The newest description of a service that is installed."""
    found: Description = _read(max((_DATA / name).iterdir()) / "service-2.json")
    return found


def read_partitions() -> list[Description]:
    """The partitions that AWS's regions form."""
    found: list[Description] = _read(_DATA / "partitions.json")["partitions"]
    return found


def _read(path: Path) -> Any:
    """A JSON file; botocore ships the large ones compressed."""
    packed = path.with_name(f"{path.name}.gz")
    return orjson.loads(gzip.decompress(packed.read_bytes()) if packed.exists() else path.read_bytes())


class Shape:
    """One type.

    Args:
        name: AWS's name of it.
        metadata: its description: `type`, and traits such as `min`, `max`, `pattern`, `sensitive`, `union`.
        shapes: finds those that it refers to.
    """

    def __init__(self, name: str, metadata: Description, shapes: Shapes) -> None:
        self.name = name
        self.metadata = metadata
        self.type_name: str = metadata["type"]
        self._shapes = shapes


class StructureShape(Shape):
    """A structure or union."""

    @cached_property
    def members(self) -> Mapping[str, Shape]:
        """By name, in the description's order."""
        return {name: self._shapes.at(each) for name, each in self.metadata.get("members", {}).items()}

    @property
    def required_members(self) -> list[str]:
        """Names of the members that must be there."""
        return list(self.metadata.get("required", ()))


class ListShape(Shape):
    """A list."""

    @cached_property
    def member(self) -> Shape:
        """What it is a list of."""
        return self._shapes.at(self.metadata["member"])


class MapShape(Shape):
    """A map."""

    @cached_property
    def key(self) -> Shape:
        """Of each entry."""
        return self._shapes.at(self.metadata["key"])

    @cached_property
    def value(self) -> Shape:
        """Of each entry."""
        return self._shapes.at(self.metadata["value"])


class StringShape(Shape):
    """A string or an enum."""

    @property
    def enum(self) -> list[str]:
        """The values of an enum, in the description's order; none for other strings."""
        return list(self.metadata.get("enum", ()))


_KINDS: dict[str, type[Shape]] = {
    "structure": StructureShape,
    "list": ListShape,
    "map": MapShape,
    "string": StringShape,
}


class Shapes:
    """The shapes of one service, each made once. Structures may hold themselves: what they refer to is found late."""

    def __init__(self, descriptions: Mapping[str, Description]) -> None:
        self._descriptions = descriptions
        self._made: dict[str, Shape] = {}

    def named(self, name: str) -> Shape:
        """A shape by its name."""
        if name not in self._made:
            self._made[name] = self._make(name, self._descriptions[name])
        return self._made[name]

    def at(self, reference: Description) -> Shape:
        """The shape that a member refers to, with the traits that the member adds."""
        name: str = reference["shape"]
        if reference.keys() <= _NO_TRAITS:
            return self.named(name)
        traits = {trait: value for trait, value in reference.items() if trait not in _NO_TRAITS}
        return self._make(name, {**self._descriptions[name], **traits})

    def _make(self, name: str, description: Description) -> Shape:
        return _KINDS.get(description["type"], Shape)(name, description, self)
