"""Aliases, through boto3."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.enrolment import Attributes, enrol_secret
from keyexchange.hsm.apc.errors import ApiError
from keyexchange.hsm.apc.identifiers import key_arn
from keyexchange.hsm.apc.operations.aliases import create_alias, list_aliases
from keyexchange.hsm.device import open_hsm
from keyexchange.hsm.records import Home, KeyClass, KeyOrigin
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret
from tests.apc_server import MovableClock, apc_client, running_apc
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


def test_a_deletion_takes_aliases_their_key_when_it_is_done(tmp_path: Path) -> None:
    clock = MovableClock()
    with running_apc(tmp_path, clock=clock) as url:
        client = apc_client(url)
        arn, other = create_kek(client), create_kek(client)
        for name in ("alias/one", "alias/two", "alias/three"):
            client.create_alias(AliasName=name, KeyArn=arn)
        client.delete_key(KeyIdentifier=arn, DeleteKeyInDays=3)
        assert client.get_key(KeyIdentifier="alias/one")["Key"]["KeyState"] == "DELETE_PENDING"
        assert client.create_alias(AliasName="alias/late", KeyArn=arn)["Alias"]["KeyArn"] == arn
        clock.ahead = timedelta(days=4)
        with pytest.raises(client.exceptions.ResourceNotFoundException):  # this request finds the deletion due
            client.get_key(KeyIdentifier="alias/one")
        assert client.get_alias(AliasName="alias/two")["Alias"] == {"AliasName": "alias/two"}
        assert all("KeyArn" not in alias for alias in client.list_aliases()["Aliases"])
        for call, name in ((client.create_alias, "alias/new"), (client.update_alias, "alias/three")):
            with pytest.raises(client.exceptions.ConflictException, match="DELETE_COMPLETE"):
                call(AliasName=name, KeyArn=arn)
        assert client.update_alias(AliasName="alias/one", KeyArn=other)["Alias"]["KeyArn"] == other


@pytest.mark.parametrize("read", ["get_alias", "list_aliases"])
def test_the_first_to_look_at_an_alias_finds_the_deletion_done(tmp_path: Path, read: str) -> None:
    clock = MovableClock()
    with running_apc(tmp_path, clock=clock) as url:
        client = apc_client(url)
        arn = create_kek(client)
        client.create_alias(AliasName="alias/only", KeyArn=arn)
        client.delete_key(KeyIdentifier=arn, DeleteKeyInDays=3)
        clock.ahead = timedelta(days=4)
        if read == "get_alias":
            assert client.get_alias(AliasName="alias/only")["Alias"] == {"AliasName": "alias/only"}
        else:
            assert client.list_aliases()["Aliases"] == [{"AliasName": "alias/only"}]


def test_an_alias_names_no_key_of_another_account(tmp_path: Path) -> None:
    hsm = open_hsm(tmp_path, authority_algorithm=KeyAlgorithm.RSA_2048)
    theirs, ours = (
        Context(Home(account, "us-east-1"), cast(Any, None)) for account in ("444455556666", "111122223333")
    )
    attributes = Attributes(KeyClass.SYMMETRIC_KEY, "K0", KeyAlgorithm.AES_128, "B", True, KeyOrigin.EXTERNAL)
    with closing(hsm), hsm.store.savepoint():
        record = enrol_secret(hsm, theirs, {}, attributes, Secret(bytes(16)))
        arn = key_arn(record.home, record.id)
        for refused in (create_alias, list_aliases):
            with pytest.raises(ApiError) as caught:
                refused(hsm, ours, {"AliasName": "alias/theirs", "KeyArn": arn})
            assert caught.value.code == "ResourceNotFoundException"
        assert create_alias(hsm, theirs, {"AliasName": "alias/own", "KeyArn": arn})["Alias"]["KeyArn"] == arn


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
