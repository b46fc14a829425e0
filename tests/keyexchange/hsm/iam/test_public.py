"""Which key policies are for the public."""

from __future__ import annotations

from typing import Any

import pytest

from keyexchange.hsm.iam import is_public

from .asking import OWNER, of_key, statement


@pytest.mark.parametrize("everyone", ["*", {"AWS": "*"}, {"AWS": [OWNER, "*"]}])
def test_everyone_without_a_limit_is_the_public(everyone: Any) -> None:
    assert is_public(of_key(statement(Principal={"AWS": OWNER}), statement(Principal=everyone)))


@pytest.mark.parametrize(
    "found",
    [
        statement(Principal={"AWS": OWNER}),
        statement("Deny", Principal="*"),
        statement(Principal={"Service": "sns.amazonaws.com"}),
    ],
)
def test_names_and_denials_are_not(found: dict[str, Any]) -> None:
    assert not is_public(of_key(found))


@pytest.mark.parametrize(
    ("operator", "key", "value", "public"),
    [
        ("StringEquals", "aws:PrincipalOrgID", "o-1234567890", False),
        ("StringEquals", "AWS:principalAccount", [OWNER], False),
        ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{OWNER}:role/Name", False),
        ("StringEquals", "aws:SourceVpc", "vpc-91237329", False),
        ("StringLike", "aws:SourceVpce", "vpce-1a2b3c4d", False),
        ("StringEquals", "aws:userid", "AIDAEXAMPLE", False),
        ("ForAnyValue:StringEquals", "aws:SourceAccount", OWNER, False),
        ("IpAddress", "aws:SourceIp", "203.0.113.0/24", False),
        ("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "2001:db8::/32"], False),
        ("IpAddress", "aws:SourceIp", "0.0.0.0/0", True),
        ("IpAddress", "aws:SourceIp", "0.0.0.0/1", True),
        ("IpAddress", "aws:SourceIp", ["203.0.113.0/24", "::/0"], True),
        ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24", True),
        ("StringLike", "aws:userid", "AROLEID:*", True),
        ("StringLike", "aws:SourceVpc", "vpc-*", True),
        ("StringLike", "aws:PrincipalAccount", "${aws:ResourceAccount}", True),
        ("StringEqualsIfExists", "aws:SourceVpc", "vpc-91237329", True),
        ("ForAllValues:StringEquals", "aws:SourceAccount", OWNER, True),
        ("StringNotEquals", "aws:PrincipalAccount", OWNER, True),
        ("Bool", "aws:SecureTransport", "true", True),
        ("StringEquals", "aws:ResourceTag/team", "red", True),
        ("Null", "aws:SourceVpc", "false", True),
    ],
)
def test_only_fixed_values_of_a_key_that_tells_callers_apart_limit(
    operator: str, key: str, value: Any, public: bool
) -> None:
    assert is_public(of_key(statement(Principal="*", Condition={operator: {key: value}}))) is public
