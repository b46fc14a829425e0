"""Aliases, through boto3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.apc_server import apc_client, running_apc
from tests.keyexchange.hsm.kdh import create_kek

MISSING = "arn:aws:payment-cryptography:us-east-1:111122223333:key/aaaaaaaaaaaaaaaa"


def test_an_alias_names_a_key_then_another_then_none(client: Any) -> None:
    first, second = create_kek(client), create_kek(client)
    name = "alias/aliases/life"
    assert client.create_alias(AliasName=name, KeyArn=first)["Alias"] == {"AliasName": name, "KeyArn": first}
    assert client.get_alias(AliasName=name)["Alias"]["KeyArn"] == first
    assert client.update_alias(AliasName=name, KeyArn=second)["Alias"]["KeyArn"] == second
    assert client.get_key(KeyIdentifier=name)["Key"]["KeyArn"] == second
    assert client.update_alias(AliasName=name)["Alias"] == {"AliasName": name}
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_key(KeyIdentifier=name)
    client.delete_alias(AliasName=name)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_alias(AliasName=name)


def test_an_alias_may_begin_without_a_key(client: Any) -> None:
    assert client.create_alias(AliasName="alias/aliases/empty")["Alias"] == {"AliasName": "alias/aliases/empty"}


def test_a_name_is_given_once_per_region(client: Any, apc_url: str) -> None:
    name = "alias/aliases/once"
    client.create_alias(AliasName=name)
    with pytest.raises(client.exceptions.ConflictException, match="already exists"):
        client.create_alias(AliasName=name)
    apc_client(apc_url, region="eu-west-1").create_alias(AliasName=name)


def test_unknown_names_and_keys_are_not_found(client: Any) -> None:
    client.create_alias(AliasName="alias/aliases/known")
    for call, arguments in (
        (client.get_alias, {"AliasName": "alias/nobody"}),
        (client.update_alias, {"AliasName": "alias/nobody"}),
        (client.delete_alias, {"AliasName": "alias/nobody"}),
        (client.create_alias, {"AliasName": "alias/aliases/new", "KeyArn": MISSING}),
        (client.update_alias, {"AliasName": "alias/aliases/known", "KeyArn": MISSING}),
        (client.list_aliases, {"KeyArn": MISSING}),
    ):
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            call(**arguments)


def test_aliases_are_listed_in_pages_and_by_key(tmp_path: Path) -> None:
    with running_apc(tmp_path) as url:
        client = apc_client(url)
        arn = create_kek(client)
        for name, key in (("alias/c", arn), ("alias/a", None), ("alias/b", arn)):
            client.create_alias(**{"AliasName": name} | ({"KeyArn": key} if key else {}))
        pages = list(client.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 2}))
        assert [each["AliasName"] for page in pages for each in page["Aliases"]] == ["alias/a", "alias/b", "alias/c"]
        assert len(pages) == 2
        assert [each["AliasName"] for each in client.list_aliases(KeyArn=arn)["Aliases"]] == ["alias/b", "alias/c"]
