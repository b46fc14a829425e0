"""AWS Private CA, answered by moto inside the process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from moto import mock_aws
from pydantic import ValidationError

from adapters.apc.private_ca import AUTHORITY, PrivateCaAuthority, PrivateCaSettings
from keyexchange import pki
from keyexchange.authority import utc_now
from keyexchange.crypto import rsa
from keyexchange.errors import DeviceRefusedError, TrustError, UnreachableError
from keyexchange.protocols.messages import CertificationRequest, Csr, SigningKey

TEMPLATE = "arn:aws:acm-pca:::template/RootCACertificate/V1"


@dataclass
class Calls:
    """Stands between the authority and its client, counts, and answers from a script first."""

    client: Any
    script: dict[str, list[Exception]]
    made: list[tuple[str, dict[str, Any]]]

    def call(self, operation: str, **parameters: Any) -> Any:
        self.made.append((operation, parameters))
        if self.script.get(operation):
            raise self.script[operation].pop(0)
        return self.client.call(operation, **parameters)

    def close(self) -> None:
        self.made.append(("close", {}))
        self.client.close()


@pytest.fixture
def authority_arn() -> Iterator[str]:
    """The ARN of a root that is ready to issue."""
    with mock_aws():
        pca = boto3.client("acm-pca", region_name="eu-west-1")
        configuration: Any = {
            "KeyAlgorithm": "RSA_2048",
            "SigningAlgorithm": "SHA256WITHRSA",
            "Subject": {"CommonName": "Private root"},
        }
        arn = pca.create_certificate_authority(
            CertificateAuthorityConfiguration=configuration, CertificateAuthorityType="ROOT"
        )["CertificateAuthorityArn"]
        root = pca.issue_certificate(
            CertificateAuthorityArn=arn,
            Csr=pca.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"].encode(),
            SigningAlgorithm="SHA256WITHRSA",
            Validity={"Value": 10, "Type": "YEARS"},
            TemplateArn=TEMPLATE,
        )["CertificateArn"]
        certificate = pca.get_certificate(CertificateAuthorityArn=arn, CertificateArn=root)["Certificate"]
        pca.import_certificate_authority_certificate(CertificateAuthorityArn=arn, Certificate=certificate.encode())
        pca.close()
        yield arn


@pytest.fixture(scope="module")
def kdh_key() -> RSAPrivateKey:
    return rsa.generate(2048)


@pytest.fixture
def certification(kdh_key: RSAPrivateKey, tmp_path: Path) -> CertificationRequest:
    csr = x509.CertificateSigningRequestBuilder().subject_name(pki.distinguished_name("KDH"))
    der = csr.sign(kdh_key, hashes.SHA256()).public_bytes(Encoding.DER)
    signing_key = SigningKey(rsa.public_spki(kdh_key.public_key()), b"")
    return CertificationRequest("run-1", "KDH", signing_key, Csr(der), tmp_path)


def watched(arn: str, waits: list[float], **script: list[Exception]) -> tuple[PrivateCaAuthority, Calls]:
    settings = PrivateCaSettings(certificate_authority_arn=arn)
    opened = AUTHORITY.open(settings)
    assert isinstance(opened, PrivateCaAuthority)
    calls = Calls(opened._client, script, [])
    client: Any = calls
    return PrivateCaAuthority(settings, client, sleep=waits.append), calls


def in_progress() -> DeviceRefusedError:
    return DeviceRefusedError("aws-private-ca", "GetCertificate", "RequestInProgressException", "wait")


def test_the_certificate_is_for_the_kdhs_key_and_chains_to_the_private_root(
    authority_arn: str, certification: CertificationRequest
) -> None:
    chain = AUTHORITY.open(PrivateCaSettings(certificate_authority_arn=authority_arn)).certify(certification)
    assert certification.key_pair.public_key in chain.certificate
    assert "Private root" in pki.subject_text(pki.load(chain.issuers[-1]))
    pki.verify_chain(chain.certificate, chain.issuers, chain.issuers[-1:], at=utc_now())


def test_asking_again_carries_the_same_token_and_another_run_another(
    authority_arn: str, certification: CertificationRequest, waits: list[float]
) -> None:
    authority, calls = watched(authority_arn, waits)
    for run in ("run-1", "run-1", "run-2"):
        authority.certify(replace(certification, run=run))
    first, again, other = [p["IdempotencyToken"] for operation, p in calls.made if operation == "IssueCertificate"]
    assert first == again != other
    assert len(first) == 36


def test_a_certificate_that_is_not_ready_is_waited_for(
    authority_arn: str, certification: CertificationRequest, waits: list[float]
) -> None:
    authority, calls = watched(authority_arn, waits, GetCertificate=[in_progress(), in_progress()])
    assert authority.certify(certification).certificate
    assert [operation for operation, _ in calls.made].count("GetCertificate") == 3
    assert waits == [1.0, 1.0]


def test_waiting_ends(authority_arn: str, certification: CertificationRequest, waits: list[float]) -> None:
    authority, calls = watched(authority_arn, waits, GetCertificate=[in_progress() for _ in range(100)])
    with pytest.raises(UnreachableError, match="did not issue"):
        authority.certify(certification)
    assert sum(waits) == 60
    assert calls.made[-1] == ("close", {})


def test_an_unknown_authority_is_a_refusal(authority_arn: str, certification: CertificationRequest) -> None:
    settings = PrivateCaSettings(certificate_authority_arn=authority_arn[:-4] + "0000")
    with pytest.raises(DeviceRefusedError, match=r"IssueCertificate.*ResourceNotFoundException"):
        AUTHORITY.open(settings).certify(certification)


def test_a_request_for_another_key_is_never_sent(
    authority_arn: str, certification: CertificationRequest, waits: list[float]
) -> None:
    authority, calls = watched(authority_arn, waits)
    other = SigningKey(rsa.public_spki(rsa.generate(2048).public_key()), b"")
    with pytest.raises(TrustError):
        authority.certify(replace(certification, key_pair=other))
    assert calls.made == [("close", {})]


@pytest.mark.parametrize("arn", ["", "arn:aws:acm-pca:eu-west-1:1:certificate-authority/x", "arn:aws:kms:x:1:key/y"])
def test_settings_refuse_what_is_not_an_authoritys_arn(arn: str) -> None:
    with pytest.raises(ValidationError):
        PrivateCaSettings(certificate_authority_arn=arn)
