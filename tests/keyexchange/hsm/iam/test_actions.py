"""The table of actions, against botocore's models of both planes."""

from __future__ import annotations

import re

import botocore.session
import pytest
from botocore.model import OperationModel

from keyexchange.hsm.iam import ACTIONS, AccessRequest, Action, ResourceType, decide, parse_policy
from keyexchange.hsm.iam.actions import AccessLevel

from .asking import JANE

OPERATIONS: dict[str, OperationModel] = {
    name: model.operation_model(name)
    for plane in ("payment-cryptography", "payment-cryptography-data")
    for model in [botocore.session.Session().get_service_model(plane)]
    for name in model.operation_names
}


def test_every_operation_of_both_planes_is_an_action_and_nothing_else_is() -> None:
    assert set(ACTIONS) == set(OPERATIONS)
    assert {name: action.name for name, action in ACTIONS.items()} == {name: name for name in ACTIONS}


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_who_may_come_from_another_account_is_what_the_reference_says(name: str) -> None:
    text = re.sub("<[^>]+>", "", OPERATIONS[name].documentation)
    assert ACTIONS[name].cross_account is ("supports cross-account use" in text)


def test_tags_need_their_action_where_a_request_can_bring_them() -> None:
    with_tags = {name for name, model in OPERATIONS.items() if "Tags" in model.input_shape.members}
    dependent = {name for name, action in ACTIONS.items() if action.dependent}
    assert with_tags == dependent | {"TagResource"}
    assert {other for action in ACTIONS.values() for other in action.dependent} <= set(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_a_row_is_whole(action: Action) -> None:
    keys = {*action.keys, *(key for keys in action.resources.values() for key in keys)}
    assert all(key.startswith(("aws:", "payment-cryptography:")) for key in keys)
    assert not (action.keys and action.resources)
    assert (AccessLevel.LIST in action.levels) is action.name.startswith("ListKeys") or action.name == "ListAliases"
    assert action.name.startswith(("Get", "List")) is not (AccessLevel.WRITE in action.levels)
    if action.cross_account and action.resources:
        assert ResourceType.KEY in action.resources


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_an_action_is_allowed_by_its_full_name_alone(action: Action) -> None:
    policy = parse_policy(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action.full_name, "Resource": "*"}}
    )
    allowed = {
        other.name for other in ACTIONS.values() if decide(AccessRequest(JANE, other.full_name), [policy]).allowed
    }
    assert allowed == {action.name}
