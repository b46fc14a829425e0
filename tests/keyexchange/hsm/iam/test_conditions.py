"""Each operator, its prefixes and its suffix, as the IAM User Guide describes them."""

from __future__ import annotations

from typing import Any

import pytest

from keyexchange.hsm.iam import AccessRequest, Principal, decide, parse_policy
from keyexchange.hsm.iam.operators import OPERATORS

from .asking import JANE, identity, request, statement


def holds(operator: str, wanted: Any, value: Any, key: str = "aws:SourceIdentity") -> bool:
    """Whether the condition holds; a value of None is a key that is not there."""
    policy = identity(statement(Condition={operator: {key: wanted}}))
    return decide(request(context={} if value is None else {key: value}), [policy]).allowed


ARN = "arn:aws:iam::111122223333:role/Name"
TABLE: list[tuple[str, Any, Any, bool]] = [
    ("StringEquals", "a", "a", True),
    ("StringEquals", "a", "A", False),
    ("StringEquals", "a*", "ab", False),
    ("StringEquals", ["b", "a"], "a", True),
    ("StringEquals", "5", "5", True),
    ("StringEquals", 5, "5", True),
    ("StringEquals", True, "true", True),
    ("StringNotEquals", ["b", "a"], "a", False),
    ("StringNotEquals", ["b", "a"], "c", True),
    ("StringEqualsIgnoreCase", "Straße", "STRASSE", True),
    ("StringEqualsIgnoreCase", "a", "b", False),
    ("StringNotEqualsIgnoreCase", "a", "A", False),
    ("StringNotEqualsIgnoreCase", "a", "b", True),
    ("StringLike", "a*c?", "abbbcd", True),
    ("StringLike", "a*c?", "abbbc", False),
    ("StringLike", "*", "", True),
    ("StringLike", "a${*}", "a*", True),
    ("StringLike", "a${*}", "ab", False),
    ("StringLike", "${?}${$}", "?$", True),
    ("StringNotLike", "a*", "abc", False),
    ("StringNotLike", "a*", "bc", True),
    ("NumericEquals", "10", "10.0", True),
    ("NumericEquals", 10, "11", False),
    ("NumericEquals", "0.1", "0.10", True),
    ("NumericEquals", "10", "ten", False),
    ("NumericNotEquals", "10", "11", True),
    ("NumericNotEquals", "10", "10", False),
    ("NumericNotEquals", "10", "ten", True),
    ("NumericLessThan", "10", "9", True),
    ("NumericLessThan", "10", "10", False),
    ("NumericLessThanEquals", "10", "10", True),
    ("NumericLessThanEquals", "10", "10.5", False),
    ("NumericGreaterThan", "-1", "0", True),
    ("NumericGreaterThan", "10", "10", False),
    ("NumericGreaterThanEquals", "10", "10", True),
    ("NumericGreaterThanEquals", "10", "9", False),
    ("DateEquals", "2020-01-01", "2020-01-01T00:00:00Z", True),
    ("DateEquals", "2020-01", "2020-01-01T01:00:00+01:00", True),
    ("DateEquals", "2020", "1577836800", True),
    ("DateEquals", "1577836800", "2020-01-01T00:00:00.000Z", True),
    ("DateEquals", "2020-01-01", "soon", False),
    ("DateNotEquals", "2020-01-01", "2020-01-02", True),
    ("DateNotEquals", "2020-01-01", "2020-01-01", False),
    ("DateLessThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:00Z", True),
    ("DateLessThan", "2020-01-01T00:00Z", "2020-01-01", False),
    ("DateLessThanEquals", "2020-01-01T00:00Z", "2020-01-01", True),
    ("DateLessThanEquals", "2020-01-01T00:00Z", "2020-01-02", False),
    ("DateGreaterThan", "2020-01-01", "2020-01-02", True),
    ("DateGreaterThan", "2020-01-01", "2020-01-01", False),
    ("DateGreaterThanEquals", "2020-01-01", "2020-01-01", True),
    ("DateGreaterThanEquals", "2020-01-02", "2020-01-01", False),
    ("Bool", "true", "True", True),
    ("Bool", False, "false", True),
    ("Bool", "true", "false", False),
    ("Bool", "false", "", False),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ6", False),
    ("BinaryEquals", "QmluYXJ5", "?", False),
    ("IpAddress", "203.0.113.0/24", "203.0.113.9", True),
    ("IpAddress", "203.0.113.0/24", "203.0.114.9", False),
    ("IpAddress", "203.0.113.9", "203.0.113.9", True),
    ("IpAddress", "203.0.113.9", "203.0.113.8", False),
    ("IpAddress", ["203.0.113.0/24", "2001:DB8:1234:5678::/64"], "2001:db8:1234:5678::1", True),
    ("IpAddress", "0.0.0.0/0", "2001:db8::1", False),
    ("IpAddress", "0.0.0.0/0", "localhost", False),
    ("NotIpAddress", "203.0.113.0/24", "203.0.113.9", False),
    ("NotIpAddress", "203.0.113.0/24", "203.0.114.9", True),
    ("ArnEquals", "arn:aws:iam::*:role/N?me", ARN, True),
    ("ArnEquals", "arn:aws:iam::*:role/n*", ARN, False),
    ("ArnEquals", "arn:*:role/Name", ARN, False),
    ("ArnLike", "arn:aws:iam::111122223333:*", ARN, True),
    ("ArnLike", "arn:aws:sts::*:*", ARN, False),
    ("ArnLike", "*", ARN, True),
    ("ArnNotEquals", "arn:aws:iam::*:role/Name", ARN, False),
    ("ArnNotEquals", "arn:aws:iam::*:role/Other", ARN, True),
    ("ArnNotLike", "arn:aws:iam::*:role/*", ARN, False),
    ("ArnNotLike", "arn:aws:sts::*:*", ARN, True),
]


@pytest.mark.parametrize(("operator", "wanted", "value", "expected"), TABLE)
def test_an_operator_compares_as_documented(operator: str, wanted: Any, value: Any, expected: bool) -> None:
    assert holds(operator, wanted, value) is expected


def test_every_operator_is_seen_to_hold_and_not_to_hold() -> None:
    seen = {(operator, expected) for operator, _, _, expected in TABLE}
    assert seen == {(operator, expected) for operator in OPERATORS for expected in (True, False)}


VALUE = {"Numeric": "1", "Date": "2020-01-01", "Bool": "true", "Binary": "QQ==", "IpAddr": "10.0.0.1", "NotIp": "::1"}


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_key_that_is_not_there(operator: str) -> None:
    wanted = next((value for prefix, value in VALUE.items() if operator.startswith(prefix)), "x")
    negated = "Not" in operator
    assert holds(operator, wanted, None) is negated
    assert holds(f"{operator}IfExists", wanted, None)
    assert holds(f"ForAllValues:{operator}", wanted, None)
    assert not holds(f"ForAnyValue:{operator}", wanted, None)
    assert holds(f"ForAnyValue:{operator}IfExists", wanted, None)


@pytest.mark.parametrize(
    ("wanted", "value", "expected"),
    [
        ("true", None, True),
        ("true", [], True),
        ("true", "x", False),
        ("false", "x", True),
        ("false", ["x"], True),
        ("false", None, False),
        (["true", "false"], None, True),
        (True, "", False),
    ],
)
def test_null_asks_whether_the_key_is_there(wanted: Any, value: Any, expected: bool) -> None:
    assert holds("Null", wanted, value) is expected


SETS: list[tuple[str, Any, Any, bool]] = [
    ("ForAllValues:StringEquals", ["a", "b"], ["a"], True),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
    ("ForAllValues:StringEquals", ["a", "b"], [], True),
    ("ForAllValues:StringEquals", ["a", "b"], "", True),
    ("ForAllValues:StringNotEquals", ["a", "b"], ["c", "d"], True),
    ("ForAllValues:StringNotEquals", ["a", "b"], ["a", "d"], False),
    ("ForAllValues:StringEqualsIfExists", ["a"], ["b"], False),
    ("ForAnyValue:StringEquals", ["a", "b"], ["a", "c"], True),
    ("ForAnyValue:StringEquals", ["a", "b"], ["c", "d"], False),
    ("ForAnyValue:StringEquals", ["a", "b"], [], False),
    ("ForAnyValue:StringEquals", ["a", ""], "", False),
    ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "c"], True),
    ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "b"], False),
    ("ForAnyValue:StringEqualsIfExists", ["a"], ["b"], False),
    ("ForAnyValue:StringLike", "alias/*", ["x", "alias/y"], True),
    ("StringEquals", ["a"], ["b", "a"], True),
    ("StringNotEquals", ["a"], ["b", "a"], False),
]


@pytest.mark.parametrize(("operator", "wanted", "value", "expected"), SETS)
def test_sets_are_compared_as_documented(operator: str, wanted: Any, value: Any, expected: bool) -> None:
    assert holds(operator, wanted, value) is expected


def test_operators_and_keys_are_joined_by_and() -> None:
    policy = identity(
        statement(Condition={"StringEquals": {"aws:a": "1", "aws:b": "2"}, "Bool": {"aws:SecureTransport": "true"}})
    )
    right = {"aws:a": "1", "aws:b": "2", "aws:SecureTransport": "true"}
    assert decide(request(context=right), [policy]).allowed
    for key in right:
        assert not decide(request(context=right | {key: "false"}), [policy]).allowed


def test_keys_are_the_same_in_any_case() -> None:
    assert holds("StringEquals", "x", "x", key="AWS:resourcetag/TEAM")
    policy = identity(statement(Condition={"StringEquals": {"aws:ResourceTag/Team": "x"}}))
    assert decide(request(context={"AWS:RESOURCETAG/team": "x"}), [policy]).allowed


@pytest.mark.parametrize(
    ("operator", "wanted", "team", "expected"),
    [
        ("StringEquals", "${aws:PrincipalTag/team}-keys", "red", True),
        ("StringEquals", "${aws:PrincipalTag/team}-keys", "blue", False),
        ("StringEquals", "${aws:PrincipalTag/team}-keys", None, False),
        ("StringEquals", "${aws:PrincipalTag/team, 'red'}-keys", None, True),
        ("StringEquals", ["x", "${AWS:principaltag/Team}-keys"], "red", True),
        ("StringEqualsIgnoreCase", "${aws:PrincipalTag/team}-KEYS", "Red", True),
        ("StringNotEquals", "${aws:PrincipalTag/team}-keys", None, True),
        ("StringLike", "${aws:PrincipalTag/team}-*", "red", True),
        ("StringLike", "${aws:PrincipalTag/team}-*", "*", False),
        ("StringNotLike", "${aws:PrincipalTag/team}-*", None, True),
        ("ArnLike", "arn:aws:x:::${aws:PrincipalTag/team}/*", "red", False),
    ],
)
def test_a_variable_stands_for_its_value_letter_by_letter(
    operator: str, wanted: Any, team: str | None, expected: bool
) -> None:
    policy = identity(statement(Condition={operator: {"aws:ResourceTag/group": wanted}}))
    who = Principal(JANE.arn, {"team": team} if team else {})
    asked = AccessRequest(who, "s3:GetObject", "*", {"aws:ResourceTag/group": "red-keys"})
    assert decide(asked, [policy]).allowed is expected


def test_a_variable_in_an_arn_condition() -> None:
    policy = identity(statement(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:${aws:username}-*"}}))
    assert decide(request(context={"aws:SourceArn": "arn:aws:sns:eu-west-1:1:jane-x"}), [policy]).allowed
    assert not decide(request(context={"aws:SourceArn": "arn:aws:sns:eu-west-1:1:joe-x"}), [policy]).allowed


def test_a_key_with_several_values_is_no_variable() -> None:
    policy = identity(statement(Condition={"StringEquals": {"aws:a": "${aws:TagKeys, 'none'}"}}))
    assert decide(request(context={"aws:a": "none", "aws:TagKeys": ["x"]}), [policy]).allowed


def test_without_the_version_of_2012_a_variable_is_text() -> None:
    old = parse_policy({"Statement": statement(Condition={"StringEquals": {"aws:a": "${aws:username}"}})})
    assert decide(request(context={"aws:a": "${aws:username}"}), [old]).allowed
    assert not decide(request(context={"aws:a": "jane"}), [old]).allowed


def test_the_caller_cannot_be_overridden_by_the_context() -> None:
    policy = identity(statement(Condition={"StringEquals": {"aws:username": "joe"}}))
    assert not decide(request(context={"aws:username": "joe"}), [policy]).allowed
