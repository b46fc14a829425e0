"""CreateKey, GetKey, ListKeys and the life of a key, through boto3."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.apc_server import MovableClock, apc_client, running_apc
from tests.keyexchange.hsm.kdh import BOTH, create, create_kek

CVK = ("TDES_2KEY", "TR31_C0_CARD_VERIFICATION_KEY", {"Generate": True, "Verify": True})


def test_a_new_key_has_what_was_asked_for(client: Any) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    key = create(client, *CVK, Tags=[{"Key": "a", "Value": "b"}])
    assert re.fullmatch(r"arn:aws:payment-cryptography:us-east-1:111122223333:key/[a-z0-9]{16}", key["KeyArn"])
    assert re.fullmatch(r"[0-9A-F]{6}", key["KeyCheckValue"])
    assert key["KeyCheckValueAlgorithm"] == "ANSI_X9_24"
    assert key["KeyState"] == "CREATE_COMPLETE"
    assert key["KeyOrigin"] == "AWS_PAYMENT_CRYPTOGRAPHY"
    assert (key["Enabled"], key["Exportable"]) == (True, True)
    assert before < key["CreateTimestamp"] == key["UsageStartTimestamp"] < datetime.now(UTC) + timedelta(seconds=1)
    modes = key["KeyAttributes"].pop("KeyModesOfUse")
    assert {name for name, allowed in modes.items() if allowed} == {"Generate", "Verify"}
    assert len(modes) == 9
    assert key["KeyAttributes"] == {
        "KeyAlgorithm": "TDES_2KEY",
        "KeyUsage": "TR31_C0_CARD_VERIFICATION_KEY",
        "KeyClass": "SYMMETRIC_KEY",
    }
    assert client.list_tags_for_resource(ResourceArn=key["KeyArn"])["Tags"] == [{"Key": "a", "Value": "b"}]


@pytest.mark.parametrize(
    ("algorithm", "usage", "modes", "asked", "method"),
    [
        ("AES_256", "TR31_K1_KEY_BLOCK_PROTECTION_KEY", BOTH, None, "CMAC"),
        ("AES_128", "TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY", BOTH, "ANSI_X9_24", "ANSI_X9_24"),
        ("TDES_3KEY", "TR31_P0_PIN_ENCRYPTION_KEY", {"Encrypt": True, "Wrap": True}, "CMAC", "CMAC"),
        ("HMAC_SHA256", "TR31_M7_HMAC_KEY", {"Generate": True}, None, "HMAC"),
        ("TDES_2KEY", "TR31_B0_BASE_DERIVATION_KEY", {"DeriveKey": True, "Encrypt": False}, None, "ANSI_X9_24"),
    ],
)
def test_keys_of_every_family_are_made(
    client: Any, algorithm: str, usage: str, modes: dict[str, bool], asked: str | None, method: str
) -> None:
    more = {"KeyCheckValueAlgorithm": asked} if asked else {}
    assert create(client, algorithm, usage, modes, **more)["KeyCheckValueAlgorithm"] == method


@pytest.mark.parametrize(
    ("algorithm", "usage", "modes"),
    [
        ("RSA_2048", "TR31_D1_ASYMMETRIC_KEY_FOR_DATA_ENCRYPTION", BOTH),
        ("RSA_2048", "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE", {"Sign": True}),
        ("ECC_NIST_P256", "TR31_K3_ASYMMETRIC_KEY_FOR_KEY_AGREEMENT", {"DeriveKey": True}),
        ("ECC_NIST_P521", "TR31_K3_ASYMMETRIC_KEY_FOR_KEY_AGREEMENT", {"DeriveKey": True}),
    ],
)
def test_key_pairs_are_made(client: Any, algorithm: str, usage: str, modes: dict[str, bool]) -> None:
    attributes = {"KeyAlgorithm": algorithm, "KeyUsage": usage, "KeyClass": "ASYMMETRIC_KEY_PAIR"}
    key = client.create_key(Exportable=False, KeyAttributes=attributes | {"KeyModesOfUse": modes})["Key"]
    assert key["KeyCheckValueAlgorithm"] == "SHA_1"
    assert key["KeyAttributes"]["KeyAlgorithm"] == algorithm


def test_a_key_agreement_pair_keeps_what_it_derives(client: Any) -> None:
    attributes = {
        "KeyAlgorithm": "ECC_NIST_P256",
        "KeyUsage": "TR31_K3_ASYMMETRIC_KEY_FOR_KEY_AGREEMENT",
        "KeyClass": "ASYMMETRIC_KEY_PAIR",
        "KeyModesOfUse": {"DeriveKey": True},
    }
    derived = "TR31_K1_KEY_BLOCK_PROTECTION_KEY"
    key = client.create_key(Exportable=True, KeyAttributes=attributes, DeriveKeyUsage=derived)["Key"]
    assert client.get_key(KeyIdentifier=key["KeyArn"])["Key"]["DeriveKeyUsage"] == derived


REFUSED = [
    ("AES_128", "TR31_M3_ISO_9797_3_MAC_KEY", {"Generate": True}, {}, "KeyAlgorithm AES_128 is not valid"),
    ("TDES_2KEY", "TR31_C0_CARD_VERIFICATION_KEY", BOTH, {}, "KeyModesOfUse is not valid"),
    ("TDES_2KEY", "TR31_P0_PIN_ENCRYPTION_KEY", {"Encrypt": True}, {}, "not a combination"),
    ("TDES_2KEY", "TR31_P0_PIN_ENCRYPTION_KEY", {}, {}, "not a combination"),
    ("RSA_2048", "TR31_K0_KEY_ENCRYPTION_KEY", BOTH, {}, "KeyAlgorithm RSA_2048 is not valid"),
    ("RSA_2048", "TR31_D1_ASYMMETRIC_KEY_FOR_DATA_ENCRYPTION", BOTH, {}, "not valid for KeyClass SYMMETRIC_KEY"),
    ("AES_128", "TR31_K0_KEY_ENCRYPTION_KEY", BOTH, {"KeyCheckValueAlgorithm": "HMAC"}, "HMAC is not valid"),
    (*CVK, {"DeriveKeyUsage": "TR31_K1_KEY_BLOCK_PROTECTION_KEY"}, "DeriveKeyUsage is only valid"),
    (*CVK, {"Tags": [{"Key": "a", "Value": "b"}] * 2}, "two tags with the same Key"),
    (*CVK, {"Tags": [{"Key": "aws:a", "Value": "b"}]}, "aws:"),
    (*CVK, {"ReplicationRegions": ["us-east-1"]}, "where the key is"),
]


@pytest.mark.parametrize(("algorithm", "usage", "modes", "more", "text"), REFUSED)
def test_attributes_that_no_key_may_have_are_refused(
    client: Any, algorithm: str, usage: str, modes: dict[str, bool], more: dict[str, Any], text: str
) -> None:
    with pytest.raises(client.exceptions.ValidationException, match=text):
        create(client, algorithm, usage, modes, **more)


@pytest.mark.parametrize("key_class", ["PRIVATE_KEY", "PUBLIC_KEY"])
def test_public_and_private_keys_alone_are_not_created(client: Any, key_class: str) -> None:
    attributes = {
        "KeyAlgorithm": "RSA_2048",
        "KeyUsage": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE",
        "KeyClass": key_class,
        "KeyModesOfUse": {"Verify": True},
    }
    with pytest.raises(client.exceptions.ValidationException, match=key_class):
        client.create_key(Exportable=True, KeyAttributes=attributes)


def test_a_refused_key_leaves_nothing(tmp_path: Path) -> None:
    with running_apc(tmp_path) as url:
        client = apc_client(url)
        tags = [{"Key": str(number), "Value": "x"} for number in range(51)]
        with pytest.raises(client.exceptions.ServiceQuotaExceededException):
            create(client, *CVK, Tags=tags)
        assert client.list_keys()["Keys"] == []


def test_a_key_is_found_by_arn_alias_and_alias_arn(client: Any) -> None:
    arn = create(client, *CVK)["KeyArn"]
    client.create_alias(AliasName="alias/keys/found", KeyArn=arn)
    alias_arn = f"{arn.rpartition(':')[0]}:alias/keys/found"
    for identifier in (arn, "alias/keys/found", alias_arn):
        assert client.get_key(KeyIdentifier=identifier)["Key"]["KeyArn"] == arn


@pytest.mark.parametrize(
    "identifier",
    [
        "arn:aws:payment-cryptography:us-east-1:111122223333:key/aaaaaaaaaaaaaaaa",
        "arn:aws:payment-cryptography:us-east-1:111122223333:alias/missing",
        "alias/missing",
    ],
)
def test_an_unknown_key_is_not_found(client: Any, identifier: str) -> None:
    with pytest.raises(client.exceptions.ResourceNotFoundException) as caught:
        client.get_key(KeyIdentifier=identifier)
    assert caught.value.response["ResourceId"] == identifier
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_another_region_or_account_does_not_see_the_key(client: Any, apc_url: str) -> None:
    arn = create(client, *CVK)["KeyArn"]
    elsewhere = apc_client(apc_url, region="eu-central-1")
    for identifier in (arn, arn.replace("us-east-1", "eu-central-1")):
        with pytest.raises(elsewhere.exceptions.ResourceNotFoundException):
            elsewhere.get_key(KeyIdentifier=identifier)
    with pytest.raises(client.exceptions.AccessDeniedException):  # which does not say whether there is such a key
        client.get_key(KeyIdentifier=arn.replace("111122223333", "999999999999"))
    assert ":eu-central-1:" in create(elsewhere, *CVK)["KeyArn"]


def test_keys_are_listed_in_pages_by_their_making(tmp_path: Path) -> None:
    with running_apc(tmp_path) as url:
        client = apc_client(url)
        arns = [create(client, *CVK)["KeyArn"] for _ in range(5)]
        client.delete_key(KeyIdentifier=arns[1])
        pages = list(client.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2}))
        assert [len(page["Keys"]) for page in pages] == [2, 2, 1]
        assert [key["KeyArn"] for page in pages for key in page["Keys"]] == arns
        pending = client.list_keys(KeyState="DELETE_PENDING")["Keys"]
        assert [key["KeyArn"] for key in pending] == [arns[1]]
        assert client.list_keys(KeyState="CREATE_IN_PROGRESS")["Keys"] == []


@pytest.mark.parametrize("token", ["x", "a2V5czo=", "a2V5czpib2d1cw==", "YWxpYXNlczox", "\u00e9"])
def test_a_token_that_was_not_given_out_is_refused(client: Any, token: str) -> None:
    with pytest.raises(client.exceptions.ValidationException, match="NextToken"):
        client.list_keys(NextToken=token)


@pytest.mark.parametrize("digits", [19, 30, 5000])
def test_a_token_beyond_all_numbers_is_refused(apc_url: str, digits: int) -> None:
    # longer than the model allows, so a client's own check must not stop it
    client = apc_client(apc_url, parameter_validation=False)
    token = base64.urlsafe_b64encode(b"keys:" + b"9" * digits).decode()
    with pytest.raises(client.exceptions.ValidationException, match="NextToken"):
        client.list_keys(NextToken=token)


def test_usage_stops_and_starts(client: Any) -> None:
    arn = create(client, *CVK, Enabled=False)["KeyArn"]
    key = client.get_key(KeyIdentifier=arn)["Key"]
    assert key["Enabled"] is False
    assert "UsageStartTimestamp" not in key
    started = client.start_key_usage(KeyIdentifier=arn)["Key"]
    assert started["Enabled"] is True
    stopped = client.stop_key_usage(KeyIdentifier=arn)["Key"]
    assert stopped["Enabled"] is False
    assert stopped["UsageStopTimestamp"] >= started["UsageStartTimestamp"]
    assert client.get_key(KeyIdentifier=arn)["Key"] == stopped


def test_a_deleted_key_waits_and_can_be_restored(client: Any) -> None:
    arn = create(client, *CVK)["KeyArn"]
    deleted = client.delete_key(KeyIdentifier=arn)["Key"]
    assert (deleted["KeyState"], deleted["Enabled"]) == ("DELETE_PENDING", False)
    assert timedelta(days=6.9) < deleted["DeletePendingTimestamp"] - datetime.now(UTC) <= timedelta(days=7)
    for refused in (client.delete_key, client.start_key_usage, client.stop_key_usage):
        with pytest.raises(client.exceptions.ConflictException, match="DELETE_PENDING"):
            refused(KeyIdentifier=arn)
    restored = client.restore_key(KeyIdentifier=arn)["Key"]
    assert restored["KeyState"] == "CREATE_COMPLETE"
    assert "DeletePendingTimestamp" not in restored
    assert client.get_key(KeyIdentifier=arn)["Key"] == restored
    with pytest.raises(client.exceptions.ConflictException, match="not pending deletion"):
        client.restore_key(KeyIdentifier=arn)


def test_after_the_waiting_period_the_key_is_gone_for_good(tmp_path: Path) -> None:
    clock = MovableClock()
    with running_apc(tmp_path, clock=clock) as url:
        client = apc_client(url)
        arn, listed = create(client, *CVK)["KeyArn"], create(client, *CVK)["KeyArn"]
        for each in (arn, listed):
            client.delete_key(KeyIdentifier=each, DeleteKeyInDays=3)
        clock.ahead = timedelta(days=3, seconds=5)
        gone = client.get_key(KeyIdentifier=arn)["Key"]
        assert gone["KeyState"] == "DELETE_COMPLETE"
        assert "DeleteTimestamp" in gone
        assert "DeletePendingTimestamp" not in gone
        assert {key["KeyState"] for key in client.list_keys()["Keys"]} == {"DELETE_COMPLETE"}
        with pytest.raises(client.exceptions.ConflictException):
            client.restore_key(KeyIdentifier=arn)
        with pytest.raises(client.exceptions.ConflictException):
            client.export_key(
                ExportKeyIdentifier=listed, KeyMaterial={"Tr31KeyBlock": {"WrappingKeyIdentifier": create_kek(client)}}
            )


@pytest.mark.parametrize("days", [2, 181])
def test_the_waiting_period_has_limits(apc_url: str, days: int) -> None:
    unchecked = apc_client(apc_url, parameter_validation=False)
    with pytest.raises(unchecked.exceptions.ValidationException, match="Value at 'deleteKeyInDays' failed"):
        unchecked.delete_key(KeyIdentifier="alias/any", DeleteKeyInDays=days)
