"""Tr34KeyBlock with the customer's own key pair here, and in one pass."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509 import load_pem_x509_csr

from keyexchange import pki, tr34
from keyexchange.crypto import rsa as rsa_keys
from keyexchange.secret import Secret
from tests.apc_server import MovableClock, apc_client, running_apc
from tests.keyexchange.hsm.kdh import Established, Party, as_apc, establish, now

KEY = bytes.fromhex("79ADAEF3212AADCE312ACE422ACCFEFB")
HEADER = "D9999K1TB00E0000"
MODES = {"wrap": {"Unwrap": True, "Decrypt": True}, "sign": {"Sign": True}}
USAGES = {"wrap": "TR31_K2_TR34_ASYMMETRIC_KEY", "sign": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE"}


def own_key(client: Any, party: Party, purpose: pki.Purpose) -> tuple[str, Any]:
    """A key pair of the customer's in the face, certified by the customer's authority from its own request."""
    attributes = {
        "KeyAlgorithm": "RSA_2048",
        "KeyClass": "ASYMMETRIC_KEY_PAIR",
        "KeyModesOfUse": MODES[purpose],
        "KeyUsage": USAGES[purpose],
    }
    arn = client.create_key(Exportable=False, KeyAttributes=attributes)["Key"]["KeyArn"]
    request = client.get_certificate_signing_request(
        KeyIdentifier=arn, SigningAlgorithm="SHA256", CertificateSubject={"CommonName": "ours"}
    )["CertificateSigningRequest"]
    public_key = load_pem_x509_csr(pem(request)).public_key()
    leaf = pki.issue_leaf("ours", public_key, party.root, party.root_key, purpose=purpose, days=30, now=now())  # type: ignore[arg-type]
    return arn, leaf


def pem(text: str) -> bytes:
    """As the service answers: PEM, or base64 of it."""
    return text.encode() if text.startswith("-----") else base64.b64decode(text)


def one_pass(party: Party, krd: Any, *, ago: timedelta = timedelta()) -> str:
    parts = tr34.build_parts(
        Secret(KEY),
        HEADER,
        kdh_id=party.certificate_id,
        krd_id=pki.issuer_and_serial(pki.to_der(krd)),
        krd_public_key=pki.rsa_public_key(krd),
        signing_time=now() - ago,
        sign=lambda octets: rsa_keys.sign_pkcs1_sha256(party.key, octets),
    )
    return tr34.assemble(parts, party.certificate_id).hex().upper()


def test_a_key_arrives_for_the_customers_own_key_pair(established: Established) -> None:
    arn, leaf = own_key(established.client, established.party, "wrap")
    nonce = bytes(range(8))
    key = established.send(
        KEY,
        HEADER,
        ImportToken=None,
        WrappingKeyIdentifier=arn,
        WrappingKeyCertificate=as_apc(leaf),
        WrappedKeyBlock=established.party.token(KEY, HEADER, leaf, nonce),
        RandomNonce=nonce.hex(),
    )
    assert key["KeyCheckValue"] == "3C0A31"


def test_a_key_leaves_signed_by_the_customers_own_key_pair(established: Established) -> None:
    client, party = established.client, established.party
    arn, leaf = own_key(client, party, "sign")
    key = established.send(KEY, HEADER)["KeyArn"]
    block = {
        "CertificateAuthorityPublicKeyIdentifier": established.root_arn,
        "WrappingKeyCertificate": as_apc(party.certificate),
        "SigningKeyIdentifier": arn,
        "SigningKeyCertificate": as_apc(leaf),
        "KeyBlockFormat": "X9_TR34_2012",
        "RandomNonce": "0102030405060708",
    }
    answer = client.export_key(ExportKeyIdentifier=key, KeyMaterial={"Tr34KeyBlock": block})["WrappedKey"]
    token = tr34.read(bytes.fromhex(answer["KeyMaterial"]))
    der = pki.to_der(leaf)
    tr34.verify(token, kdh_certificate=der, nonce=bytes.fromhex("0102030405060708"))
    opened = tr34.open_token(
        token, krd_private_key=party.key, krd_certificate=pki.to_der(party.certificate), kdh_certificate=der
    )
    assert opened.key == Secret(KEY)


def test_a_certificate_of_another_key_pair_is_refused(established: Established) -> None:
    arn, _ = own_key(established.client, established.party, "wrap")
    with pytest.raises(established.client.exceptions.ValidationException, match="is not a certificate of"):
        established.send(
            KEY,
            HEADER,
            ImportToken=None,
            WrappingKeyIdentifier=arn,
            WrappingKeyCertificate=as_apc(established.party.certificate),
        )


def test_a_token_and_a_key_together_or_neither_is_refused(established: Established) -> None:
    arn, leaf = own_key(established.client, established.party, "wrap")
    own = {"WrappingKeyIdentifier": arn, "WrappingKeyCertificate": as_apc(leaf)}
    for changes in (own, {"ImportToken": None}):
        with pytest.raises(established.client.exceptions.ValidationException, match="Exactly one of"):
            established.send(KEY, HEADER, **changes)


def test_a_one_pass_token_is_taken_once(established: Established) -> None:
    token = one_pass(established.party, established.krd)
    assert established.send(KEY, HEADER, WrappedKeyBlock=token, RandomNonce=None)["KeyCheckValue"] == "3C0A31"
    with pytest.raises(established.client.exceptions.ValidationException, match="was imported before"):
        established.send(KEY, HEADER, WrappedKeyBlock=token, RandomNonce=None)


def test_an_old_one_pass_token_is_refused(established: Established) -> None:
    token = one_pass(established.party, established.krd, ago=timedelta(days=2))
    with pytest.raises(established.client.exceptions.ValidationException, match="too far from"):
        established.send(KEY, HEADER, WrappedKeyBlock=token, RandomNonce=None)


@pytest.mark.parametrize("nonce", [None, "0102030405060708"])
def test_a_nonce_goes_with_two_passes_only(established: Established, nonce: str | None) -> None:
    client, party = established.client, established.party
    if nonce is None:
        token, words = party.token(KEY, HEADER, established.krd), "RandomNonce is required"
    else:
        token, words = one_pass(party, established.krd), "made in one pass"
    with pytest.raises(client.exceptions.ValidationException, match=words):
        established.send(KEY, HEADER, WrappedKeyBlock=token, RandomNonce=nonce)


def test_without_a_nonce_a_key_leaves_in_one_pass(established: Established) -> None:
    client, party = established.client, established.party
    parameters = client.get_parameters_for_export(KeyMaterialType="TR34_KEY_BLOCK", SigningKeyAlgorithm="RSA_2048")
    key = established.send(KEY, HEADER)["KeyArn"]
    block = {
        "CertificateAuthorityPublicKeyIdentifier": established.root_arn,
        "WrappingKeyCertificate": as_apc(party.certificate),
        "ExportToken": parameters["ExportToken"],
        "KeyBlockFormat": "X9_TR34_2012",
    }
    answer = client.export_key(ExportKeyIdentifier=key, KeyMaterial={"Tr34KeyBlock": block})["WrappedKey"]
    token = tr34.read(bytes.fromhex(answer["KeyMaterial"]))
    assert token.nonce is None
    tr34.judge_signing_time(token.signing_time, at=now())


def test_the_window_is_held_against_the_devices_clock(tmp_path: Path, party: Party) -> None:
    clock = MovableClock()
    with running_apc(tmp_path, clock=clock) as url:
        there = establish(apc_client(url), party)
        token = one_pass(party, there.krd)
        clock.ahead = timedelta(days=3)
        with pytest.raises(there.client.exceptions.ValidationException, match="too far from"):
            there.send(KEY, HEADER, WrappedKeyBlock=token, RandomNonce=None)
