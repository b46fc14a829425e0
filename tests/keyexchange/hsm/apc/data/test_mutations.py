"""Each member of each operation, spoilt in each way: over HTTP, an answer or a modelled refusal that quotes nothing."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from keyexchange.hsm.apc.errors import NOT_MODELLED
from tests.keyexchange.hsm.apc.access.conftest import Site
from tests.keyexchange.hsm.apc.data.walks.customer import SERVICE, Customer
from tests.keyexchange.hsm.apc.data.walks.facts import paths, sensitive_texts
from tests.keyexchange.hsm.apc.data.wire import Wire

Path = tuple[str, ...]
LEAST_TOLD = 6
"""Characters of a value from which on an error that has it quotes it, and does not just have a number of its own."""


def _changed(change: Callable[[str], str]) -> Callable[[Any], Any]:
    return lambda value: change(value) if isinstance(value, str) else [value]


def _put(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


ABSENT = object()
SPOILT: dict[str, Callable[[Any], Any]] = {
    "absent": _put(ABSENT),
    "null": _put(None),
    "number": _put(-1),
    "fraction": _put(1e300),
    "list": _put([]),
    "object": _put({"Nobody": {"Knows": "this"}}),
    "true": _put(True),
    "empty": _put(""),
    "surrogate": _put("\ud83d"),
    "odd": _changed(lambda text: text[:-1]),
    "longer": _changed(lambda text: text + "0"),
    "an octet longer": _changed(lambda text: text + "7F"),
    "half": _changed(lambda text: text[: len(text) // 2]),
    "twice": _changed(lambda text: text * 2),
    "zeros": _changed(lambda text: "0" * len(text)),
    "ones": _changed(lambda text: "F" * len(text)),
    "nines": _changed(lambda text: "9" * len(text)),
    "turned": _changed(lambda text: text[::-1]),
    "lower": _changed(lambda text: text.lower() + "\n"),
    "foreign digits": _changed(lambda text: "\u0664" * len(text)),
}
"""Ways to spoil a value; a text stays nearly what it was, so that it comes as far as it can."""


@pytest.fixture(scope="module")
def wire(face: Site) -> Iterator[Wire]:
    connection = Wire(face.url)
    yield connection
    connection.close()


def fewest(walked: Customer, operation: str) -> Iterator[tuple[dict[str, Any], list[Path]]]:
    """As few answered requests as have every member that the walks have; with the members that none had before."""
    seen: set[Path] = set()
    answered = [each for each in walked.asked if each.operation == operation and each.answer is not None]
    for asked in sorted(answered, key=lambda each: -sum(1 for _ in paths(each.request))):
        new = [path for path in paths(asked.request) if path not in seen]
        if new:
            yield asked.request, new
            seen.update(new)


def spoilt(request: dict[str, Any], path: Path, spoil: Callable[[Any], Any]) -> dict[str, Any]:
    changed = copy.deepcopy(request)
    place = changed
    for name in path[:-1]:
        place = place[name]
    value = spoil(place[path[-1]])
    if value is ABSENT:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return changed


@pytest.mark.parametrize("operation", SERVICE.operations)
def test_a_spoilt_member_is_refused_in_order(operation: str, walked: Customer, wire: Wire) -> None:
    statuses = set()
    for request, new in fewest(walked, operation):
        secrets = {*sensitive_texts(SERVICE.operations[operation].input, request)}
        for path in new:
            for name, spoil in SPOILT.items():
                status, error, body = wire.send(operation, spoilt(request, path, spoil))
                where = f"{operation} {'.'.join(path)} {name}: {status} {error} {body}"
                _require_orderly(operation, status, error, body, where)
                quoted = [each for each in secrets if status != 200 and len(each) >= LEAST_TOLD and each in body]
                assert quoted == [], where
                statuses.add(status)
    assert 400 in statuses


def _require_orderly(operation: str, status: int, error: str, body: str, where: str) -> None:
    members = json.loads(body)
    if status == 200:
        assert {"ResponseMetadata"}.isdisjoint(members), where
        assert error == "", where
        return
    assert status < 500, where
    assert error in SERVICE.error_status or error in NOT_MODELLED, where
    assert {"message", "Message", "ResourceId"} & {*members}, where
    assert error != "VerificationFailedException" or operation.startswith("Verify"), where


@pytest.mark.parametrize("operation", SERVICE.operations)
def test_a_second_member_of_a_union_is_refused(operation: str, walked: Customer, wire: Wire) -> None:
    """A request says one thing; one that says two would leave the choice to chance."""
    for request, new in fewest(walked, operation):
        for path in new:
            shape = SERVICE.operations[operation].input
            for name in path:
                shape = shape.members[name]  # type: ignore[assignment]
            others = sorted({*shape.members} - {*_at(request, path)}) if shape.metadata.get("union") else []
            for other in others[:1]:
                both = copy.deepcopy(request)
                _at(both, path)[other] = _any_of(walked, operation, (*path, other))
                status, error, body = wire.send(operation, both)
                assert (status, error) == (400, "ValidationException"), body


def _at(request: dict[str, Any], path: Path) -> dict[str, Any]:
    for name in path:
        request = request[name]
    return request


def _any_of(walked: Customer, operation: str, path: Path) -> Any:
    """A value that was answered at this place."""
    for asked in walked.asked:
        if asked.operation == operation and path in {*paths(asked.request)}:
            return _at(asked.request, path)
    raise AssertionError(f"{operation}: no walk has {path}")
