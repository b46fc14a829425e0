"""Who asks: users, role sessions and the root, and how a resource policy's words fit them."""

from __future__ import annotations

import pytest

from keyexchange.hsm.iam import PolicyError, Principal
from keyexchange.hsm.iam.errors import Place
from keyexchange.hsm.iam.principals import Grant, parse_principals

USER = Principal("arn:aws:iam::111122223333:user/payments/jane", {"Team": "red"}, user_id="AIDAEXAMPLE")
SESSION = Principal("arn:aws:sts::111122223333:assumed-role/Operator/night-shift")
ROOT = Principal("arn:aws:iam::111122223333:root")


def test_what_is_known_of_a_user() -> None:
    assert USER.keys == {
        "aws:principalarn": USER.arn,
        "aws:principalaccount": "111122223333",
        "aws:principaltype": "User",
        "aws:username": "jane",
        "aws:userid": "AIDAEXAMPLE",
        "aws:principaltag/team": "red",
    }


def test_a_session_is_known_by_its_role_and_has_no_user_name() -> None:
    assert SESSION.keys == {
        "aws:principalarn": "arn:aws:iam::111122223333:role/Operator",
        "aws:principalaccount": "111122223333",
        "aws:principaltype": "AssumedRole",
    }


def test_a_role_with_a_path_is_named_beside_its_session() -> None:
    role = "arn:aws:iam::111122223333:role/service/Operator"
    assert Principal(SESSION.arn, role_arn=role).identity == role


def test_the_root_is_the_account() -> None:
    assert ROOT.keys["aws:principaltype"] == "Account"
    assert ROOT.account == "111122223333"


def test_another_partition_keeps_its_name() -> None:
    session = Principal("arn:aws-us-gov:sts::111122223333:assumed-role/Operator/x")
    assert session.identity == "arn:aws-us-gov:iam::111122223333:role/Operator"


@pytest.mark.parametrize(
    ("arn", "role"),
    [
        ("jane", ""),
        ("arn:aws:iam::111122223333:role/Operator", ""),
        ("arn:aws:iam::111122223333:user/*", ""),
        ("arn:aws:iam::1111:user/jane", ""),
        ("arn:aws:sts::111122223333:federated-user/jane", ""),
        ("arn:aws:sts::111122223333:assumed-role/Operator", ""),
        (SESSION.arn, "arn:aws:iam::444455556666:role/Operator"),
        (SESSION.arn, "Operator"),
        (USER.arn, "arn:aws:iam::111122223333:role/Operator"),
    ],
)
def test_who_cannot_sign_a_request_is_no_principal(arn: str, role: str) -> None:
    with pytest.raises(PolicyError) as refused:
        Principal(arn, role_arn=role)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("written", "principal", "expected"),
    [
        ("*", USER, Grant.DIRECT),
        ({"AWS": "*"}, SESSION, Grant.DIRECT),
        ({"AWS": USER.arn}, USER, Grant.DIRECT),
        ({"AWS": [SESSION.arn]}, SESSION, Grant.DIRECT),
        ({"AWS": "arn:aws:iam::111122223333:role/Operator"}, SESSION, Grant.ROLE),
        ({"AWS": "111122223333"}, SESSION, Grant.ACCOUNT),
        ({"AWS": ROOT.arn}, USER, Grant.ACCOUNT),
        ({"AWS": ROOT.arn}, ROOT, Grant.ACCOUNT),
        (
            {"AWS": ["444455556666", USER.arn.upper().replace("ARN:AWS:IAM", "arn:aws:iam").replace("USER", "user")]},
            USER,
            Grant.NONE,
        ),
        ({"Service": "sns.amazonaws.com"}, USER, Grant.NONE),
        ({"Service": ["sns.amazonaws.com"], "AWS": ["111122223333"]}, USER, Grant.ACCOUNT),
    ],
)
def test_how_directly_a_policy_names_a_caller(written: object, principal: Principal, expected: Grant) -> None:
    assert parse_principals(written, Place()).grant(principal) is expected
