"""GetCertificateSigningRequest, through boto3; what it answers is judged by OpenSSL's program."""

from __future__ import annotations

import base64
import shutil
import subprocess
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.keyexchange.hsm.kdh import BOTH, create_kek

SUBJECT = {
    "CommonName": "MyCertificate",
    "OrganizationUnit": "Payments",
    "Organization": "Example",
    "City": "Arlington",
    "Country": "US",
    "StateOrProvince": "Virginia",
    "EmailAddress": "keys@example.com",
}
PAIRS = [
    ("RSA_2048", "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE", {"Sign": True}),
    ("RSA_2048", "TR31_D1_ASYMMETRIC_KEY_FOR_DATA_ENCRYPTION", BOTH),
    ("RSA_3072", "TR31_K2_TR34_ASYMMETRIC_KEY", BOTH),
    ("ECC_NIST_P256", "TR31_K3_ASYMMETRIC_KEY_FOR_KEY_AGREEMENT", {"DeriveKey": True}),
    ("ECC_NIST_P384", "TR31_K3_ASYMMETRIC_KEY_FOR_KEY_AGREEMENT", {"DeriveKey": True}),
    ("ECC_NIST_P521", "TR31_K3_ASYMMETRIC_KEY_FOR_KEY_AGREEMENT", {"DeriveKey": True}),
]


def make_pair(client: Any, algorithm: str, usage: str, modes: dict[str, bool]) -> str:
    attributes = {"KeyAlgorithm": algorithm, "KeyUsage": usage, "KeyClass": "ASYMMETRIC_KEY_PAIR"}
    arn: str = client.create_key(Exportable=True, KeyAttributes=attributes | {"KeyModesOfUse": modes})["Key"]["KeyArn"]
    return arn


@pytest.fixture(scope="module")
def pair(client: Any) -> str:
    return make_pair(client, *PAIRS[3])


def request(client: Any, arn: str, algorithm: str = "SHA256", **subject: str) -> bytes:
    answer = client.get_certificate_signing_request(
        KeyIdentifier=arn, SigningAlgorithm=algorithm, CertificateSubject=subject or SUBJECT
    )
    pem = base64.b64decode(answer["CertificateSigningRequest"], validate=True)
    assert pem.startswith(b"-----BEGIN CERTIFICATE REQUEST-----\n")
    return pem


def openssl(pem: bytes, *more: str) -> str:
    program = shutil.which("openssl")
    assert program is not None
    done = subprocess.run([program, "req", "-noout", "-verify", *more], input=pem, capture_output=True, check=True)
    assert b"verify OK" in done.stdout + done.stderr
    return done.stdout.decode()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program is not installed")
@pytest.mark.parametrize(("algorithm", "usage", "modes"), PAIRS)
def test_openssl_verifies_the_request_of_every_kind_of_pair(
    client: Any, algorithm: str, usage: str, modes: dict[str, bool]
) -> None:
    pem = request(client, make_pair(client, algorithm, usage, modes), "SHA512")
    # the order in which the user guide's example shows it
    expected = "C=US, ST=Virginia, L=Arlington, O=Example, OU=Payments, CN=MyCertificate, emailAddress=keys@example.com"
    shown = openssl(pem, "-subject", "-nameopt", "sep_comma_plus_space,sname")
    assert expected in shown.replace(" = ", "=")


@pytest.mark.parametrize("algorithm", ["SHA224", "SHA256", "SHA384", "SHA512"])
def test_every_signing_algorithm_signs_with_the_key_itself(client: Any, pair: str, algorithm: str) -> None:
    csr = x509.load_pem_x509_csr(request(client, pair, algorithm))
    assert csr.is_signature_valid
    assert csr.signature_hash_algorithm is not None
    assert csr.signature_hash_algorithm.name == algorithm.lower()
    certificate = client.get_public_key_certificate(KeyIdentifier=pair)["KeyCertificate"]
    assert csr.public_key() == x509.load_pem_x509_certificate(base64.b64decode(certificate)).public_key()


def test_only_what_is_stated_stands_in_the_subject(client: Any, pair: str) -> None:
    csr = x509.load_pem_x509_csr(request(client, pair, CommonName="Größe"))
    assert [(name.oid, name.value) for name in csr.subject] == [(NameOID.COMMON_NAME, "Größe")]


def test_an_address_that_a_certificate_cannot_hold_is_refused(client: Any, pair: str) -> None:
    with pytest.raises(client.exceptions.ValidationException, match="EmailAddress"):
        request(client, pair, CommonName="x", EmailAddress="o’neil@example.com")


def test_only_a_pair_that_may_be_used_asks_for_a_certificate(client: Any) -> None:
    with pytest.raises(client.exceptions.ValidationException, match="not an asymmetric key pair"):
        request(client, create_kek(client))
    stopped = make_pair(client, *PAIRS[3])
    client.stop_key_usage(KeyIdentifier=stopped)
    with pytest.raises(client.exceptions.ValidationException, match="not enabled"):
        request(client, stopped)
