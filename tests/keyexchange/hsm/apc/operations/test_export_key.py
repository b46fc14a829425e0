"""ExportKey, through boto3."""

from __future__ import annotations

from typing import Any

import pytest

from keyexchange import pki, tr31, tr34
from keyexchange.crypto import ec as ec_keys
from keyexchange.crypto import key_kcv
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret
from tests.keyexchange.hsm.kdh import BOTH, NONCE, Established, Party, as_apc, create, create_kek, now

KEK = bytes.fromhex("79ADAEF3212AADCE312ACE422ACCFEFB")
CVK = ("TDES_2KEY", "TR31_C0_CARD_VERIFICATION_KEY", {"Generate": True, "Verify": True})


@pytest.fixture(scope="module")
def tdes_kek(established: Established) -> str:
    """A KEK whose octets this test knows."""
    return established.send(KEK, "D9999K1TB00E0000")["KeyArn"]


def export_tr31(client: Any, key: str, kek: str, **headers: Any) -> dict[str, Any]:
    block = {"WrappingKeyIdentifier": kek} | ({"KeyBlockHeaders": headers} if headers else {})
    return client.export_key(ExportKeyIdentifier=key, KeyMaterial={"Tr31KeyBlock": block})["WrappedKey"]


def test_a_block_opens_outside_with_the_stated_check_value(client: Any, tdes_kek: str) -> None:
    key = create(client, *CVK)
    answer = export_tr31(client, key["KeyArn"], tdes_kek)
    assert answer["WrappedKeyMaterialFormat"] == "TR31_KEY_BLOCK"
    assert answer["WrappingKeyArn"] == tdes_kek
    assert answer["KeyMaterial"].startswith("B0080C0TC00E0000")
    opened = tr31.unwrap(tr31.Kbpk("T", Secret(KEK)), answer["KeyMaterial"])
    assert str(key_kcv(KeyAlgorithm.TDES_2KEY, opened.key)) == answer["KeyCheckValue"] == key["KeyCheckValue"]


@pytest.mark.parametrize(
    ("algorithm", "usage", "modes"),
    [
        CVK,
        ("TDES_3KEY", "TR31_P0_PIN_ENCRYPTION_KEY", BOTH),
        ("AES_256", "TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY", BOTH),
        ("AES_128", "TR31_B0_BASE_DERIVATION_KEY", {"DeriveKey": True}),
        ("TDES_2KEY", "TR31_M3_ISO_9797_3_MAC_KEY", {"NoRestrictions": True}),
        ("AES_128", "TR31_M7_HMAC_KEY", {"Generate": True, "Verify": True}),  # no combination of X9.143
    ],
)
def test_what_is_exported_can_be_imported_again(
    client: Any, algorithm: str, usage: str, modes: dict[str, bool]
) -> None:
    kek = create_kek(client)
    key = create(client, algorithm, usage, modes)
    block = export_tr31(client, key["KeyArn"], kek)["KeyMaterial"]
    assert block[0] == "D"
    material = {"Tr31KeyBlock": {"WrappingKeyIdentifier": kek, "WrappedKeyBlock": block}}
    again = client.import_key(KeyMaterial=material)["Key"]
    assert again["KeyCheckValue"] == key["KeyCheckValue"]
    assert again["KeyAttributes"] == key["KeyAttributes"]


def test_headers_make_the_key_stricter(client: Any, tdes_kek: str) -> None:
    arn = create(client, *CVK)["KeyArn"]
    block = export_tr31(
        client,
        arn,
        tdes_kek,
        KeyModesOfUse={"Verify": True},
        KeyExportability="NON_EXPORTABLE",
        KeyVersion="07",
        OptionalBlocks={"LB": "Label7"},
    )["KeyMaterial"]
    assert block[5:16] == "C0TV07N0200"
    header = tr31.unwrap(tr31.Kbpk("T", Secret(KEK)), block).header
    assert header.optional_blocks[0] == tr31.OptionalBlock("LB", "Label7")


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({"KeyModesOfUse": {"NoRestrictions": True}}, "not a restriction"),
        ({"KeyModesOfUse": {"DeriveKey": True}}, "not a restriction"),
        ({"OptionalBlocks": {"LB": "a" * 108, "LC": "a"}}, "longer than 112"),
    ],
)
def test_headers_do_not_make_the_key_looser(client: Any, tdes_kek: str, headers: dict[str, Any], text: str) -> None:
    with pytest.raises(client.exceptions.ValidationException, match=text):
        export_tr31(client, create(client, *CVK)["KeyArn"], tdes_kek, **headers)


def test_a_key_without_restrictions_gets_only_modes_of_its_usage(client: Any, tdes_kek: str) -> None:
    arn = create(client, "TDES_2KEY", "TR31_C0_CARD_VERIFICATION_KEY", {"NoRestrictions": True})["KeyArn"]
    assert export_tr31(client, arn, tdes_kek, KeyModesOfUse={"Generate": True})["KeyMaterial"][8] == "G"
    with pytest.raises(client.exceptions.ValidationException, match="not a restriction"):
        export_tr31(client, arn, tdes_kek, KeyModesOfUse=BOTH)


def test_what_must_not_leave_stays(client: Any, tdes_kek: str, established: Established) -> None:
    kept = create(client, *CVK, Exportable=False)["KeyArn"]
    with pytest.raises(client.exceptions.ValidationException, match="not exportable"):
        export_tr31(client, kept, tdes_kek)
    arrived = established.send(KEK, "D9999C0TC00N0000")["KeyArn"]
    with pytest.raises(client.exceptions.ValidationException, match="not exportable"):
        export_tr31(client, arrived, tdes_kek)
    with pytest.raises(client.exceptions.ValidationException, match="not a symmetric key"):
        export_tr31(client, established.root_arn, tdes_kek)
    stopped = create(client, *CVK, Enabled=False)["KeyArn"]
    with pytest.raises(client.exceptions.ConflictException, match="not enabled"):
        export_tr31(client, stopped, tdes_kek)


@pytest.mark.parametrize(
    ("kek", "key", "usage"),
    [
        ("TDES_2KEY", "TDES_3KEY", "TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY"),
        ("TDES_3KEY", "AES_128", "TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY"),
        ("AES_128", "AES_192", "TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY"),
        ("AES_192", "AES_256", "TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY"),
    ],
)
def test_a_weaker_key_protects_no_stronger_one(client: Any, kek: str, key: str, usage: str) -> None:
    """AWS Payment Cryptography User Guide, minimum key strengths: the diagonal of the table and below it."""
    arn = create(client, key, usage, BOTH)["KeyArn"]
    with pytest.raises(
        client.exceptions.ValidationException, match=f"{key} key can not be protected by a weaker {kek}"
    ):
        export_tr31(client, arn, create_kek(client, kek))
    assert export_tr31(client, arn, create_kek(client, key))["KeyMaterial"]


def test_a_kek_that_may_only_unwrap_does_not_wrap(client: Any) -> None:
    modes = {"Decrypt": True, "Unwrap": True}
    kek = create(client, "AES_256", "TR31_K1_KEY_BLOCK_PROTECTION_KEY", modes)["KeyArn"]
    with pytest.raises(client.exceptions.ValidationException, match="does not have Wrap"):
        export_tr31(client, create(client, *CVK)["KeyArn"], kek)


@pytest.fixture(scope="module")
def export_parameters(client: Any) -> dict[str, Any]:
    return client.get_parameters_for_export(KeyMaterialType="TR34_KEY_BLOCK", SigningKeyAlgorithm="RSA_2048")


def tr34_material(established: Established, parameters: dict[str, Any], **changes: Any) -> dict[str, Any]:
    block = {
        "CertificateAuthorityPublicKeyIdentifier": established.root_arn,
        "WrappingKeyCertificate": as_apc(established.party.certificate),
        "ExportToken": parameters["ExportToken"],
        "KeyBlockFormat": "X9_TR34_2012",
        "RandomNonce": NONCE.hex().upper(),
    }
    return {"Tr34KeyBlock": {name: value for name, value in (block | changes).items() if value is not None}}


def opened_outside(material: str, party: Party, parameters: dict[str, Any]) -> tr34.OpenedToken:
    kdh = pki.to_der(pki.load(parameters["SigningKeyCertificate"]))
    token = tr34.read(bytes.fromhex(material))
    tr34.verify(token, kdh_certificate=kdh, nonce=NONCE)
    certificate = pki.to_der(party.certificate)
    return tr34.open_token(token, krd_private_key=party.key, krd_certificate=certificate, kdh_certificate=kdh)


def test_headers_make_the_key_of_a_token_stricter(
    client: Any, established: Established, party: Party, export_parameters: dict[str, Any]
) -> None:
    arn = create(client, *CVK)["KeyArn"]
    stricter = {
        "KeyModesOfUse": {"Verify": True},
        "KeyExportability": "SENSITIVE",
        "KeyVersion": "07",
        "OptionalBlocks": {"LB": "Label7"},
    }
    material = tr34_material(established, export_parameters, KeyBlockHeaders=stricter)
    answer = client.export_key(ExportKeyIdentifier=arn, KeyMaterial=material)["WrappedKey"]
    header, _ = tr31.parse_header(opened_outside(answer["KeyMaterial"], party, export_parameters).header)
    assert (header.key_usage, header.mode_of_use, header.key_version_number, header.exportability) == (
        "C0",
        "V",
        "07",
        "S",
    )
    assert header.optional_blocks[0] == tr31.OptionalBlock("LB", "Label7")
    looser = tr34_material(established, export_parameters, KeyBlockHeaders={"KeyModesOfUse": {"DeriveKey": True}})
    with pytest.raises(client.exceptions.ValidationException, match="not a restriction"):
        client.export_key(ExportKeyIdentifier=arn, KeyMaterial=looser)


def test_a_token_opens_outside(
    client: Any, established: Established, party: Party, export_parameters: dict[str, Any]
) -> None:
    key = create(client, "TDES_2KEY", "TR31_K0_KEY_ENCRYPTION_KEY", BOTH)
    material = tr34_material(established, export_parameters)
    answer = client.export_key(ExportKeyIdentifier=key["KeyArn"], KeyMaterial=material)["WrappedKey"]
    assert answer["WrappedKeyMaterialFormat"] == "TR34_KEY_BLOCK"
    opened = opened_outside(answer["KeyMaterial"], party, export_parameters)
    # the header that APC writes: AWS CLI reference, export-key
    assert opened.header == "D0112K0TB00E0000"
    assert str(key_kcv(KeyAlgorithm.TDES_2KEY, opened.key)) == answer["KeyCheckValue"] == key["KeyCheckValue"]


def test_a_token_must_be_named_and_known(
    client: Any, established: Established, export_parameters: dict[str, Any]
) -> None:
    arn = create(client, *CVK)["KeyArn"]
    nameless = tr34_material(established, export_parameters, ExportToken=None)
    with pytest.raises(client.exceptions.ValidationException, match="Exactly one of ExportToken"):
        client.export_key(ExportKeyIdentifier=arn, KeyMaterial=nameless)
    unknown = tr34_material(established, export_parameters, ExportToken="export-token-aaaaaaaaaaaaaaaa")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.export_key(ExportKeyIdentifier=arn, KeyMaterial=unknown)


def test_a_receiver_must_be_vouched_for_and_strong_enough(
    client: Any, established: Established, party: Party, export_parameters: dict[str, Any]
) -> None:
    arn = create(client, "AES_128", "TR31_K1_KEY_BLOCK_PROTECTION_KEY", BOTH)["KeyArn"]
    material = tr34_material(established, export_parameters)
    with pytest.raises(client.exceptions.ValidationException, match="weaker RSA_2048"):
        client.export_key(ExportKeyIdentifier=arn, KeyMaterial=material)
    stranger = pki.issue_leaf(
        "KRD", party.root_key.public_key(), _root(party), party.key, purpose="wrap", days=9, now=now()
    )
    material = tr34_material(established, export_parameters, WrappingKeyCertificate=as_apc(stranger))
    with pytest.raises(client.exceptions.ValidationException, match="nobody trusted here"):
        client.export_key(ExportKeyIdentifier=arn, KeyMaterial=material)


def test_a_receiver_without_rsa_is_refused(
    client: Any, established: Established, party: Party, export_parameters: dict[str, Any]
) -> None:
    public = ec_keys.generate(KeyAlgorithm.ECC_NIST_P256).public_key()
    krd = pki.issue_leaf("KRD", public, party.root, party.root_key, purpose="wrap", days=9, now=now())
    material = tr34_material(established, export_parameters, WrappingKeyCertificate=as_apc(krd))
    with pytest.raises(client.exceptions.ValidationException, match="does not hold an RSA key"):
        client.export_key(ExportKeyIdentifier=create(client, *CVK)["KeyArn"], KeyMaterial=material)


def _root(party: Party) -> Any:
    return pki.issue_root("Unknown root", party.key, days=9, now=now())
