"""Who may do what, as boto3 sees it: every condition that the service fills, and what another account may reach."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.keyexchange.hsm.apc.access.conftest import OWNER, PARTNER, Site, allow, deny, only, policy

_numbers = count()

KEK = {
    "KeyUsage": "TR31_K0_KEY_ENCRYPTION_KEY",
    "KeyClass": "SYMMETRIC_KEY",
    "KeyAlgorithm": "AES_128",
    "KeyModesOfUse": {"Encrypt": True, "Decrypt": True, "Wrap": True, "Unwrap": True},
}


def new_key(client: Any, tags: dict[str, str] | None = None, **attributes: Any) -> str:
    more = {"Tags": [{"Key": name, "Value": value} for name, value in tags.items()]} if tags else {}
    return str(client.create_key(KeyAttributes=KEK | attributes, Exportable=True, **more)["Key"]["KeyArn"])


def new_name(prefix: str) -> str:
    return f"alias/{prefix}/{next(_numbers)}"


def refused(call: Callable[[], object]) -> str:
    """The text of the AccessDeniedException that a call ends with."""
    with pytest.raises(ClientError) as caught:
        call()
    response = caught.value.response
    assert response["Error"]["Code"] == "AccessDeniedException"
    assert type(caught.value).__name__ == "AccessDeniedException"  # the modelled class
    return str(response["Error"]["Message"])


def key_policy(*statements: dict[str, Any], principal: Any) -> str:
    return json.dumps(policy(*(statement | {"Principal": principal} for statement in statements)))


def arn_of_role(name: str, account: str = PARTNER) -> dict[str, str]:
    return {"AWS": f"arn:aws:iam::{account}:role/{name}"}


def test_without_policies_everything_is_allowed(site: Site) -> None:
    admin = site.client("admin")
    arn = new_key(admin)
    assert admin.get_key(KeyIdentifier=arn)["Key"]["KeyArn"] == arn


def test_what_no_policy_allows_is_refused_in_awss_words(site: Site) -> None:
    arn = new_key(site.client("admin"))
    assert refused(lambda: site.client("nobody").get_key(KeyIdentifier=arn)) == (
        f"User: arn:aws:iam::{OWNER}:user/Nobody is not authorized to perform: payment-cryptography:GetKey on "
        f"resource: {arn} because no identity-based policy allows the payment-cryptography:GetKey action"
    )
    assert "CreateKey on resource: * because" in refused(lambda: new_key(site.client("nobody")))


def test_actions_and_paths_of_users_are_kept_apart(site: Site) -> None:
    lister, arn = site.client("lister"), new_key(site.client("admin"))
    assert lister.list_keys(MaxResults=1)["Keys"]
    assert lister.get_key(KeyIdentifier=arn)["Key"]["KeyArn"] == arn
    assert "user/ops/Lister is not" in refused(lambda: lister.delete_key(KeyIdentifier=arn))


def test_tags_of_the_key_and_of_the_session_meet(site: Site) -> None:
    admin, tagged = site.client("admin"), site.client("tagged")
    mine, other = new_key(admin, {"team": "cards"}), new_key(admin, {"team": "pins"})
    assert tagged.get_key(KeyIdentifier=mine)["Key"]["KeyArn"] == mine
    message = refused(lambda: tagged.get_key(KeyIdentifier=other))
    assert message.startswith(f"User: arn:aws:sts::{OWNER}:assumed-role/Tagged/night is not authorized")
    admin.tag_resource(ResourceArn=other, Tags=[{"Key": "team", "Value": "cards"}])
    assert tagged.stop_key_usage(KeyIdentifier=other)["Key"]["Enabled"] is False
    assert tagged.list_keys(MaxResults=1)["Keys"]


def test_attributes_of_a_new_key_are_conditions(site: Site) -> None:
    maker = site.client("maker")
    assert new_key(maker).startswith("arn:")
    refused(lambda: new_key(maker, KeyAlgorithm="AES_256"))
    refused(lambda: new_key(maker, KeyUsage="TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY"))


def test_tags_on_a_new_key_need_the_permission_to_tag(site: Site) -> None:
    maker = site.client("maker")
    arn = new_key(maker, {"team": "cards"})
    assert "TagResource on resource: arn:aws" in refused(lambda: new_key(maker, {"stage": "test"}))
    assert "with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/maker-policies" in (
        refused(lambda: new_key(maker, {"team": "secret"}))
    )
    maker.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "pins"}])
    refused(lambda: maker.tag_resource(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "x"}]))
    refused(lambda: maker.untag_resource(ResourceArn=arn, TagKeys=["stage"]))
    maker.untag_resource(ResourceArn=arn, TagKeys=["team"])


def test_an_alias_needs_both_the_alias_and_the_key(site: Site) -> None:
    admin, aliaser = site.client("admin"), site.client("aliaser")
    mine, other, name = new_key(admin, {"team": "cards"}), new_key(admin), new_name("team")
    aliaser.create_alias(AliasName=name, KeyArn=mine)
    assert aliaser.get_alias(AliasName=name)["Alias"]["KeyArn"] == mine
    assert f"resource: {other}" in refused(lambda: aliaser.update_alias(AliasName=name, KeyArn=other))
    assert ":alias/else/" in refused(lambda: aliaser.create_alias(AliasName=new_name("else"), KeyArn=mine))
    admin.update_alias(AliasName=name, KeyArn=other)
    assert f"resource: {other}" in refused(lambda: aliaser.get_alias(AliasName=name))
    aliaser.delete_alias(AliasName=name)


def test_the_alias_in_the_request_and_those_of_the_key_are_conditions(site: Site) -> None:
    admin, by_alias = site.client("admin"), site.client("by_alias")
    arn = new_key(admin)
    refused(lambda: by_alias.stop_key_usage(KeyIdentifier=arn))
    admin.create_alias(AliasName="alias/only/this", KeyArn=arn)
    assert by_alias.get_key(KeyIdentifier="alias/only/this")["Key"]["KeyArn"] == arn
    assert f"resource: {arn}" in refused(lambda: by_alias.get_key(KeyIdentifier=arn))
    assert by_alias.stop_key_usage(KeyIdentifier=arn)["Key"]["Enabled"] is False
    unknown = refused(lambda: by_alias.get_key(KeyIdentifier="alias/nobody"))
    assert f"arn:aws:payment-cryptography:us-east-1:{OWNER}:alias/nobody" in unknown
    admin.delete_alias(AliasName="alias/only/this")


def test_the_wrapping_key_and_the_kind_of_material_are_conditions(site: Site) -> None:
    admin, exporter = site.client("admin"), site.client("exporter")
    kek, key = new_key(admin), new_key(admin)
    admin.create_alias(AliasName="alias/the/kek", KeyArn=kek)

    def export(wrapping: str) -> str:
        material = {"Tr31KeyBlock": {"WrappingKeyIdentifier": wrapping}}
        return str(exporter.export_key(ExportKeyIdentifier=key, KeyMaterial=material)["WrappedKey"]["KeyMaterial"])

    block = export("alias/the/kek")
    refused(lambda: export(kek))
    material = {"WrappingKeyIdentifier": "alias/the/kek", "WrappedKeyBlock": block}
    assert exporter.import_key(KeyMaterial={"Tr31KeyBlock": material})["Key"]["KeyArn"] != key
    root = {"KeyAttributes": KEK, "PublicKeyCertificate": "QUJD"}
    refused(lambda: exporter.import_key(KeyMaterial={"RootCertificatePublicKey": root}))
    admin.delete_alias(AliasName="alias/the/kek")


@pytest.mark.parametrize(
    ("user", "region", "allowed"),
    [
        ("near", "us-east-1", True),
        ("far", "us-east-1", False),
        ("secure", "us-east-1", False),
        ("regional", "eu-west-1", True),
        ("regional", "us-east-1", False),
        ("bounded", "us-east-1", True),
    ],
)
def test_the_connection_and_the_region_are_conditions(site: Site, user: str, region: str, allowed: bool) -> None:
    client = site.client(user, region)
    if allowed:
        assert "Keys" in client.list_keys(MaxResults=1)
    else:
        assert "ListKeys on resource: *" in refused(lambda: client.list_keys(MaxResults=1))


def test_a_boundary_limits(site: Site) -> None:
    message = refused(lambda: site.client("bounded").get_key(KeyIdentifier="alias/a"))
    assert "because no permissions boundary allows" in message


def test_an_unknown_key_is_not_found_by_whoever_may_ask(site: Site) -> None:
    arn = f"arn:aws:payment-cryptography:us-east-1:{OWNER}:key/0000000000000000"
    with pytest.raises(ClientError) as caught:
        site.client("admin").get_key(KeyIdentifier=arn)
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    refused(lambda: site.client("nobody").get_key(KeyIdentifier=arn))


def test_another_account_sees_nothing_until_the_keys_policy_lets_it_in(site: Site) -> None:
    admin, partner = site.client("admin"), site.client("partner")
    arn = new_key(admin)
    for name in ("partner", "partner_admin"):
        message = refused(partial(site.client(name).get_key, KeyIdentifier=arn))
        assert "because no resource-based policy allows" in message
    absent = arn[:-16] + "0" * 16
    assert "because no resource-based policy allows" in refused(lambda: partner.get_key(KeyIdentifier=absent))
    document = key_policy(allow(only("GetKey", "ExportKey", "StopKeyUsage")), principal=arn_of_role("Partner"))
    admin.put_resource_policy(ResourceArn=arn, Policy=document)
    assert partner.get_key(KeyIdentifier=arn)["Key"]["KeyArn"] == arn
    assert partner.stop_key_usage(KeyIdentifier=arn)["Key"]["Enabled"] is False
    refused(lambda: partner.start_key_usage(KeyIdentifier=arn))
    refused(lambda: site.client("partner_admin").get_key(KeyIdentifier=arn))
    admin.delete_resource_policy(ResourceArn=arn)
    refused(lambda: partner.get_key(KeyIdentifier=arn))


def test_both_accounts_have_to_allow(site: Site) -> None:
    admin = site.client("admin")
    arn = new_key(admin)
    document = key_policy(allow(only("GetKey")), principal={"AWS": PARTNER})
    admin.put_resource_policy(ResourceArn=arn, Policy=document)
    assert site.client("partner_admin").get_key(KeyIdentifier=arn)["Key"]["KeyArn"] == arn
    message = refused(lambda: site.client("partner_nobody").get_key(KeyIdentifier=arn))
    assert "because no identity-based policy allows" in message


def test_what_cannot_be_used_across_accounts_is_refused_whatever_the_policy(site: Site) -> None:
    admin, partner = site.client("admin"), site.client("partner")
    arn = new_key(admin)
    admin.put_resource_policy(
        ResourceArn=arn, Policy=key_policy(allow("payment-cryptography:*"), principal=arn_of_role("Partner"))
    )
    assert "resource-based" in refused(lambda: partner.create_alias(AliasName=new_name("theirs"), KeyArn=arn))
    assert "resource-based" in refused(lambda: partner.list_aliases(KeyArn=arn))
    assert "resource-based" in refused(lambda: partner.get_resource_policy(ResourceArn=arn))
    assert "resource-based" in refused(lambda: partner.delete_resource_policy(ResourceArn=arn))


def test_another_accounts_key_wraps_only_when_its_policy_says_so(site: Site) -> None:
    admin, partner = site.client("admin"), site.client("partner")
    theirs, kek = new_key(partner), new_key(admin)

    def export() -> str:
        material = {"Tr31KeyBlock": {"WrappingKeyIdentifier": kek}}
        return str(partner.export_key(ExportKeyIdentifier=theirs, KeyMaterial=material)["WrappedKey"]["KeyMaterial"])

    assert f"ExportKey on resource: {kek} because no resource-based" in refused(export)
    admin.put_resource_policy(
        ResourceArn=kek, Policy=key_policy(allow(only("ExportKey")), principal=arn_of_role("Partner"))
    )
    material = {"WrappingKeyIdentifier": kek, "WrappedKeyBlock": export()}
    assert "ImportKey on resource" in refused(lambda: partner.import_key(KeyMaterial={"Tr31KeyBlock": material}))
    admin.put_resource_policy(
        ResourceArn=kek, Policy=key_policy(allow(only("ExportKey", "ImportKey")), principal=arn_of_role("Partner"))
    )
    imported = partner.import_key(KeyMaterial={"Tr31KeyBlock": material})["Key"]["KeyArn"]
    assert f":{PARTNER}:" in imported


def test_a_deny_in_the_keys_policy_binds_its_own_account_too(site: Site) -> None:
    admin = site.client("admin")
    arn, kek = new_key(admin), new_key(admin)
    everybody = {"AWS": [OWNER, PARTNER]}
    document = key_policy(deny("payment-cryptography:ExportKey"), allow(only("GetKey")), principal=everybody)
    admin.put_resource_policy(ResourceArn=arn, Policy=document)
    material = {"Tr31KeyBlock": {"WrappingKeyIdentifier": kek}}
    message = refused(lambda: admin.export_key(ExportKeyIdentifier=arn, KeyMaterial=material))
    assert "with an explicit deny in a resource-based policy" in message
    other = {"Tr31KeyBlock": {"WrappingKeyIdentifier": arn}}
    assert "explicit deny" in refused(lambda: admin.export_key(ExportKeyIdentifier=kek, KeyMaterial=other))
    assert admin.get_key(KeyIdentifier=arn)["Key"]["KeyArn"] == arn
    admin.delete_resource_policy(ResourceArn=arn)
    assert admin.export_key(ExportKeyIdentifier=arn, KeyMaterial=material)["WrappedKey"]["KeyMaterial"]


def test_a_role_of_the_account_needs_no_policy_of_its_own(site: Site) -> None:
    admin = site.client("admin")
    arn = new_key(admin)
    user = {"AWS": f"arn:aws:iam::{OWNER}:user/Nobody"}
    admin.put_resource_policy(ResourceArn=arn, Policy=key_policy(allow(only("GetKey")), principal=user))
    assert site.client("nobody").get_key(KeyIdentifier=arn)["Key"]["KeyArn"] == arn
    refused(lambda: site.client("nobody").stop_key_usage(KeyIdentifier=arn))


def test_keys_and_aliases_of_two_accounts_do_not_meet(site: Site) -> None:
    admin, partner, name = site.client("admin"), site.client("partner_admin"), new_name("same")
    arns = [new_key(admin), new_key(partner)]
    for client, arn in zip((admin, partner), arns, strict=True):
        client.create_alias(AliasName=name, KeyArn=arn)
    found = [client.get_key(KeyIdentifier=name)["Key"]["KeyArn"] for client in (admin, partner)]
    assert found == arns
    listed = [key["KeyArn"] for page in partner.get_paginator("list_keys").paginate() for key in page["Keys"]]
    assert all(f":{PARTNER}:" in arn for arn in listed)


def test_teams_are_named_in_policies_too(site: Site) -> None:
    team = f"arn:aws:mpa:us-east-1:{PARTNER}:approval-team/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
    action = {"Action": "IMPORT_ROOT_PUBLIC_KEY_CERTIFICATE", "MpaTeamArn": team}
    assert f"AssociateMpaTeam on resource: {team}" in refused(
        lambda: site.client("nobody", "eu-west-1").associate_mpa_team(**action)
    )
    assert "MpaTeamAssociation" in site.client("regional", "eu-west-1").associate_mpa_team(**action)
    del action["MpaTeamArn"]
    assert f"on resource: {team}" in refused(
        lambda: site.client("nobody", "eu-west-1").get_mpa_team_association(**action)
    )
