"""Answers held against botocore's output shapes, as they are on the wire: boto3 drops what it does not know."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StringShape, StructureShape

Check = Callable[[Shape, Any, str], None]


class Wire:
    """Keeps the last body that a client received, before boto3 parses it."""

    def __init__(self, client: Any) -> None:
        self._body = b""
        client.meta.events.register("before-parse.payment-cryptography", self._keep)

    def _keep(self, response_dict: dict[str, Any], **_: Any) -> None:
        self._body = response_dict["body"]

    def answer(self) -> Any:
        return json.loads(self._body)


def check_output(operation: OperationModel, answer: Any) -> None:
    """Raise AssertionError where an answer is not of the operation's output shape."""
    if operation.output_shape is None:
        assert answer == {}
    else:
        _check(operation.output_shape, answer, operation.name)


def _check(shape: Shape, value: Any, path: str) -> None:
    _CHECKS[shape.type_name](shape, value, path)


def _structure(shape: Shape, value: Any, path: str) -> None:
    assert isinstance(shape, StructureShape)
    assert isinstance(value, dict), path
    assert set(shape.required_members) <= value.keys() <= shape.members.keys(), path
    for name, member in value.items():
        _check(shape.members[name], member, f"{path}.{name}")


def _list(shape: Shape, value: Any, path: str) -> None:
    assert isinstance(shape, ListShape)
    assert isinstance(value, list), path
    for member in value:
        _check(shape.member, member, f"{path}[]")


def _map(shape: Shape, value: Any, path: str) -> None:
    assert isinstance(shape, MapShape)
    assert isinstance(value, dict), path
    for key, member in value.items():
        _check(shape.key, key, f"{path}.<key>")
        _check(shape.value, member, f"{path}.{key}")


def _string(shape: Shape, value: Any, path: str) -> None:
    assert isinstance(shape, StringShape)
    assert isinstance(value, str), path
    assert not shape.enum or value in shape.enum, path
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max")
    assert low <= len(value) <= (len(value) if high is None else high), path
    pattern = shape.metadata.get("pattern")
    assert pattern is None or re.fullmatch(pattern, value), path


def _timestamp(_: Shape, value: Any, path: str) -> None:
    assert type(value) in (int, float), path


def _boolean(_: Shape, value: Any, path: str) -> None:
    assert isinstance(value, bool), path


_CHECKS: dict[str, Check] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "timestamp": _timestamp,
    "boolean": _boolean,
}
