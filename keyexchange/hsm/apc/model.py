"""AWS's own description of its services, as botocore carries it: the only importer of `botocore.model`.

Names of operations, members, enums, patterns, lengths, error codes and sensitive marks all come from here, so that
nothing about AWS's shapes is typed by hand and a newer botocore brings a newer service.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, Shape, StringShape, StructureShape
from botocore.model import ServiceModel as BotocoreModel

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
    _model: BotocoreModel

    def shape(self, name: str) -> Shape:
        """A shape by its name."""
        return self._model.shape_for(name)

    def enum(self, name: str) -> tuple[str, ...]:
        """The members of an enum shape, in the model's order."""
        shape = self.shape(name)
        assert isinstance(shape, StringShape)
        return tuple(shape.enum)


@cache
def load(name: str) -> Service:
    """Read a service's description from the installed botocore."""
    description = Loader(include_default_search_paths=True).load_service_model(name, "service-2")
    model = BotocoreModel(description, name)
    return Service(
        name=name,
        signing_name=model.signing_name,
        target_prefix=str(model.metadata.get("targetPrefix", "")),
        json_version=str(model.metadata.get("jsonVersion", "")),
        operations={each: _operation(model.operation_model(each)) for each in model.operation_names},
        error_status={shape.name: _status(description["shapes"][shape.name]) for shape in model.error_shapes},
        error_text=_error_text(model),
        _model=model,
    )


@cache
def regions(name: str) -> frozenset[str]:
    """The regions of the partition that a region belongs to; empty when botocore knows no such region.

    Whether the service is offered in each of them botocore does not say.
    """
    for partition in Loader(include_default_search_paths=True).load_data("partitions")["partitions"]:
        found = frozenset(region for region in partition["regions"] if not region.endswith("-global"))
        if name in found:
            return found
    return frozenset()


def _operation(model: OperationModel) -> Operation:
    assert isinstance(model.input_shape, StructureShape)
    return Operation(
        name=model.name,
        input=model.input_shape,
        output=model.output_shape,
        method=str(model.http["method"]),
        uri=str(model.http["requestUri"]),
        errors=frozenset(shape.name for shape in model.error_shapes),
    )


def _error_text(model: BotocoreModel) -> dict[str, str]:
    """The member of each error that holds its message: services spell it with a large or a small letter."""
    members = [(shape.name, name) for shape in model.error_shapes for name in getattr(shape, "members", ())]
    return {error: name for error, name in members if name.lower() == _ERROR_TEXT}


def _status(error: Mapping[str, Any]) -> int:
    """The HTTP status of an error, from the description itself: botocore's shape objects leave `fault` out."""
    stated = error.get("error", {}).get("httpStatusCode")
    return int(stated) if stated else 500 if error.get("fault") else 400
