"""Multi-Region keys, through boto3: one endpoint answers for all regions."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from keyexchange.hsm.device import open_hsm
from keyexchange.hsm.records import Home
from keyexchange.keys import KeyAlgorithm
from tests.apc_server import MovableClock, apc_client, running_apc
from tests.keyexchange.hsm.kdh import BOTH, create, create_kek

CVK = ("TDES_2KEY", "TR31_C0_CARD_VERIFICATION_KEY", {"Generate": True, "Verify": True})
WEST, EUROPE = "us-west-2", "eu-central-1"
RSA = {
    "KeyAlgorithm": "RSA_2048",
    "KeyUsage": "TR31_D1_ASYMMETRIC_KEY_FOR_DATA_ENCRYPTION",
    "KeyClass": "ASYMMETRIC_KEY_PAIR",
    "KeyModesOfUse": BOTH,
}


@pytest.fixture
def west(apc_url: str) -> Any:
    return apc_client(apc_url, region=WEST)


def states(key: dict[str, Any]) -> dict[str, str]:
    return {region: status["Status"] for region, status in key.get("ReplicationStatus", {}).items()}


def in_region(arn: str, region: str) -> str:
    return arn.replace("us-east-1", region)


def test_a_replica_is_the_key_in_another_region(client: Any, west: Any) -> None:
    key = create(client, *CVK, ReplicationRegions=[WEST, EUROPE], Tags=[{"Key": "a", "Value": "b"}])
    assert (key["MultiRegionKeyType"], key["PrimaryRegion"]) == ("PRIMARY", "us-east-1")
    assert states(key) == {WEST: "IN_PROGRESS", EUROPE: "IN_PROGRESS"}
    assert key["UsingDefaultReplicationRegions"] is False
    primary = client.get_key(KeyIdentifier=key["KeyArn"])["Key"]
    assert states(primary) == {WEST: "SYNCHRONIZED", EUROPE: "SYNCHRONIZED"}
    replica = west.get_key(KeyIdentifier=in_region(key["KeyArn"], WEST))["Key"]
    assert replica["KeyArn"] == in_region(key["KeyArn"], WEST)
    assert (replica["MultiRegionKeyType"], replica["PrimaryRegion"]) == ("REPLICA", "us-east-1")
    for same in ("KeyCheckValue", "KeyAttributes", "CreateTimestamp", "Enabled", "KeyState"):
        assert replica[same] == primary[same]
    assert west.list_tags_for_resource(ResourceArn=replica["KeyArn"])["Tags"] == [{"Key": "a", "Value": "b"}]


def test_a_replica_is_used_in_its_region_and_only_there(client: Any, west: Any, apc_url: str) -> None:
    kek, other = create_kek(client), create_kek(client)
    client.add_key_replication_regions(KeyIdentifier=kek, ReplicationRegions=[WEST])
    client.add_key_replication_regions(KeyIdentifier=other, ReplicationRegions=[WEST])
    exported = west.export_key(
        ExportKeyIdentifier=in_region(other, WEST),
        KeyMaterial={"Tr31KeyBlock": {"WrappingKeyIdentifier": in_region(kek, WEST)}},
    )["WrappedKey"]
    assert exported["WrappingKeyArn"] == in_region(kek, WEST)
    block = {"WrappingKeyIdentifier": kek, "WrappedKeyBlock": exported["KeyMaterial"]}
    back = client.import_key(KeyMaterial={"Tr31KeyBlock": block})["Key"]
    assert back["KeyCheckValue"] == exported["KeyCheckValue"]
    elsewhere = apc_client(apc_url, region=EUROPE)
    with pytest.raises(elsewhere.exceptions.ResourceNotFoundException):
        elsewhere.get_key(KeyIdentifier=in_region(kek, EUROPE))


def test_an_import_is_replicated_too(client: Any, west: Any) -> None:
    kek, key = create_kek(client), create_kek(client)
    wrapped = client.export_key(ExportKeyIdentifier=key, KeyMaterial={"Tr31KeyBlock": {"WrappingKeyIdentifier": kek}})[
        "WrappedKey"
    ]["KeyMaterial"]
    block = {"WrappingKeyIdentifier": kek, "WrappedKeyBlock": wrapped}
    imported = client.import_key(KeyMaterial={"Tr31KeyBlock": block}, ReplicationRegions=[WEST])["Key"]
    assert states(imported) == {WEST: "IN_PROGRESS"}
    assert west.get_key(KeyIdentifier=in_region(imported["KeyArn"], WEST))["Key"]["KeyOrigin"] == "EXTERNAL"


def test_replicas_follow_their_primary(client: Any, west: Any) -> None:
    arn = create(client, *CVK, ReplicationRegions=[WEST])["KeyArn"]
    replica = in_region(arn, WEST)
    client.stop_key_usage(KeyIdentifier=arn)
    assert west.get_key(KeyIdentifier=replica)["Key"]["Enabled"] is False
    client.start_key_usage(KeyIdentifier=arn)
    assert west.get_key(KeyIdentifier=replica)["Key"]["Enabled"] is True
    client.delete_key(KeyIdentifier=arn)
    assert west.get_key(KeyIdentifier=replica)["Key"]["KeyState"] == "DELETE_PENDING"
    client.restore_key(KeyIdentifier=arn)
    assert west.get_key(KeyIdentifier=replica)["Key"]["KeyState"] == "CREATE_COMPLETE"


def test_a_replica_is_read_only(client: Any, west: Any) -> None:
    arn = in_region(create(client, *CVK, ReplicationRegions=[WEST])["KeyArn"], WEST)
    for call, arguments in (
        (west.delete_key, {"KeyIdentifier": arn}),
        (west.restore_key, {"KeyIdentifier": arn}),
        (west.start_key_usage, {"KeyIdentifier": arn}),
        (west.stop_key_usage, {"KeyIdentifier": arn}),
        (west.add_key_replication_regions, {"KeyIdentifier": arn, "ReplicationRegions": [EUROPE]}),
        (west.remove_key_replication_regions, {"KeyIdentifier": arn, "ReplicationRegions": [EUROPE]}),
        (west.tag_resource, {"ResourceArn": arn, "Tags": [{"Key": "a", "Value": "b"}]}),
        (west.untag_resource, {"ResourceArn": arn, "TagKeys": ["a"]}),
        (west.put_resource_policy, {"ResourceArn": arn, "Policy": "{}"}),
        (west.delete_resource_policy, {"ResourceArn": arn}),
    ):
        with pytest.raises(west.exceptions.ValidationException, match=r"read-only: change .* in us-east-1"):
            call(**arguments)


def test_regions_are_added_once_and_removed_with_their_aliases(client: Any, west: Any) -> None:
    arn = create_kek(client)
    for expected in ("IN_PROGRESS", "SYNCHRONIZED"):  # the second request finds it there
        key = client.add_key_replication_regions(KeyIdentifier=arn, ReplicationRegions=[WEST])["Key"]
        assert states(key) == {WEST: expected}
    key = client.add_key_replication_regions(KeyIdentifier=arn, ReplicationRegions=[EUROPE, WEST])["Key"]
    assert states(key) == {WEST: "SYNCHRONIZED", EUROPE: "IN_PROGRESS"}
    name = "alias/replication/removed"
    west.create_alias(AliasName=name, KeyArn=in_region(arn, WEST))
    assert west.get_key(KeyIdentifier=name)["Key"]["MultiRegionKeyType"] == "REPLICA"
    key = client.remove_key_replication_regions(KeyIdentifier=arn, ReplicationRegions=[WEST])["Key"]
    assert states(key) == {WEST: "DELETE_IN_PROGRESS", EUROPE: "SYNCHRONIZED"}
    assert west.get_alias(AliasName=name)["Alias"] == {"AliasName": name}
    with pytest.raises(west.exceptions.ResourceNotFoundException):
        west.get_key(KeyIdentifier=in_region(arn, WEST))
    with pytest.raises(client.exceptions.ValidationException, match=f"no replica in {WEST}"):
        client.remove_key_replication_regions(KeyIdentifier=arn, ReplicationRegions=[WEST, EUROPE])
    last = client.remove_key_replication_regions(KeyIdentifier=arn, ReplicationRegions=[EUROPE])["Key"]
    assert (last["MultiRegionKeyType"], states(last)) == ("PRIMARY", {EUROPE: "DELETE_IN_PROGRESS"})
    single = client.get_key(KeyIdentifier=arn)["Key"]
    assert not {"MultiRegionKeyType", "PrimaryRegion", "ReplicationStatus"} & single.keys()


def test_an_alias_names_a_key_of_its_own_region(client: Any, west: Any) -> None:
    arn = create(client, *CVK, ReplicationRegions=[WEST])["KeyArn"]
    with pytest.raises(west.exceptions.ResourceNotFoundException):
        west.create_alias(AliasName="alias/replication/elsewhere", KeyArn=arn)


@pytest.mark.parametrize(
    ("regions", "text"),
    [
        (["us-east-1"], "where the key is"),
        (["us-moon-1"], "us-moon-1, which is not a region"),
        (["cn-north-1"], "of this partition"),
        ([], "empty"),
    ],
)
def test_regions_that_cannot_be_are_refused(client: Any, regions: list[str], text: str) -> None:
    arn = create_kek(client)
    for call, more in (
        (client.add_key_replication_regions, {"KeyIdentifier": arn}),
        (client.remove_key_replication_regions, {"KeyIdentifier": arn}),
        (client.enable_default_key_replication_regions, {}),
        (client.disable_default_key_replication_regions, {}),
    ):
        with pytest.raises(client.exceptions.ValidationException, match=text):
            call(ReplicationRegions=regions, **more)


def test_only_living_symmetric_keys_are_replicated(client: Any) -> None:
    with pytest.raises(client.exceptions.ValidationException, match="ASYMMETRIC_KEY_PAIR can not be replicated"):
        client.create_key(Exportable=True, KeyAttributes=RSA, ReplicationRegions=[WEST])
    pair = client.create_key(Exportable=True, KeyAttributes=RSA)["Key"]["KeyArn"]
    with pytest.raises(client.exceptions.ValidationException, match="only symmetric keys"):
        client.add_key_replication_regions(KeyIdentifier=pair, ReplicationRegions=[WEST])
    deleted = create_kek(client)
    client.delete_key(KeyIdentifier=deleted)
    with pytest.raises(client.exceptions.ConflictException, match="DELETE_PENDING"):
        client.add_key_replication_regions(KeyIdentifier=deleted, ReplicationRegions=[WEST])


def test_each_region_has_its_own_defaults_and_a_key_may_differ(tmp_path: Path) -> None:
    with running_apc(tmp_path) as url:
        client, west = apc_client(url), apc_client(url, region=WEST)
        before = create_kek(client)
        assert client.get_default_key_replication_regions()["EnabledReplicationRegions"] == []
        client.enable_default_key_replication_regions(ReplicationRegions=[WEST])
        for _ in range(2):
            enabled = client.enable_default_key_replication_regions(ReplicationRegions=[EUROPE])
            assert enabled["EnabledReplicationRegions"] == [EUROPE, WEST]
        assert west.get_default_key_replication_regions()["EnabledReplicationRegions"] == []
        key = create(client, *CVK)
        assert (states(key).keys(), key["UsingDefaultReplicationRegions"]) == ({WEST, EUROPE}, True)
        own = create(client, *CVK, ReplicationRegions=[WEST])
        assert (states(own).keys(), own["UsingDefaultReplicationRegions"]) == ({WEST}, False)
        for key in (
            create(client, *CVK, ReplicationRegions=[]),
            client.create_key(Exportable=True, KeyAttributes=RSA)["Key"],
            client.get_key(KeyIdentifier=before)["Key"],
        ):
            assert "MultiRegionKeyType" not in key
        for _ in range(2):
            left = client.disable_default_key_replication_regions(ReplicationRegions=[WEST])
            assert left["EnabledReplicationRegions"] == [EUROPE]
        assert states(create(client, *CVK)).keys() == {EUROPE}
        changed = client.remove_key_replication_regions(KeyIdentifier=own["KeyArn"], ReplicationRegions=[WEST])
        assert changed["Key"]["UsingDefaultReplicationRegions"] is False


def test_replicas_are_listed_in_their_region_between_its_own_keys(tmp_path: Path) -> None:
    with running_apc(tmp_path) as url:
        client, west = apc_client(url), apc_client(url, region=WEST)
        expected = []
        for number in range(7):
            if number % 2:
                expected.append(create(west, *CVK)["KeyArn"])
            else:
                arn = create(client, *CVK, ReplicationRegions=[WEST])["KeyArn"]
                expected.append(in_region(arn, WEST))
        pages = list(west.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 3}))
        assert [len(page["Keys"]) for page in pages] == [3, 3, 1]
        assert [key["KeyArn"] for page in pages for key in page["Keys"]] == expected
        kinds = [key.get("MultiRegionKeyType") for page in pages for key in page["Keys"]]
        assert kinds == ["REPLICA", None] * 3 + ["REPLICA"]
        assert {key["MultiRegionKeyType"] for key in client.list_keys()["Keys"]} == {"PRIMARY"}


def test_replicas_count_where_they_are(tmp_path: Path) -> None:
    """As far as quotas go. Source: the same page of the user guide."""
    with running_apc(tmp_path) as url:
        create(apc_client(url), *CVK, ReplicationRegions=[WEST])
        create(apc_client(url, region=WEST), *CVK)
    with closing(open_hsm(tmp_path, authority_algorithm=KeyAlgorithm.RSA_2048)) as hsm:
        counts = {region: hsm.keys.count(Home("111122223333", region)) for region in ("us-east-1", WEST, EUROPE)}
    assert counts == {"us-east-1": 1, WEST: 2, EUROPE: 0}


def test_a_deleted_primary_takes_its_replicas_and_their_aliases_along(tmp_path: Path) -> None:
    clock = MovableClock()
    with running_apc(tmp_path, clock=clock) as url:
        client, west = apc_client(url), apc_client(url, region=WEST)
        arn = create(client, *CVK, ReplicationRegions=[WEST])["KeyArn"]
        west.create_alias(AliasName="alias/replica", KeyArn=in_region(arn, WEST))
        client.delete_key(KeyIdentifier=arn, DeleteKeyInDays=3)
        clock.ahead = timedelta(days=4)
        assert west.get_alias(AliasName="alias/replica")["Alias"] == {"AliasName": "alias/replica"}
        assert west.get_key(KeyIdentifier=in_region(arn, WEST))["Key"]["KeyState"] == "DELETE_COMPLETE"
