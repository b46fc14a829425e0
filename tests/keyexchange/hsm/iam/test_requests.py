"""What is known of a request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from keyexchange.hsm.iam import ANY_RESOURCE, environment_context, tag_context

from .asking import JANE, KEY, OWNER, STRANGER, request


@pytest.mark.parametrize(
    ("resource", "account"),
    [
        (KEY, OWNER),
        (KEY.replace(OWNER, STRANGER), STRANGER),
        (ANY_RESOURCE, OWNER),
        ("", OWNER),
        ("arn:aws:s3:::bucket", OWNER),
    ],
)
def test_a_resource_belongs_to_the_account_of_its_arn_or_to_the_callers(resource: str, account: str) -> None:
    asked = request(JANE, resource=resource)
    assert asked.resource_account == account
    assert asked.lookup("aws:resourceaccount") == account


def test_keys_are_found_in_lower_case_and_an_empty_list_is_no_key() -> None:
    asked = request(context={"aws:TagKeys": [], "aws:ResourceTag/Team": "red", "x:Y": iter(["1", "2"])})
    assert asked.lookup("aws:tagkeys") is None
    assert asked.lookup("aws:resourcetag/team") == "red"
    assert asked.lookup("x:y") == ("1", "2")


def test_tags_become_condition_keys() -> None:
    assert tag_context() == {}
    assert tag_context(resource={"team": "red"}, request={"bin": "12345"}, keys=["old"]) == {
        "aws:ResourceTag/team": "red",
        "aws:RequestTag/bin": "12345",
        "aws:TagKeys": ("bin", "old"),
    }


def test_what_every_request_has() -> None:
    now = datetime(2026, 1, 2, 4, 5, 6, tzinfo=timezone(timedelta(hours=1)))
    assert environment_context(now=now, region="eu-west-1", source_ip="127.0.0.1", secure=True) == {
        "aws:CurrentTime": "2026-01-02T03:05:06Z",
        "aws:EpochTime": str(int(datetime(2026, 1, 2, 3, 5, 6, tzinfo=UTC).timestamp())),
        "aws:SecureTransport": "true",
        "aws:RequestedRegion": "eu-west-1",
        "aws:SourceIp": "127.0.0.1",
    }
    assert "aws:SourceIp" not in environment_context(now=now, region="eu-west-1")
