"""What a request exercises of the service's model: each member that it has, and each value of an enumeration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from keyexchange.hsm.apc.model import Shape, StringShape, StructureShape


def facts_of_model(shape: Shape, path: str) -> Iterator[str]:
    """All that a request could exercise: "GenerateMac.MacLength", "GenerateMac.GenerationAttributes.Algorithm=CMAC"."""
    yield path
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            yield from facts_of_model(member, f"{path}.{name}")
    elif isinstance(shape, StringShape):
        yield from (f"{path}={value}" for value in shape.enum)


def facts_of_request(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """All that this one does."""
    yield path
    if isinstance(shape, StructureShape):
        for name, member in value.items():
            yield from facts_of_request(shape.members[name], member, f"{path}.{name}")
    elif isinstance(shape, StringShape) and shape.enum:
        yield f"{path}={value}"


def sensitive_texts(shape: Shape, value: Any) -> Iterator[str]:
    """The values of members that the model marks as sensitive."""
    if isinstance(shape, StructureShape):
        for name, member in value.items():
            if name in shape.members:
                yield from sensitive_texts(shape.members[name], member)
    elif shape.metadata.get("sensitive") and isinstance(value, str):
        yield value


def paths(value: Mapping[str, Any], before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The way to every member, however deep."""
    for name, member in value.items():
        yield (*before, name)
        if isinstance(member, dict):
            yield from paths(member, (*before, name))
