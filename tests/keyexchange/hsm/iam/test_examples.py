"""Policies of AWS's documentation decide as the documentation says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from keyexchange.hsm.iam import AccessRequest, PolicyKind, Principal, decide, parse_policy

VECTORS: list[dict[str, Any]] = json.loads(Path("tests/vectors/iam_policies.json").read_text("utf-8"))["vectors"]
CASES = [
    pytest.param(vector, asked, id=f"{vector['id']}-{number}")
    for vector in VECTORS
    for number, asked in enumerate(vector["requests"])
]


@pytest.mark.parametrize(("vector", "asked"), CASES)
def test_an_example_decides_as_its_source_says(vector: dict[str, Any], asked: dict[str, Any]) -> None:
    resource = vector["resource"] and parse_policy(json.dumps(vector["resource"]), kind=PolicyKind.RESOURCE)
    request = AccessRequest(
        Principal(asked["principal"], asked.get("tags", {})),
        asked["action"],
        asked["resource"],
        asked.get("context", {}),
    )
    decision = decide(request, [parse_policy(json.dumps(each)) for each in vector["identity"]], resource or None)
    assert decision.verdict.value == asked["expected"]
    assert (decision.by.value if decision.by else None) == asked.get("by")


def test_every_example_has_requests_that_differ_in_outcome_or_stands_beside_one_that_does() -> None:
    outcomes = {vector["id"]: {asked["expected"] for asked in vector["requests"]} for vector in VECTORS}
    alone = {name for name, expected in outcomes.items() if len(expected) == 1}
    assert alone == {"key-for-another-account-without-its-consent", "colons-and-StringLike", "colons-and-ArnLike"}
