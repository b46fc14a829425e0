"""Tokens and certificates of the service, through boto3."""

from __future__ import annotations

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from keyexchange import pki
from keyexchange.hsm.apc.context import CONTROL, Context, Principal
from keyexchange.hsm.device import open_hsm
from keyexchange.hsm.records import Home
from keyexchange.keys import KeyAlgorithm
from tests.apc_server import MovableClock, apc_client, running_apc
from tests.keyexchange.hsm.kdh import Party, create_kek, establish

KEK = bytes.fromhex("79ADAEF3212AADCE312ACE422ACCFEFB")
KEK_KCV = "3C0A31"  # AWS's demo key set, see tests/vectors/apc_keys.json
HEADER = "D9999K1TB00E0000"


def import_parameters(client: Any, algorithm: str = "RSA_2048", **more: Any) -> dict[str, Any]:
    request = {"KeyMaterialType": "TR34_KEY_BLOCK", "WrappingKeyAlgorithm": algorithm}
    return client.get_parameters_for_import(**request | more)


def export_parameters(client: Any, **more: Any) -> dict[str, Any]:
    return client.get_parameters_for_export(KeyMaterialType="TR34_KEY_BLOCK", SigningKeyAlgorithm="RSA_2048", **more)


def test_import_parameters_come_with_a_certificate_of_the_services_own_root(client: Any) -> None:
    answer = import_parameters(client)
    assert answer["ImportToken"].startswith("import-token-")
    assert answer["WrappingKeyAlgorithm"] == "RSA_2048"
    leaf, root = (base64.b64decode(answer[name]) for name in ("WrappingKeyCertificate", "WrappingKeyCertificateChain"))
    assert leaf.startswith(b"-----BEGIN CERTIFICATE-----")
    pki.verify_chain(leaf, [], [root], at=datetime.now(UTC))
    assert pki.rsa_public_key(pki.load(leaf)).key_size == 2048
    left = answer["ParametersValidUntilTimestamp"] - datetime.now(UTC)
    assert timedelta(days=29.9) < left <= timedelta(days=30)


def test_export_parameters_come_from_the_same_root(client: Any) -> None:
    answer = export_parameters(client)
    assert answer["ExportToken"].startswith("export-token-")
    assert answer["SigningKeyCertificateChain"] == import_parameters(client)["WrappingKeyCertificateChain"]
    leaf, root = answer["SigningKeyCertificate"], answer["SigningKeyCertificateChain"]
    pki.verify_chain(base64.b64decode(leaf), [], [base64.b64decode(root)], at=datetime.now(UTC))


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("GetParametersForImport", {"KeyMaterialType": "TR34_KEY_BLOCK", "WrappingKeyAlgorithm": "RSA_2048"}),
        ("GetParametersForExport", {"KeyMaterialType": "TR34_KEY_BLOCK", "SigningKeyAlgorithm": "RSA_2048"}),
        ("GetPublicKeyCertificate", {}),
    ],
)
def test_nothing_is_awaited_between_a_write_and_its_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, request_: dict[str, str]
) -> None:
    """Whatever ended the transaction meanwhile would take the write with it, and nobody would be told."""
    hsm = open_hsm(tmp_path, authority_algorithm=KeyAlgorithm.RSA_2048)
    root = hsm.authority._root

    async def contended(kept_as: str) -> Any:
        """As when another request is making the root."""
        found = await root(kept_as)
        await asyncio.sleep(0)
        return found

    monkeypatch.setattr(hsm.authority, "_root", contended)
    context = Context(
        Home("111122223333", "us-east-1"), Principal("arn:aws:iam::111122223333:user/test", "111122223333")
    )
    written: list[str] = []
    kept: list[str] = []
    forgotten: list[str] = []

    def execute(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT"):
            written.append(statement)

    async def other_requests() -> None:
        """Looks, whenever the loop is free, whether a write lies there that nobody waits for."""
        while True:
            if hsm.store._group is None:
                forgotten.extend(written)
            await asyncio.sleep(0)

    async def main() -> None:
        values = dict(request_)
        if name == "GetPublicKeyCertificate":
            attributes = {"KeyAlgorithm": "RSA_2048", "KeyUsage": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE"}
            attributes |= {"KeyClass": "ASYMMETRIC_KEY_PAIR", "KeyModesOfUse": {"Sign": True}}
            made = await CONTROL.declared["CreateKey"].handler(
                hsm, context, {"KeyAttributes": attributes, "Exportable": False}
            )
            await hsm.store.committed()
            values = {"KeyIdentifier": made["Key"]["KeyArn"]}
        written.clear()
        looking = asyncio.create_task(other_requests())
        await CONTROL.declared[name].handler(hsm, context, values)
        await hsm.store.committed()
        looking.cancel()

    event.listen(hsm.store.connection, "before_cursor_execute", execute)
    event.listen(hsm.store.connection, "commit", lambda _: (kept.extend(written), written.clear()))
    asyncio.run(main())
    hsm.close()
    assert kept
    assert forgotten == []


@pytest.mark.parametrize("parameters", [import_parameters, export_parameters])
def test_a_token_is_reused_only_when_asked_and_while_it_lasts(tmp_path: Path, parameters: Any) -> None:
    clock = MovableClock()
    with running_apc(tmp_path, clock=clock) as url:
        client = apc_client(url)
        first = parameters(client)
        assert parameters(client)["ParametersValidUntilTimestamp"] >= first["ParametersValidUntilTimestamp"]
        again = parameters(client, ReuseLastGeneratedToken=True)
        assert parameters(client, ReuseLastGeneratedToken=True) | {"ResponseMetadata": 0} == again | {
            "ResponseMetadata": 0
        }
        clock.ahead = timedelta(days=24)
        later = parameters(client, ReuseLastGeneratedToken=True)
        assert later["ParametersValidUntilTimestamp"] > again["ParametersValidUntilTimestamp"]


@pytest.mark.parametrize(
    ("material", "algorithm", "text"),
    [
        ("TR31_KEY_BLOCK", "RSA_2048", "TR31_KEY_BLOCK"),
        ("TR34_KEY_BLOCK", "AES_128", "AES_128"),
        ("TR34_KEY_BLOCK", "ECC_NIST_P256", "ECC_NIST_P256"),
    ],
)
def test_other_parameters_are_refused(client: Any, material: str, algorithm: str, text: str) -> None:
    with pytest.raises(client.exceptions.ValidationException, match=text):
        client.get_parameters_for_import(KeyMaterialType=material, WrappingKeyAlgorithm=algorithm)


def test_an_export_token_signs_with_rsa_2048_only(client: Any) -> None:
    with pytest.raises(client.exceptions.ValidationException, match="RSA_3072"):
        client.get_parameters_for_export(KeyMaterialType="TR34_KEY_BLOCK", SigningKeyAlgorithm="RSA_3072")


def test_a_token_serves_several_keys_survives_a_restart_and_expires(tmp_path: Path, party: Party) -> None:
    clock = MovableClock()
    with running_apc(tmp_path, clock=clock) as url:
        established = establish(apc_client(url), party)
        arns = {established.send(KEK, HEADER)["KeyArn"] for _ in range(3)}
        assert len(arns) == 3
    with running_apc(tmp_path, clock=clock) as url:
        client = apc_client(url)
        material = established.material(KEK, HEADER)
        clock.ahead = timedelta(days=29, hours=23)
        assert client.import_key(KeyMaterial=material)["Key"]["KeyCheckValue"] == KEK_KCV
        clock.ahead = timedelta(days=30, minutes=1)
        with pytest.raises(client.exceptions.ValidationException, match="import token has expired"):
            client.import_key(KeyMaterial=material)
        assert len(client.list_keys()["Keys"]) == 5  # root and four


def test_the_certificate_of_a_key_pair_is_kept_and_renewed(tmp_path: Path) -> None:
    clock = MovableClock()
    with running_apc(tmp_path, clock=clock) as url:
        client = apc_client(url)
        attributes = {
            "KeyAlgorithm": "ECC_NIST_P384",
            "KeyUsage": "TR31_K3_ASYMMETRIC_KEY_FOR_KEY_AGREEMENT",
            "KeyClass": "ASYMMETRIC_KEY_PAIR",
            "KeyModesOfUse": {"DeriveKey": True},
        }
        arn = client.create_key(Exportable=True, KeyAttributes=attributes)["Key"]["KeyArn"]
        answer = client.get_public_key_certificate(KeyIdentifier=arn)
        leaf, root = (base64.b64decode(answer[name]) for name in ("KeyCertificate", "KeyCertificateChain"))
        pki.verify_chain(leaf, [], [root], at=datetime.now(UTC))
        assert pki.load(root).public_key().curve.name == "secp521r1", "AWS's ECDH script imports it as such"
        assert client.get_public_key_certificate(KeyIdentifier=arn)["KeyCertificate"] == answer["KeyCertificate"]
        clock.ahead = timedelta(days=61)
        renewed = client.get_public_key_certificate(KeyIdentifier=arn)
        assert renewed["KeyCertificate"] != answer["KeyCertificate"]
        assert pki.load(renewed["KeyCertificate"]).public_key() == pki.load(leaf).public_key()


def test_the_certificate_of_a_key_pair_is_renewed_with_the_root(tmp_path: Path) -> None:
    clock = MovableClock()
    with running_apc(tmp_path, clock=clock) as url:
        client = apc_client(url)
        attributes = {
            "KeyAlgorithm": "RSA_2048",
            "KeyUsage": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE",
            "KeyClass": "ASYMMETRIC_KEY_PAIR",
            "KeyModesOfUse": {"Sign": True},
        }
        arn = client.create_key(Exportable=True, KeyAttributes=attributes)["Key"]["KeyArn"]
        client.get_parameters_for_import(KeyMaterialType="TR34_KEY_BLOCK", WrappingKeyAlgorithm="RSA_2048")
        roots = set()
        for days in (3520, 3540):  # its root has 130 days left, then 110, and is replaced
            clock.ahead = timedelta(days=days)
            answer = client.get_public_key_certificate(KeyIdentifier=arn)
            leaf, root = (base64.b64decode(answer[name]) for name in ("KeyCertificate", "KeyCertificateChain"))
            pki.verify_chain(leaf, [], [root], at=datetime.now(UTC) + clock.ahead)
            roots.add(root)
        assert len(roots) == 2


def test_a_symmetric_key_has_no_certificate(client: Any) -> None:
    with pytest.raises(client.exceptions.ValidationException, match="not an asymmetric key pair"):
        client.get_public_key_certificate(KeyIdentifier=create_kek(client))
