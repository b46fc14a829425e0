"""AWS's own description of its services, as botocore carries it, made ready for use.

Names of operations, members, enums, patterns, lengths, error codes and sensitive marks all come from here, so that
nothing about AWS's shapes is typed by hand and a newer botocore brings a newer service.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from keyexchange.hsm.apc.description import (
    Description,
    ListShape,
    MapShape,
    Shape,
    Shapes,
    StringShape,
    StructureShape,
    read_partitions,
    read_service,
)

CONTROL_PLANE = "payment-cryptography"
DATA_PLANE = "payment-cryptography-data"

__all__ = [
    "CONTROL_PLANE",
    "DATA_PLANE",
    "ListShape",
    "MapShape",
    "Operation",
    "Service",
    "Shape",
    "StringShape",
    "StructureShape",
    "load",
    "regions",
]

_ERROR_TEXT = "message"


@dataclass(frozen=True)
class Operation:
    """One operation of a service.

    Args:
        input: structure.
        output: structure; None when there is none.
        method: of HTTP.
        uri: the path, with labels in braces where members of the input stand.
        errors: codes of those that the model lists for it.
    """

    name: str
    input: StructureShape
    output: StructureShape | None
    method: str
    uri: str
    errors: frozenset[str]


@dataclass(frozen=True)
class Service:
    """One service.

    Args:
        name: botocore's name of the service.
        signing_name: the service name in a credential scope.
        target_prefix: what stands before the dot in `X-Amz-Target`; empty where the protocol has no targets.
        json_version: "1.0" or "1.1"; empty where the protocol has none.
        operations: by name.
        error_status: HTTP status by error code.
        error_text: the member that holds an error's message, by error code, where it has one.
    """

    name: str
    signing_name: str
    target_prefix: str
    json_version: str
    operations: Mapping[str, Operation]
    error_status: Mapping[str, int]
    error_text: Mapping[str, str]
    _shapes: Shapes

    def shape(self, name: str) -> Shape:
        """A shape by its name."""
        return self._shapes.named(name)

    def enum(self, name: str) -> tuple[str, ...]:
        """The members of an enum shape, in the model's order."""
        shape = self.shape(name)
        assert isinstance(shape, StringShape)
        return tuple(shape.enum)


@cache
def load(name: str) -> Service:
    """Read a service's description from the installed botocore."""
    description = read_service(name)
    metadata, shapes = description["metadata"], Shapes(description["shapes"])
    errors = {name: each for name, each in description["shapes"].items() if each.get("exception")}
    return Service(
        name=name,
        signing_name=metadata["signingName"],
        target_prefix=metadata.get("targetPrefix", ""),
        json_version=metadata.get("jsonVersion", ""),
        operations={name: _operation(name, each, shapes) for name, each in description["operations"].items()},
        error_status={name: _status(each) for name, each in errors.items()},
        error_text=_error_text(errors),
        _shapes=shapes,
    )


@cache
def regions(name: str) -> frozenset[str]:
    """The regions of the partition that a region belongs to; empty when botocore knows no such region.

    Whether the service is offered in each of them botocore does not say.
    """
    for partition in read_partitions():
        found = frozenset(region for region in partition["regions"] if not region.endswith("-global"))
        if name in found:
            return found
    return frozenset()


def _operation(name: str, description: Description, shapes: Shapes) -> Operation:
    taken = shapes.at(description["input"])
    given = shapes.at(description["output"]) if "output" in description else None
    assert isinstance(taken, StructureShape)
    assert given is None or isinstance(given, StructureShape)
    return Operation(
        name=name,
        input=taken,
        output=given,
        method=description["http"]["method"],
        uri=description["http"]["requestUri"],
        errors=frozenset(error["shape"] for error in description.get("errors", ())),
    )


def _error_text(errors: Mapping[str, Description]) -> dict[str, str]:
    """The member of each error that holds its message: services spell it with a large or a small letter."""
    members = [(error, name) for error, each in errors.items() for name in each.get("members", ())]
    return {error: name for error, name in members if name.lower() == _ERROR_TEXT}


def _status(error: Description) -> int:
    """The HTTP status of an error."""
    stated = error.get("error", {}).get("httpStatusCode")
    return int(stated) if stated else 500 if error.get("fault") else 400
