"""Quotas: the token bucket, who shares one, figures of operators, and what a full account is answered."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from keyexchange.errors import ConfigError
from keyexchange.hsm import ServeOptions, running
from keyexchange.hsm.apc.errors import ApiError
from keyexchange.hsm.apc.model import DATA_PLANE, StructureShape, load
from keyexchange.hsm.apc.quotas import (
    AWS_QUOTAS,
    KEY_PAIR_MEMBERS,
    QUOTA_NAMES,
    Group,
    Quotas,
    RequestQuota,
    RequestQuotas,
    control_group,
    data_group,
    with_figure,
)
from keyexchange.hsm.records import Home
from tests.apc_server import apc_client
from tests.keyexchange.hsm.kdh import create_kek

HOME = Home("111122223333", "us-east-1")


def let_in(quota: RequestQuota, count: int) -> int:
    passed = 0
    for _ in range(count):
        with suppress(ApiError):
            quota.spend()
            passed += 1
    return passed


def test_so_many_at_once_then_so_many_a_second() -> None:
    now = 0.0
    quota = RequestQuota(5, clock=lambda: now)
    assert let_in(quota, 10) == 5
    now = 0.2
    assert let_in(quota, 10) == 1
    now = 100.0
    assert let_in(quota, 10) == 5


def test_less_than_one_a_second_is_one_now_and_then() -> None:
    now = 0.0
    quota = RequestQuota(0.5, clock=lambda: now)
    assert let_in(quota, 10) == 0
    now = 1.0
    assert let_in(quota, 10) == 1
    now = 100.0
    assert let_in(quota, 10) == 1


def test_the_refusal_is_a_throttling_exception() -> None:
    quota = RequestQuota(0.5, clock=lambda: 0.0)
    with pytest.raises(ApiError, match="Rate exceeded") as caught:
        quota.spend()
    assert caught.value.code == "ThrottlingException"


def test_accounts_regions_and_groups_have_their_own() -> None:
    quotas = RequestQuotas(Quotas(control_plane=1, data_plane_symmetric=1), clock=lambda: 0.0)
    for home in (HOME, Home("444455556666", "us-east-1"), Home("111122223333", "eu-west-1")):
        for group in (Group.CONTROL_PLANE, Group.DATA_SYMMETRIC):
            quotas.spend(home, group)
            with pytest.raises(ApiError):
                quotas.spend(home, group)
    for _ in range(1000):
        quotas.spend(HOME, Group.DATA_ASYMMETRIC)  # no figure, no limit


def test_the_figures_are_those_of_the_guide() -> None:
    figures = {name: getattr(AWS_QUOTAS, name.replace("-", "_")) for name in QUOTA_NAMES}
    assert figures == {
        "control-plane": 5,
        "data-plane-symmetric": 500,
        "data-plane-asymmetric": 20,
        "keys": 2000,
        "aliases": 2000,
    }


def test_the_data_plane_counts_by_kind_of_key() -> None:
    assert control_group({"DecryptionAttributes": {"Asymmetric": {}}}) is Group.CONTROL_PLANE
    assert data_group({"DecryptionAttributes": {"Asymmetric": {}}}) is Group.DATA_ASYMMETRIC
    assert data_group({"DecryptionAttributes": {"Symmetric": {"Mode": "ECB"}}}) is Group.DATA_SYMMETRIC
    ecdh = {"WrappedKey": {"WrappedKeyMaterial": {"DiffieHellmanSymmetricKey": {}}}}
    assert data_group({"KeyIdentifier": "alias/a", **ecdh}) is Group.DATA_ASYMMETRIC


def test_the_members_that_ask_for_key_pairs_are_the_models() -> None:
    found: set[str] = set()

    def walk(shape: Any) -> None:
        if isinstance(shape, StructureShape):
            found.update(shape.members)
            for member in shape.members.values():
                walk(member)

    for operation in load(DATA_PLANE).operations.values():
        walk(operation.input)
    assert found >= KEY_PAIR_MEMBERS


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (["control-plane=50"], Quotas(control_plane=50)),
        (["keys=3", "aliases=4", "keys=off"], Quotas(aliases=4)),
        (["data-plane-symmetric=0.5"], Quotas(data_plane_symmetric=0.5)),
    ],
)
def test_an_operator_sets_figures(settings: list[str], expected: Quotas) -> None:
    quotas = Quotas()
    for setting in settings:
        quotas = with_figure(quotas, setting)
    assert quotas == expected


@pytest.mark.parametrize(
    "setting", ["rate=5", "keys", "keys=", "keys=1.5", "keys=0", "keys=-1", "control-plane=nan", "control-plane=inf"]
)
def test_what_is_no_figure_is_refused(setting: str) -> None:
    with pytest.raises(ConfigError) as caught:
        with_figure(Quotas(), setting)
    assert any(name in caught.value.hint for name in QUOTA_NAMES)


def test_an_account_that_is_full_gets_no_more_keys_and_aliases(tmp_path: Path) -> None:
    options = ServeOptions(tmp_path, apc_port=0, quotas=Quotas(keys=2, aliases=1))
    with running(options) as addresses:
        assert addresses.apc_url is not None
        client, elsewhere = apc_client(addresses.apc_url), apc_client(addresses.apc_url, region="eu-west-1")
        arns = [create_kek(client), create_kek(client)]
        with pytest.raises(client.exceptions.ServiceQuotaExceededException, match="2 keys"):
            create_kek(client)
        create_kek(elsewhere)
        client.create_alias(AliasName="alias/one", KeyArn=arns[0])
        with pytest.raises(client.exceptions.ServiceQuotaExceededException, match="1 aliases"):
            client.create_alias(AliasName="alias/two", KeyArn=arns[0])
        client.delete_alias(AliasName="alias/one")
        client.create_alias(AliasName="alias/two", KeyArn=arns[0])
        assert len(client.list_keys()["Keys"]) == 2


def test_throttling_reaches_boto3(tmp_path: Path) -> None:
    with running(ServeOptions(tmp_path, apc_port=0, quotas=Quotas(control_plane=1))) as addresses:
        assert addresses.apc_url is not None
        client = apc_client(addresses.apc_url)
        client.list_keys()
        with pytest.raises(client.exceptions.ThrottlingException, match="Rate exceeded"):
            list_twice(client)


def list_twice(client: Any) -> None:
    """At one request a second, at least one of three in a row is too many."""
    client.list_keys()
    client.list_keys()
