"""Requests held against the service's model: types, required members, lengths, ranges, patterns, enums, unions.

botocore's own validator leaves patterns, enums and maxima to the service, so this is written here. Each shape is
compiled once into a closure; a valid request costs a few calls and no string work, because paths are only put
together when something is wrong.

The texts are AWS's, without the received value, which might be key material: `1 validation error detected: Value at
'keyAttributes.keyUsage' failed to satisfy constraint: Member must not be null`. Source: messages of AWS's JSON services
as documented in their user guides (the same texts in DynamoDB's, ECR's and KMS's).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from keyexchange.hsm.apc.errors import serialization, validation
from keyexchange.hsm.apc.model import ListShape, MapShape, Shape, StringShape, StructureShape

Problems = list[tuple[str, str]]
"""What is wrong: path of the member relative to the value under check (".a.b" or ""), and the constraint."""

Check = Callable[[object, Problems], None]

NULL = "Member must not be null"
NO_NUL = "Member must not contain the character NUL"
"""Ours: PostgreSQL has no such text, and no member of the model has a use for it."""
ONE_OF = "Member must have exactly one member set"


def validator(shape: Shape) -> Callable[[object], None]:
    """Compile a shape.

    Returns:
        A function that takes a JSON value and raises `ApiError`: ValidationException with every problem, or
        SerializationException when a value has the wrong type.
    """
    check = _compile(shape)

    def validate(value: object) -> None:
        problems: Problems = []
        check(value, problems)
        if problems:
            raise validation(_message(problems))

    return validate


def _message(problems: Problems) -> str:
    count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected: "
    return count + "; ".join(f"Value at '{path[1:]}' failed to satisfy constraint: {text}" for path, text in problems)


def _compile(shape: Shape) -> Check:
    return _COMPILERS[shape.type_name](shape)


def _structure(shape: Shape) -> Check:
    assert isinstance(shape, StructureShape)
    members = {name: (f".{_camel(name)}", _compile(member)) for name, member in shape.members.items()}
    required = [(name, f".{_camel(name)}") for name in shape.required_members]
    union = bool(shape.metadata.get("union"))

    def check(value: object, problems: Problems) -> None:
        if not isinstance(value, dict):
            raise serialization("Start of structure or map expected")
        for name, path in required:
            if value.get(name) is None:
                problems.append((path, NULL))
        present = 0
        for name, member in value.items():
            if member is None or name not in members:
                continue
            present += 1
            path, check_member = members[name]
            _below(path, check_member, member, problems)
        if union and present != 1:
            problems.append(("", ONE_OF))

    return check


def _below(path: str, check: Check, value: object, problems: Problems) -> None:
    """Check a member; the problems it adds get its path in front."""
    before = len(problems)
    check(value, problems)
    if len(problems) > before:
        problems[before:] = [(path + rest, text) for rest, text in problems[before:]]


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def _list(shape: Shape) -> Check:
    assert isinstance(shape, ListShape)
    check_member = _compile(shape.member)
    check_length = _length(shape)

    def check(value: object, problems: Problems) -> None:
        if not isinstance(value, list):
            raise serialization("Start of list expected")
        check_length(len(value), problems)
        for number, member in enumerate(value, start=1):
            _below(f".{number}.member", check_member, member, problems)

    return check


def _map(shape: Shape) -> Check:
    assert isinstance(shape, MapShape)
    check_key, check_value = _compile(shape.key), _compile(shape.value)

    def check(value: object, problems: Problems) -> None:
        if not isinstance(value, dict):
            raise serialization("Start of structure or map expected")
        for number, (key, member) in enumerate(value.items(), start=1):
            _below(f".{number}.key", check_key, key, problems)
            _below(f".{number}.value", check_value, member, problems)

    return check


def _string(shape: Shape) -> Check:
    assert isinstance(shape, StringShape)
    check_length = _length(shape)
    pattern = shape.metadata.get("pattern")
    # A pattern describes the whole value. Some of the model's hold unanchored alternatives ("a$|^b"): full match
    # reads them as meant.
    matches = re.compile(pattern).fullmatch if pattern else None
    enum = frozenset(shape.enum)
    enum_text = f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"

    def check(value: object, problems: Problems) -> None:
        if not isinstance(value, str):
            raise serialization("a value that is not a string can not be converted to a String")
        check_length(len(value), problems)
        if "\0" in value:
            problems.append(("", NO_NUL))
        if enum and value not in enum:
            problems.append(("", enum_text))
        if matches and not matches(value):
            problems.append(("", f"Member must satisfy regular expression pattern: {pattern}"))

    return check


def _length(shape: Shape) -> Callable[[int, Problems], None]:
    return _bounds(shape, "Member must have length")


def _bounds(shape: Shape, subject: str) -> Callable[[int, Problems], None]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")

    def check(number: int, problems: Problems) -> None:
        if low is not None and number < low:
            problems.append(("", f"{subject} greater than or equal to {low}"))
        if high is not None and number > high:
            problems.append(("", f"{subject} less than or equal to {high}"))

    return check


def _integer(shape: Shape) -> Check:
    check_bounds = _bounds(shape, "Member must have value")

    def check(value: object, problems: Problems) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise serialization("a value that is not a number can not be converted to an Integer")
        check_bounds(value, problems)

    return check


def _boolean(_: Shape) -> Check:
    def check(value: object, _: Problems) -> None:
        if not isinstance(value, bool):
            raise serialization("a value that is not true or false can not be converted to a Boolean")

    return check


_COMPILERS: dict[str, Callable[[Shape], Check]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "integer": _integer,
    "boolean": _boolean,
}
