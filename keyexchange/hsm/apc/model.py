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

__all__ = [
    "CONTROL_PLANE",
    "ListShape",
    "MapShape",
    "Operation",
    "Service",
    "Shape",
    "StringShape",
    "StructureShape",
    "load",
]


@dataclass(frozen=True)
class Operation:
    """One operation of a service."""

    name: str
    input: StructureShape


@dataclass(frozen=True)
class Service:
    """One service.

    Args:
        name: botocore's name of the service.
        signing_name: the service name in a credential scope.
        target_prefix: what stands before the dot in `X-Amz-Target`.
        json_version: "1.0" or "1.1".
        operations: by name.
        error_status: HTTP status by error code.
    """

    name: str
    signing_name: str
    target_prefix: str
    json_version: str
    operations: Mapping[str, Operation]
    error_status: Mapping[str, int]
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
        target_prefix=str(model.metadata["targetPrefix"]),
        json_version=str(model.metadata["jsonVersion"]),
        operations={each: _operation(model.operation_model(each)) for each in model.operation_names},
        error_status={shape.name: _status(description["shapes"][shape.name]) for shape in model.error_shapes},
        _model=model,
    )


def _operation(model: OperationModel) -> Operation:
    assert isinstance(model.input_shape, StructureShape)
    return Operation(model.name, model.input_shape)


def _status(error: Mapping[str, Any]) -> int:
    """The HTTP status of an error, from the description itself: botocore's shape objects leave `fault` out."""
    stated = error.get("error", {}).get("httpStatusCode")
    return int(stated) if stated else 500 if error.get("fault") else 400
