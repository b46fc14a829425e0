"""KeyCryptogram, both ways, through boto3. The other side is the cryptography library alone."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.hashes import SHA256, SHA512

from keyexchange import pki
from tests.keyexchange.hsm.kdh import BOTH, Established, as_apc, create

KEY = bytes.fromhex("79ADAEF3212AADCE312ACE422ACCFEFB")
KCV = "3C0A31"  # openssl enc -des-ede-ecb over eight zero octets
PADDING = {
    "RSA_OAEP_SHA_256": OAEP(MGF1(SHA256()), SHA256(), None),
    "RSA_OAEP_SHA_512": OAEP(MGF1(SHA512()), SHA512(), None),
}


def parameters(client: Any, algorithm: str) -> dict[str, Any]:
    return client.get_parameters_for_import(KeyMaterialType="KEY_CRYPTOGRAM", WrappingKeyAlgorithm=algorithm)


def wrapped(given: dict[str, Any], key: bytes, spec: str) -> str:
    public_key = pki.rsa_public_key(pki.load(given["WrappingKeyCertificate"]))
    return public_key.encrypt(key, PADDING[spec]).hex().upper()


def material(given: dict[str, Any], cryptogram: str, algorithm: str = "TDES_2KEY", **changes: Any) -> dict[str, Any]:
    attributes = {
        "KeyAlgorithm": algorithm,
        "KeyClass": "SYMMETRIC_KEY",
        "KeyModesOfUse": BOTH,
        "KeyUsage": "TR31_K0_KEY_ENCRYPTION_KEY",
    }
    block = {
        "Exportable": True,
        "ImportToken": given["ImportToken"],
        "KeyAttributes": attributes | changes.pop("attributes", {}),
        "WrappedKeyCryptogram": cryptogram,
    }
    return {"KeyCryptogram": block | changes}


@pytest.mark.parametrize("spec", PADDING)
@pytest.mark.parametrize("size", ["RSA_2048", "RSA_3072"])
def test_a_key_arrives_with_the_stated_attributes(client: Any, size: str, spec: str) -> None:
    given = parameters(client, size)
    key = client.import_key(KeyMaterial=material(given, wrapped(given, KEY, spec), WrappingSpec=spec))["Key"]
    assert key["KeyCheckValue"] == KCV
    assert key["KeyOrigin"] == "EXTERNAL"
    assert key["KeyAttributes"]["KeyUsage"] == "TR31_K0_KEY_ENCRYPTION_KEY"


def test_one_token_serves_many_keys_and_is_reused_when_asked(client: Any) -> None:
    given = parameters(client, "RSA_2048")
    for last in (1, 2):
        key = KEY[:15] + bytes([last])
        client.import_key(KeyMaterial=material(given, wrapped(given, key, "RSA_OAEP_SHA_256")))
    again = client.get_parameters_for_import(
        KeyMaterialType="KEY_CRYPTOGRAM", WrappingKeyAlgorithm="RSA_2048", ReuseLastGeneratedToken=True
    )
    assert again["ImportToken"].startswith("import-token-")


@pytest.mark.parametrize(
    ("key", "spec", "changes", "words"),
    [
        (KEY, "RSA_OAEP_SHA_512", {"WrappingSpec": "RSA_OAEP_SHA_256"}, "can not be unwrapped"),
        (KEY + KEY[:8], "RSA_OAEP_SHA_256", {}, "does not hold a"),
        (KEY[:8] * 2, "RSA_OAEP_SHA_256", {}, "single DES"),
        (KEY, "RSA_OAEP_SHA_256", {"attributes": {"KeyClass": "PUBLIC_KEY"}}, "not valid for a key cryptogram"),
        (KEY, "RSA_OAEP_SHA_256", {"attributes": {"KeyAlgorithm": "AES_128"}}, "can not be protected by a weaker"),
        (KEY, "RSA_OAEP_SHA_256", {"attributes": {"KeyModesOfUse": {"Verify": True}}}, "KeyModesOfUse"),
        (KEY, "RSA_OAEP_SHA_256", {"WrappedKeyCryptogram": "A" * 511}, "odd number"),
    ],
)
def test_what_does_not_fit_is_refused(client: Any, key: bytes, spec: str, changes: Any, words: str) -> None:
    given = parameters(client, "RSA_2048")
    with pytest.raises(client.exceptions.ValidationException, match=words):
        client.import_key(KeyMaterial=material(given, wrapped(given, key, spec), **changes))


def test_a_token_of_another_kind_is_refused(client: Any, established: Established) -> None:
    given = established.parameters
    with pytest.raises(client.exceptions.ValidationException, match="is for KeyMaterialType TR34_KEY_BLOCK"):
        client.import_key(KeyMaterial=material(given, wrapped(given, KEY, "RSA_OAEP_SHA_256")))


@pytest.mark.parametrize("spec", [*PADDING, None])
def test_a_key_leaves_for_whoever_has_the_private_key(established: Established, spec: str | None) -> None:
    client, party = established.client, established.party
    key = established.send(KEY, "D9999K1TB00E0000")
    block = {
        "CertificateAuthorityPublicKeyIdentifier": established.root_arn,
        "WrappingKeyCertificate": as_apc(party.certificate),
    } | ({"WrappingSpec": spec} if spec else {})
    answer = client.export_key(ExportKeyIdentifier=key["KeyArn"], KeyMaterial={"KeyCryptogram": block})["WrappedKey"]
    assert answer["WrappedKeyMaterialFormat"] == "KEY_CRYPTOGRAM"
    assert answer["KeyCheckValue"] == KCV
    padding = PADDING[spec or "RSA_OAEP_SHA_256"]
    assert party.key.decrypt(bytes.fromhex(answer["KeyMaterial"]), padding) == KEY


def test_a_stronger_key_does_not_leave_under_a_weaker_one(established: Established) -> None:
    client = established.client
    key = create(client, "AES_128", "TR31_K0_KEY_ENCRYPTION_KEY", BOTH)
    block = {
        "CertificateAuthorityPublicKeyIdentifier": established.root_arn,
        "WrappingKeyCertificate": as_apc(established.party.certificate),
    }
    with pytest.raises(client.exceptions.ValidationException, match="weaker RSA_2048"):
        client.export_key(ExportKeyIdentifier=key["KeyArn"], KeyMaterial={"KeyCryptogram": block})
