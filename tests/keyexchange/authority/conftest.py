"""Real keys and certificates; keys are made once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from keyexchange import pki
from keyexchange.crypto import rsa
from keyexchange.protocols.messages import CertificationRequest, Csr, SigningKey

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)


def clock() -> datetime:
    return NOW


def make_csr(key: RSAPrivateKey, common_name: str = "KDH") -> Csr:
    request = x509.CertificateSigningRequestBuilder().subject_name(pki.distinguished_name(common_name))
    return Csr(request.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


@dataclass(frozen=True)
class House:
    """A root, an intermediate below it, and their keys."""

    root: x509.Certificate
    root_key: RSAPrivateKey
    middle: x509.Certificate
    middle_key: RSAPrivateKey

    def certify(self, key: RSAPrivateKey, *, days: int = 30, now: datetime = NOW) -> x509.Certificate:
        return pki.issue_leaf("KDH", key.public_key(), self.middle, self.middle_key, purpose="sign", days=days, now=now)


@pytest.fixture(scope="session")
def kdh_key() -> RSAPrivateKey:
    return rsa.generate(2048)


@pytest.fixture(scope="session")
def other_key() -> RSAPrivateKey:
    return rsa.generate(2048)


@pytest.fixture(scope="session")
def house(other_key: RSAPrivateKey) -> House:
    root_key = rsa.generate(2048)
    before = NOW - timedelta(days=100)
    root = pki.issue_root("Root", root_key, days=1000, now=before)
    middle = pki.issue_intermediate("Middle", other_key.public_key(), root, root_key, days=500, now=before)
    return House(root, root_key, middle, other_key)


@pytest.fixture
def request_for_kdh(kdh_key: RSAPrivateKey, tmp_path: Path) -> CertificationRequest:
    """Of a KDH that made no CSR."""
    signing_key = SigningKey(rsa.public_spki(kdh_key.public_key()), b"a reference")
    return CertificationRequest("run-1", "KDH", signing_key, None, tmp_path / "exchange")


@pytest.fixture
def request_with_csr(request_for_kdh: CertificationRequest, kdh_key: RSAPrivateKey) -> CertificationRequest:
    return replace(request_for_kdh, csr=make_csr(kdh_key))
