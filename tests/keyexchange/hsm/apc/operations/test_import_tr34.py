"""ImportKey of TR-34 tokens, through boto3."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from keyexchange import pki, tr31, tr34
from keyexchange.crypto import rsa as rsa_keys
from keyexchange.secret import Secret
from keyexchange.tr34 import Layout
from tests.keyexchange.hsm.kdh import NONCE, Established, Party, as_apc, establish, now, root_material
from tests.vectors import vectors

KEYS = vectors("apc_keys", "key_check_value")
KEK = bytes.fromhex("79ADAEF3212AADCE312ACE422ACCFEFB")
HEADER = "D9999K0TB00E0000"


@pytest.mark.parametrize("vector", KEYS)
def test_aws_demo_keys_arrive(established: Established, vector: dict[str, Any]) -> None:
    key = vector["inputs"]["key"]
    arrived = established.send(bytes.fromhex(key), HEADER)
    assert arrived["KeyCheckValue"] == vector["expected"]["kcv"]
    assert arrived["KeyAttributes"]["KeyAlgorithm"] == {32: "TDES_2KEY", 48: "TDES_3KEY"}[len(key)]
    assert arrived["KeyAttributes"]["KeyUsage"] == "TR31_K0_KEY_ENCRYPTION_KEY"
    assert arrived["KeyOrigin"] == "EXTERNAL"


@pytest.mark.parametrize(("letter", "exportable"), [("E", True), ("S", True), ("N", False)])
def test_exportability_comes_from_the_header(established: Established, letter: str, exportable: bool) -> None:
    assert established.send(KEK, f"D9999K0TB00{letter}0000")["Exportable"] is exportable


def test_aes_128_needs_a_token_of_rsa_3072(established: Established, established_3072: Established) -> None:
    header = "D9999K1AB00E0000"
    with pytest.raises(established.client.exceptions.ValidationException, match="weaker RSA_2048"):
        established.send(KEK, header)
    assert established_3072.send(KEK, header)["KeyAttributes"]["KeyAlgorithm"] == "AES_128"
    with pytest.raises(established.client.exceptions.ValidationException, match="weaker RSA_3072"):
        established_3072.send(bytes(32), header)


def refused(established: Established, text: str, header: str = HEADER, **changes: Any) -> None:
    """The import is refused for that reason, and no key is left of it."""
    client = established.client
    count = sum(len(page["Keys"]) for page in client.get_paginator("list_keys").paginate())
    with pytest.raises(client.exceptions.ValidationException, match=text) as caught:
        established.send(KEK, header, **changes)
    assert KEK.hex().upper() not in str(caught.value).upper()
    assert sum(len(page["Keys"]) for page in client.get_paginator("list_keys").paginate()) == count


def test_another_nonce_is_refused(established: Established) -> None:
    refused(established, "random number", RandomNonce="0807060504030201")
    refused(established, "RandomNonce is required", RandomNonce=None)


@pytest.mark.parametrize("parts", [(0, 0), (0, 0, 8), (8, 0, 0), (0, 0, 0)])
def test_single_des_in_the_length_of_tdes_is_refused(established: Established, parts: tuple[int, ...]) -> None:
    key = b"".join(KEK[part : part + 8] for part in parts)
    with pytest.raises(established.client.exceptions.ValidationException, match="equal parts"):
        established.send(key, HEADER)


def test_a_content_cipher_weaker_than_the_key_is_refused(established_3072: Established) -> None:
    header = "D9999K1AB00E0000"
    parts = established_3072.party.parts(KEK, header, established_3072.krd, weaker=tr34.DES_EDE3_CBC)
    token = tr34.assemble(parts, established_3072.party.certificate_id).hex().upper()
    with pytest.raises(established_3072.client.exceptions.ValidationException, match="weaker TDES_3KEY"):
        established_3072.send(KEK, header, WrappedKeyBlock=token)


def test_a_signer_of_a_size_that_the_service_does_not_know_is_refused(established: Established, party: Party) -> None:
    small = rsa.generate_private_key(65537, 1024)
    signer = pki.issue_leaf("Small", small.public_key(), party.root, party.root_key, purpose="sign", days=9, now=now())
    refused(
        established,
        "SigningKeyCertificate holds a key of an algorithm that is not supported",
        SigningKeyCertificate=as_apc(signer),
    )


def test_a_changed_token_is_refused(established: Established) -> None:
    token = established.party.token(KEK, HEADER, established.krd)
    last = "00" if token[-2:] != "00" else "01"
    refused(established, "signature does not verify", WrappedKeyBlock=token[:-2] + last)
    refused(established, "can not be unwrapped", WrappedKeyBlock=token[:-2])
    refused(established, "odd number", WrappedKeyBlock=token[:-1])


def test_a_token_for_another_receiver_is_refused(established: Established, established_3072: Established) -> None:
    token = established_3072.party.token(KEK, HEADER, established_3072.krd)
    refused(established, "another receiver", WrappedKeyBlock=token)


def test_a_token_is_taken_once(established: Established) -> None:
    material = established.material(KEK, HEADER)
    assert established.client.import_key(KeyMaterial=material)["Key"]["KeyState"] == "CREATE_COMPLETE"
    again = material["Tr34KeyBlock"]
    for changes in (again, again | {"WrappedKeyBlock": answering(established, again["RandomNonce"])}):
        refused(established, "RandomNonce was used before", **changes)


def answering(established: Established, nonce: str) -> str:
    """Another token that answers the same random number."""
    return established.party.token(KEK[::-1], HEADER, established.krd, bytes.fromhex(nonce))


def test_what_was_refused_has_used_no_nonce(established: Established) -> None:
    """The sender may have to send the same token again, once what was wrong with the request is put right."""
    material = established.material(KEK, HEADER)["Tr34KeyBlock"]
    many = [{"Key": str(number), "Value": "x"} for number in range(51)]
    with pytest.raises(established.client.exceptions.ServiceQuotaExceededException):
        established.client.import_key(KeyMaterial={"Tr34KeyBlock": material}, Tags=many)
    refused(established, "does not answer", **(material | {"RandomNonce": "00" * 8}))
    assert established.client.import_key(KeyMaterial={"Tr34KeyBlock": material})["Key"]["Exportable"]


def test_each_import_token_has_nonces_of_its_own(established: Established, established_3072: Established) -> None:
    """AWS's payShield sample has one random number for all its runs, each with an import token of its own."""
    for each in (established, established_3072):
        token = each.party.token(KEK, HEADER, each.krd, bytes(range(50, 58)))
        arrived = each.send(KEK, HEADER, WrappedKeyBlock=token, RandomNonce=bytes(range(50, 58)).hex().upper())
        assert arrived["KeyState"] == "CREATE_COMPLETE"


def test_a_token_in_the_cms_layout_is_refused(established: Established, party: Party) -> None:
    parts = tr34.build_parts(
        Secret(KEK),
        HEADER,
        kdh_id=party.certificate_id,
        krd_id=pki.issuer_and_serial(pki.to_der(established.krd)),
        krd_public_key=pki.rsa_public_key(established.krd),
        nonce=NONCE,
        sign=lambda octets: rsa_keys.sign_pkcs1_sha256(party.key, octets),
        layout=Layout.CMS,
    )
    token = tr34.assemble(parts, party.certificate_id, layout=Layout.CMS).hex().upper()
    refused(established, "X9_TR34_2012", WrappedKeyBlock=token)


def test_a_signer_that_nobody_vouches_for_is_refused(established: Established, party: Party) -> None:
    other = pki.issue_root("Test KDH root", party.key, days=9, now=now())
    arn = established.client.import_key(KeyMaterial=root_material(other))["Key"]["KeyArn"]
    refused(established, "nobody trusted here", CertificateAuthorityPublicKeyIdentifier=arn)


@pytest.mark.parametrize(
    ("ago", "text"), [(timedelta(days=60), "expired on"), (timedelta(days=-2), "is not valid before")]
)
def test_a_signer_out_of_its_dates_is_refused(
    established: Established, party: Party, ago: timedelta, text: str
) -> None:
    root = pki.issue_root("Old root", party.root_key, days=365, now=now() - timedelta(days=61))
    arn = established.client.import_key(KeyMaterial=root_material(root))["Key"]["KeyArn"]
    signer = pki.issue_leaf(
        "KDH", party.key.public_key(), root, party.root_key, purpose="sign", days=30, now=now() - ago
    )
    refused(
        established,
        text,
        CertificateAuthorityPublicKeyIdentifier=arn,
        SigningKeyCertificate=as_apc(signer),
    )


def test_another_certificate_than_the_signers_is_refused(established: Established, party: Party) -> None:
    again = pki.issue_leaf(
        "Test KDH", party.key.public_key(), party.root, party.root_key, purpose="sign", days=9, now=now()
    )
    refused(established, "names another KDH certificate", SigningKeyCertificate=as_apc(again))


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("D9999B1TX00E0000", "key usage B1 is not supported"),
        ("D9999K0TX00E0000", "KeyModesOfUse is not valid"),
        ("D9999K0AB00E0000", "weaker RSA_2048"),
        ("D9999K0TY00E0000", "mode of use Y"),
    ],
)
def test_a_header_that_no_key_may_have_is_refused(established: Established, header: str, text: str) -> None:
    refused(established, text, header)


def test_a_header_that_is_none_is_refused(established: Established, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as careless:
        for module in ("attributes", "checks"):
            careless.setattr(f"keyexchange.tr34.{module}.check_header", lambda _: tr31.Header("D", "K0", "T", "B"))
        token = established.party.token(KEK, "D9999ZZTB00E0000", established.krd)
    refused(established, "key usage is not one of X9.143", WrappedKeyBlock=token)


def test_a_token_must_be_named_and_known(established: Established) -> None:
    refused(established, "Exactly one of ImportToken", ImportToken=None)
    refused(established, "Exactly one of ImportToken", ImportToken="")
    with pytest.raises(established.client.exceptions.ResourceNotFoundException):
        established.send(KEK, HEADER, ImportToken="import-token-aaaaaaaaaaaaaaaa")


def test_two_parties_do_not_mix(client: Any, established: Established, party: Party) -> None:
    swapped = Party(party.key, pki.issue_root("Other", party.key, days=9, now=now()), party.root_key, party.root)
    other = establish(client, swapped)
    refused(established, "nobody trusted here", CertificateAuthorityPublicKeyIdentifier=other.root_arn)
