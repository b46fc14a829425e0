"""Resource policies, through boto3."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.apc_server import MovableClock, apc_client, running_apc
from tests.keyexchange.hsm.kdh import create_kek

MISSING = "arn:aws:payment-cryptography:us-east-1:111122223333:key/aaaaaaaaaaaaaaaa"


def policy(principal: Any = "arn:aws:iam::444455556666:role/Example", **changes: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": ["payment-cryptography:EncryptData"],
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | changes]})


def test_a_policy_is_put_replaced_and_removed(client: Any) -> None:
    arn = create_kek(client)
    for text in (policy(), policy("444455556666"), policy(Resource=arn)):
        answer = client.put_resource_policy(ResourceArn=arn, Policy=text)
        assert (answer["ResourceArn"], answer["Policy"]) == (arn, text)
        assert client.get_resource_policy(ResourceArn=arn)["Policy"] == text
    for _ in range(2):  # the model calls it idempotent
        client.delete_resource_policy(ResourceArn=arn)
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.get_resource_policy(ResourceArn=arn)


@pytest.mark.parametrize("text", [policy("*"), policy(Principal="*")])
def test_the_public_is_never_let_in(client: Any, text: str) -> None:
    arn = create_kek(client)
    with pytest.raises(client.exceptions.PublicPolicyException) as caught:
        client.put_resource_policy(ResourceArn=arn, Policy=text)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_resource_policy(ResourceArn=arn)


@pytest.mark.parametrize("text", ["x", "{}", "[]", policy(Resource=MISSING), policy(Effect="Perhaps")])
def test_what_is_no_policy_of_the_key_is_refused(client: Any, text: str) -> None:
    with pytest.raises(client.exceptions.ValidationException, match="Policy"):
        client.put_resource_policy(ResourceArn=create_kek(client), Policy=text)


def test_only_keys_that_exist_have_policies(client: Any) -> None:
    for call, more in (
        (client.put_resource_policy, {"Policy": policy()}),
        (client.get_resource_policy, {}),
        (client.delete_resource_policy, {}),
    ):
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            call(ResourceArn=MISSING, **more)


def test_a_replica_has_no_policy(client: Any, apc_url: str) -> None:
    arn = create_kek(client)
    client.add_key_replication_regions(KeyIdentifier=arn, ReplicationRegions=["us-west-2"])
    client.put_resource_policy(ResourceArn=arn, Policy=policy())
    west = apc_client(apc_url, region="us-west-2")
    with pytest.raises(west.exceptions.ResourceNotFoundException):
        west.get_resource_policy(ResourceArn=arn.replace("us-east-1", "us-west-2"))


def test_a_deleted_key_loses_its_policy_and_takes_no_other(tmp_path: Path) -> None:
    clock = MovableClock()
    with running_apc(tmp_path, clock=clock) as url:
        client = apc_client(url)
        arn = create_kek(client)
        client.put_resource_policy(ResourceArn=arn, Policy=policy())
        client.delete_key(KeyIdentifier=arn, DeleteKeyInDays=3)
        assert client.get_resource_policy(ResourceArn=arn)["Policy"] == policy()
        clock.ahead = timedelta(days=4)
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.get_resource_policy(ResourceArn=arn)
        for call, more in ((client.put_resource_policy, {"Policy": policy()}), (client.delete_resource_policy, {})):
            with pytest.raises(client.exceptions.ConflictException, match="DELETE_COMPLETE"):
                call(ResourceArn=arn, **more)
