"""A boto3 client walks through every operation of the model: valid input, invalid input, and the same call twice.

A model with an operation that has no steps here fails, so a newer botocore asks for new ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from keyexchange.hsm.apc.context import CONTROL
from tests.apc_server import apc_client
from tests.keyexchange.hsm.apc.output_shapes import Wire, check_output
from tests.keyexchange.hsm.kdh import BOTH, Party, create_kek, root_material

REGION, OTHER_REGION, ANOTHER_REGION = "eu-west-3", "eu-north-1", "il-central-1"
ACTION = "IMPORT_ROOT_PUBLIC_KEY_CERTIFICATE"
TEAM = "arn:aws:mpa:eu-west-3:111122223333:approval-team/walkers"
MISSING = f"arn:aws:payment-cryptography:{REGION}:111122223333:key/aaaaaaaaaaaaaaaa"
NOBODY = "alias/walk/nobody"
SYMMETRIC = {
    "KeyAlgorithm": "AES_128",
    "KeyUsage": "TR31_K1_KEY_BLOCK_PROTECTION_KEY",
    "KeyClass": "SYMMETRIC_KEY",
    "KeyModesOfUse": BOTH,
}
PAIR = {
    "KeyAlgorithm": "ECC_NIST_P256",
    "KeyUsage": "TR31_K3_ASYMMETRIC_KEY_FOR_KEY_AGREEMENT",
    "KeyClass": "ASYMMETRIC_KEY_PAIR",
    "KeyModesOfUse": {"DeriveKey": True},
}
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": "444455556666"},
            "Action": "payment-cryptography:EncryptData",
            "Resource": "*",
        },
    }
)
PUBLIC = POLICY.replace('"444455556666"', '"*"')
TAGS = [{"Key": "a", "Value": "b"}]

Input = dict[str, Any]


@dataclass(frozen=True)
class World:
    """What steps are made of: a client of a region of its own, and a party with certificates."""

    client: Any
    party: Party
    names: Iterator[int]

    def key(self, **more: Any) -> str:
        arn: str = self.client.create_key(Exportable=True, KeyAttributes=SYMMETRIC, **more)["Key"]["KeyArn"]
        return arn

    def pair(self) -> str:
        arn: str = self.client.create_key(Exportable=True, KeyAttributes=PAIR)["Key"]["KeyArn"]
        return arn

    def stopped(self) -> str:
        arn = self.pair()
        self.client.stop_key_usage(KeyIdentifier=arn)
        return arn

    def deleted_pair(self) -> str:
        arn = self.pair()
        self.client.delete_key(KeyIdentifier=arn)
        return arn

    def alias(self) -> str:
        name = f"alias/walk/{next(self.names)}"
        self.client.create_alias(AliasName=name, KeyArn=self.key())
        return name

    def deleted(self) -> str:
        arn = self.key()
        self.client.delete_key(KeyIdentifier=arn)
        return arn

    def policed(self) -> str:
        arn = self.key()
        self.client.put_resource_policy(ResourceArn=arn, Policy=POLICY)
        return arn

    def protected(self) -> None:
        """A team, unless one is there: it may be on its way out."""
        try:
            self.client.get_mpa_team_association(Action=ACTION)
        except self.client.exceptions.ResourceNotFoundException:
            self.client.associate_mpa_team(Action=ACTION, MpaTeamArn=TEAM)

    def block(self) -> Input:
        kek = create_kek(self.client)
        exported = self.client.export_key(
            ExportKeyIdentifier=self.key(), KeyMaterial={"Tr31KeyBlock": {"WrappingKeyIdentifier": kek}}
        )["WrappedKey"]["KeyMaterial"]
        return {"Tr31KeyBlock": {"WrappingKeyIdentifier": kek, "WrappedKeyBlock": exported}}

    def root(self) -> Input:
        return root_material(self.party.root)


@pytest.fixture(scope="module")
def world(apc_url: str, party: Party) -> World:
    return World(apc_client(apc_url, region=REGION), party, count())


Make = Callable[[World], Input]


def step(**members: Any) -> Make:
    """Members of an input; a function among them is asked with the world."""
    return lambda world: {name: member(world) if callable(member) else member for name, member in members.items()}


def at_team(**members: Any) -> Make:
    """The same where a team protects the region."""

    def make(world: World) -> Input:
        world.protected()
        return members

    return make


key, pair, alias, deleted, policed = World.key, World.pair, World.alias, World.deleted, World.policed
replicated = partial(World.key, ReplicationRegions=[OTHER_REGION])
create_step = partial(step, Exportable=True)
csr_step = partial(step, SigningAlgorithm="SHA256")
export_to = lambda world: {"Tr31KeyBlock": {"WrappingKeyIdentifier": create_kek(world.client)}}  # noqa: E731

VALID: dict[str, list[Make]] = {
    "AddKeyReplicationRegions": [step(KeyIdentifier=key, ReplicationRegions=[OTHER_REGION])],
    "AssociateMpaTeam": [step(Action=ACTION, MpaTeamArn=TEAM, RequesterComment="why")],
    "CreateAlias": [step(AliasName="alias/walk/made", KeyArn=key), step(AliasName="alias/walk/empty")],
    "CreateKey": [
        create_step(KeyAttributes=SYMMETRIC),
        create_step(KeyAttributes=SYMMETRIC, ReplicationRegions=[OTHER_REGION], Enabled=False, Tags=TAGS),
        create_step(KeyAttributes=PAIR, DeriveKeyUsage="TR31_K1_KEY_BLOCK_PROTECTION_KEY"),
    ],
    "DeleteAlias": [step(AliasName=alias)],
    "DeleteKey": [step(KeyIdentifier=key), step(KeyIdentifier=replicated, DeleteKeyInDays=180)],
    "DeleteResourcePolicy": [step(ResourceArn=policed), step(ResourceArn=key)],
    "DisableDefaultKeyReplicationRegions": [step(ReplicationRegions=[OTHER_REGION])],
    "DisassociateMpaTeam": [at_team(Action=ACTION, RequesterComment="why")],
    "EnableDefaultKeyReplicationRegions": [step(ReplicationRegions=["eu-south-2"])],
    "ExportKey": [step(ExportKeyIdentifier=key, KeyMaterial=export_to)],
    "GetAlias": [step(AliasName=alias)],
    "GetCertificateSigningRequest": [csr_step(KeyIdentifier=pair, CertificateSubject={"CommonName": "x"})],
    "GetDefaultKeyReplicationRegions": [step()],
    "GetKey": [step(KeyIdentifier=key), step(KeyIdentifier=alias), step(KeyIdentifier=replicated)],
    "GetMpaTeamAssociation": [at_team(Action=ACTION)],
    "GetParametersForExport": [step(KeyMaterialType="TR34_KEY_BLOCK", SigningKeyAlgorithm="RSA_2048")],
    "GetParametersForImport": [step(KeyMaterialType="TR34_KEY_BLOCK", WrappingKeyAlgorithm="RSA_2048")],
    "GetPublicKeyCertificate": [step(KeyIdentifier=pair)],
    "GetResourcePolicy": [step(ResourceArn=policed)],
    "ImportKey": [
        step(KeyMaterial=World.block, Tags=TAGS),
        step(KeyMaterial=World.root, RequesterComment="why"),
    ],
    "ListAliases": [step(), step(MaxResults=1)],
    "ListKeys": [step(MaxResults=2), step(KeyState="DELETE_PENDING")],
    "ListTagsForResource": [step(ResourceArn=partial(World.key, Tags=TAGS))],
    "PutResourcePolicy": [step(ResourceArn=key, Policy=POLICY)],
    "RemoveKeyReplicationRegions": [step(KeyIdentifier=replicated, ReplicationRegions=[OTHER_REGION])],
    "RestoreKey": [step(KeyIdentifier=deleted)],
    "StartKeyUsage": [step(KeyIdentifier=partial(World.key, Enabled=False))],
    "StopKeyUsage": [step(KeyIdentifier=key)],
    "TagResource": [step(ResourceArn=key, Tags=TAGS)],
    "UntagResource": [step(ResourceArn=key, TagKeys=["a"])],
    "UpdateAlias": [step(AliasName=alias, KeyArn=key), step(AliasName=alias)],
}
NOT_FOUND, INVALID, CONFLICT = "ResourceNotFoundException", "ValidationException", "ConflictException"

REFUSED: dict[str, list[tuple[str, Make]]] = {
    "AddKeyReplicationRegions": [(NOT_FOUND, step(KeyIdentifier=MISSING, ReplicationRegions=[OTHER_REGION]))],
    "AssociateMpaTeam": [(INVALID, step(Action="IMPORT_ANYTHING", MpaTeamArn=TEAM))],
    "CreateAlias": [(CONFLICT, step(AliasName=alias)), (NOT_FOUND, step(AliasName=NOBODY, KeyArn=MISSING))],
    "CreateKey": [(INVALID, create_step(KeyAttributes=SYMMETRIC | {"KeyModesOfUse": {"Sign": True}}))],
    "DeleteAlias": [(NOT_FOUND, step(AliasName=NOBODY))],
    "DeleteKey": [(CONFLICT, step(KeyIdentifier=deleted)), (INVALID, step(KeyIdentifier=key, DeleteKeyInDays=2))],
    "DeleteResourcePolicy": [(NOT_FOUND, step(ResourceArn=MISSING))],
    "DisableDefaultKeyReplicationRegions": [(INVALID, step(ReplicationRegions=[REGION]))],
    "DisassociateMpaTeam": [(INVALID, step(Action="IMPORT_ANYTHING"))],
    "EnableDefaultKeyReplicationRegions": [(INVALID, step(ReplicationRegions=["eu-nowhere-9"]))],
    "ExportKey": [
        (NOT_FOUND, step(ExportKeyIdentifier=MISSING, KeyMaterial=export_to)),
        (INVALID, step(ExportKeyIdentifier=key, KeyMaterial={})),
    ],
    "GetAlias": [(NOT_FOUND, step(AliasName=NOBODY)), (INVALID, step(AliasName="nobody"))],
    "GetCertificateSigningRequest": [  # no conflicts in the model
        (INVALID, csr_step(KeyIdentifier=identifier, CertificateSubject={"CommonName": "x"}))
        for identifier in (key, World.stopped, World.deleted_pair)
    ],
    "GetKey": [(NOT_FOUND, step(KeyIdentifier=MISSING)), (INVALID, step(KeyIdentifier="key"))],
    "GetMpaTeamAssociation": [(INVALID, step(Action=""))],
    "GetParametersForExport": [(INVALID, step(KeyMaterialType="TR34_KEY_BLOCK", SigningKeyAlgorithm="AES_128"))],
    "GetParametersForImport": [(INVALID, step(KeyMaterialType="TR34_KEY_BLOCK", WrappingKeyAlgorithm="AES_128"))],
    "GetPublicKeyCertificate": [
        (INVALID, step(KeyIdentifier=key)),
        (INVALID, step(KeyIdentifier=World.deleted_pair)),
    ],
    "GetResourcePolicy": [(NOT_FOUND, step(ResourceArn=key))],
    "ImportKey": [
        (INVALID, step(KeyMaterial={})),
        (INVALID, step(KeyMaterial=lambda world: _signing(world.root()))),
    ],
    "ListAliases": [(INVALID, step(MaxResults=101)), (NOT_FOUND, step(KeyArn=MISSING))],
    "ListKeys": [(INVALID, step(NextToken="x")), (INVALID, step(KeyState="LOST"))],
    "ListTagsForResource": [(NOT_FOUND, step(ResourceArn=MISSING))],
    "PutResourcePolicy": [
        ("PublicPolicyException", step(ResourceArn=key, Policy=PUBLIC)),
        (INVALID, step(ResourceArn=key, Policy="{}")),
    ],
    "RemoveKeyReplicationRegions": [(INVALID, step(KeyIdentifier=key, ReplicationRegions=[OTHER_REGION]))],
    "RestoreKey": [(CONFLICT, step(KeyIdentifier=key))],
    "StartKeyUsage": [(CONFLICT, step(KeyIdentifier=deleted))],
    "StopKeyUsage": [(NOT_FOUND, step(KeyIdentifier=NOBODY))],
    "TagResource": [(INVALID, step(ResourceArn=key, Tags=[{"Key": "aws:x", "Value": "y"}]))],
    "UntagResource": [(NOT_FOUND, step(ResourceArn=MISSING, TagKeys=["a"]))],
    "UpdateAlias": [(NOT_FOUND, step(AliasName=NOBODY))],
}

AGAIN: dict[str, tuple[Make, str | None]] = {
    "AddKeyReplicationRegions": (VALID["AddKeyReplicationRegions"][0], None),
    "AssociateMpaTeam": (VALID["AssociateMpaTeam"][0], None),
    "CreateAlias": (step(AliasName="alias/walk/twice"), CONFLICT),
    "CreateKey": (VALID["CreateKey"][0], None),
    "DeleteAlias": (VALID["DeleteAlias"][0], NOT_FOUND),
    "DeleteKey": (VALID["DeleteKey"][0], CONFLICT),
    "DeleteResourcePolicy": (VALID["DeleteResourcePolicy"][0], None),
    "DisableDefaultKeyReplicationRegions": (VALID["DisableDefaultKeyReplicationRegions"][0], None),
    "DisassociateMpaTeam": (VALID["DisassociateMpaTeam"][0], CONFLICT),
    "EnableDefaultKeyReplicationRegions": (step(ReplicationRegions=["eu-south-1"]), None),
    "GetParametersForExport": (VALID["GetParametersForExport"][0], None),
    "GetParametersForImport": (VALID["GetParametersForImport"][0], None),
    "GetPublicKeyCertificate": (VALID["GetPublicKeyCertificate"][0], None),
    "ImportKey": (VALID["ImportKey"][0], None),
    "PutResourcePolicy": (VALID["PutResourcePolicy"][0], None),
    "RemoveKeyReplicationRegions": (VALID["RemoveKeyReplicationRegions"][0], INVALID),
    "RestoreKey": (VALID["RestoreKey"][0], CONFLICT),
    "StartKeyUsage": (VALID["StartKeyUsage"][0], None),
    "StopKeyUsage": (VALID["StopKeyUsage"][0], None),
    "TagResource": (VALID["TagResource"][0], None),
    "UntagResource": (VALID["UntagResource"][0], None),
    "UpdateAlias": (VALID["UpdateAlias"][0], None),
}
"""Of every operation that writes: what becomes of the same request made again."""


def _signing(material: Input) -> Input:
    material["RootCertificatePublicKey"]["KeyAttributes"]["KeyModesOfUse"] = {"Sign": True}
    return material


def call(client: Any, name: str, members: Input) -> Any:
    method = next(each for each, operation in client.meta.method_to_api_mapping.items() if operation == name)
    return getattr(client, method)(**members)


VALID_STEPS = [pytest.param(name, make, id=f"{name}{i}") for name, rows in VALID.items() for i, make in enumerate(rows)]
REFUSED_STEPS = [
    pytest.param(name, code, make, id=f"{name}{i}")
    for name, rows in REFUSED.items()
    for i, (code, make) in enumerate(rows)
]


def test_every_operation_of_the_model_is_walked(world: World) -> None:
    model = world.client.meta.service_model
    assert set(CONTROL.declared) == set(model.operation_names) == set(VALID)
    without_input = {name for name in VALID if not model.operation_model(name).input_shape.members}
    assert set(REFUSED) == set(VALID) - without_input
    assert set(AGAIN) == {name for name, declared in CONTROL.declared.items() if declared.writes}


@pytest.mark.parametrize(("name", "make"), VALID_STEPS)
def test_an_answer_has_the_shape_of_the_model(world: World, apc_url: str, name: str, make: Make) -> None:
    client = apc_client(apc_url, region=REGION)
    wire = Wire(client)
    call(client, name, make(world))
    check_output(client.meta.service_model.operation_model(name), wire.answer())


@pytest.mark.parametrize(("name", "code", "make"), REFUSED_STEPS)
def test_a_refusal_is_one_of_the_models(world: World, apc_url: str, name: str, code: str, make: Make) -> None:
    unchecked = apc_client(apc_url, region=REGION, parameter_validation=False)
    with pytest.raises(ClientError) as caught:
        call(unchecked, name, make(world))
    error = caught.value.response["Error"]
    assert error["Code"] == code
    assert error["Message"] or caught.value.response["ResourceId"]  # the model gives the latter no message
    operation = world.client.meta.service_model.operation_model(name)
    assert code in {shape.name for shape in operation.error_shapes}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_required_must_be_there(world: World, apc_url: str, name: str) -> None:
    unchecked = apc_client(apc_url, region=REGION, parameter_validation=False)
    required = world.client.meta.service_model.operation_model(name).input_shape.required_members
    if not required:
        assert name in {"ListAliases", "ListKeys"}
        return
    with pytest.raises(ClientError, match="Member must not be null") as caught:
        call(unchecked, name, {})
    assert caught.value.response["Error"]["Message"].startswith(f"{len(required)} validation error")


@pytest.mark.parametrize("name", sorted(AGAIN))
def test_the_same_request_again_does_what_is_written_here(apc_url: str, party: Party, name: str) -> None:
    make, code = AGAIN[name]
    again = World(apc_client(apc_url, region=ANOTHER_REGION), party, count())
    members = make(again)
    call(again.client, name, members)
    if code is None:
        call(again.client, name, members)
        return
    with pytest.raises(ClientError) as caught:
        call(again.client, name, members)
    assert caught.value.response["Error"]["Code"] == code
