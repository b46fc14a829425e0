"""Tags, through boto3."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.apc_server import MovableClock, apc_client, running_apc
from tests.keyexchange.hsm.kdh import create_kek


def tags(client: Any, arn: str) -> dict[str, str]:
    pages = client.get_paginator("list_tags_for_resource").paginate(ResourceArn=arn, PaginationConfig={"PageSize": 20})
    return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}


def put(client: Any, arn: str, **values: str) -> None:
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": name, "Value": value} for name, value in values.items()])


def test_tags_are_added_replaced_and_removed(client: Any) -> None:
    arn = create_kek(client)
    put(client, arn, a="1", b="2")
    put(client, arn, b="3", c="4")
    assert tags(client, arn) == {"a": "1", "b": "3", "c": "4"}
    client.untag_resource(ResourceArn=arn, TagKeys=["a", "unknown"])
    assert tags(client, arn) == {"b": "3", "c": "4"}


def test_a_key_has_fifty_tags_at_most(client: Any) -> None:
    arn = create_kek(client)
    put(client, arn, **{f"t{number}": "x" for number in range(50)})
    put(client, arn, t0="replaced")
    with pytest.raises(client.exceptions.ServiceQuotaExceededException, match="50"):
        put(client, arn, one_more="x")
    assert len(tags(client, arn)) == 50
    assert tags(client, arn)["t0"] == "replaced"


@pytest.mark.parametrize("name", ["aws:x", "AWS:x"])
def test_reserved_names_are_refused(client: Any, name: str) -> None:
    with pytest.raises(client.exceptions.ValidationException, match="aws:"):
        client.tag_resource(ResourceArn=create_kek(client), Tags=[{"Key": name, "Value": "x"}])


def test_a_deleted_key_loses_its_tags_and_takes_no_others(tmp_path: Path) -> None:
    clock = MovableClock()
    with running_apc(tmp_path, clock=clock) as url:
        client = apc_client(url)
        arn = create_kek(client)
        put(client, arn, a="1")
        client.delete_key(KeyIdentifier=arn, DeleteKeyInDays=3)
        put(client, arn, b="2")  # not while it waits
        assert tags(client, arn) == {"a": "1", "b": "2"}
        clock.ahead = timedelta(days=4)
        assert client.get_key(KeyIdentifier=arn)["Key"]["KeyState"] == "DELETE_COMPLETE"
        assert tags(client, arn) == {}
        with pytest.raises(client.exceptions.ConflictException, match="DELETE_COMPLETE"):
            put(client, arn, a="1")


def test_only_keys_that_exist_have_tags(client: Any) -> None:
    missing = "arn:aws:payment-cryptography:us-east-1:111122223333:key/aaaaaaaaaaaaaaaa"
    for call, more in (
        (client.tag_resource, {"Tags": []}),
        (client.untag_resource, {"TagKeys": ["a"]}),
        (client.list_tags_for_resource, {}),
    ):
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            call(ResourceArn=missing, **more)
