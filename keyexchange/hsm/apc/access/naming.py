"""Where an operation's input names keys, aliases and teams: found in the model, so that no member is forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from keyexchange.hsm.apc.model import Shape, StructureShape

KEY_SHAPES = frozenset({"KeyArnOrKeyAliasType", "KeyArn", "ResourceArn"})
"""Shapes of members that name a key, by ARN or by alias."""
ALIAS_SHAPE = "AliasName"
TEAM_SHAPE = "MpaTeamArn"

Path = tuple[str, ...]


@dataclass(frozen=True)
class Naming:
    """The members of one input that name something, as paths.

    Args:
        keys: members of the input itself.
        further_keys: members deeper inside: wrapping keys, authorities, keys to agree with.
        alias: the member that names an alias itself, if any.
        team: the member that names an approval team, if any.
    """

    keys: tuple[Path, ...]
    further_keys: tuple[Path, ...]
    alias: Path | None
    team: Path | None

    @cached_property
    def all(self) -> tuple[Path, ...]:
        """Everything that names something but a team."""
        return (*self.keys, *self.further_keys, *([self.alias] if self.alias else ()))

    def foreign(self, values: Mapping[str, Any], account: str) -> bool:
        """Whether a request names a key of another account."""
        for path in (*self.keys, *self.further_keys):
            identifier = value_at(values, path)
            if identifier is not None and identifier.startswith("arn:") and f":{account}:" not in identifier:
                return True
        return False


def naming_of(shape: StructureShape) -> Naming:
    """What an input names."""
    found = list(_paths(shape, ()))
    keys = [path for path, name in found if name in KEY_SHAPES]
    return Naming(
        keys=tuple(path for path in keys if len(path) == 1),
        further_keys=tuple(path for path in keys if len(path) > 1),
        alias=next((path for path, name in found if name == ALIAS_SHAPE), None),
        team=next((path for path, name in found if name == TEAM_SHAPE), None),
    )


def _paths(shape: Shape, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            yield from _paths(member, (*path, name))
    else:
        yield path, shape.name


def value_at(values: Mapping[str, Any], path: Path) -> str | None:
    """The text at a path of a request that was validated; None where a part of the path is absent."""
    found: Any = values
    for name in path:
        found = found.get(name)
        if found is None:
            return None
    return str(found)
