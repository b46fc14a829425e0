"""A certification request that another hand signs."""

import pytest
from cryptography import x509

from keyexchange import pki
from keyexchange.crypto import rsa
from keyexchange.crypto.rsa import public_spki, sign_pkcs1_sha256
from keyexchange.errors import FormatError, TrustError

SUBJECT = {"country_name": "US", "organization_name": "Acme", "common_name": "KDH"}


@pytest.fixture(scope="module")
def key():
    return rsa.generate(2048)


def test_the_request_is_for_the_key_and_has_its_signature(key):
    der = pki.build_csr(public_spki(key.public_key()), SUBJECT, lambda octets: sign_pkcs1_sha256(key, octets))
    request = pki.load_csr(der)
    assert request.public_key() == key.public_key()
    assert request.subject.rfc4514_string() == "CN=KDH,O=Acme,C=US"
    assert isinstance(request, x509.CertificateSigningRequest)


def test_a_signature_of_another_key_is_seen(key):
    other = rsa.generate(2048)
    der = pki.build_csr(public_spki(key.public_key()), SUBJECT, lambda octets: sign_pkcs1_sha256(other, octets))
    with pytest.raises(TrustError):
        pki.load_csr(der)


@pytest.mark.parametrize(("spki", "subject"), [(b"\x30\x00", SUBJECT), (None, {"no_such_name": "x"})])
def test_what_cannot_be_encoded_is_one_error(key, spki, subject):
    with pytest.raises(FormatError) as refused:
        pki.build_csr(spki or public_spki(key.public_key()), subject, lambda _octets: b"")
    assert refused.value.category == "structure"
