"""Certificates, requests and lists are told apart and explained."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from keyexchange.errors import FormatError, TrustError
from keyexchange.inspection import read, recognise
from tests.vectors import vectors

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Example KDH")])
KEY = ec.generate_private_key(ec.SECP256R1())


def explained(octets: bytes) -> dict[str, str]:
    (written,) = read(octets)
    return dict(recognise(written).explain(written))


def certificate(*extensions: tuple[x509.ExtensionType, bool]) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(KEY.public_key())
        .serial_number(0x1234)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=30))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def revocation_list(*serials: int) -> bytes:
    builder = x509.CertificateRevocationListBuilder().issuer_name(NAME).last_update(NOW).next_update(NOW + timedelta(1))
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def request() -> bytes:
    return (
        x509.CertificateSigningRequestBuilder().subject_name(NAME).sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)
    )


@pytest.mark.parametrize("vector", vectors("tr34", "certificate"))
def test_published_certificates_are_recognised(vector: dict[str, Any]) -> None:
    fields = explained(base64.b64decode(vector["inputs"]["certificate_b64"]))
    assert fields["format"] == "X.509 certificate"
    assert fields["not after"].endswith("UTC")


def test_a_certificate_says_what_its_key_may_do() -> None:
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    fields = explained(
        certificate(
            (x509.BasicConstraints(ca=True, path_length=0), True),
            (usage, True),
            (x509.SubjectKeyIdentifier(b"\x01\x02"), False),
            (x509.PolicyConstraints(0, None), False),
        )
    )
    assert fields["subject"] == "CN=Example KDH"
    assert fields["serial number"] == "0x1234"
    assert fields["public key"] == "elliptic curve, secp256r1"
    assert fields["signature algorithm"] == "ECDSA WITH SHA256"
    assert fields["basic constraints"] == "certificate authority, at most 0 below it (critical)"
    assert fields["key usage"] == "digital signature, key cert sign (critical)"
    assert fields["subject key identifier"] == "0102"
    assert fields["extension 2.5.29.36"] == "present"


def test_a_list_shows_which_certificates_it_revokes() -> None:
    fields = explained(revocation_list(5, 0xABC))
    assert fields["format"] == "X.509 certificate revocation list"
    assert fields["next update"] == "2026-01-02 00:00:00 UTC"
    assert fields["revoked serial numbers"] == "0x5, 0xabc"
    assert "revoked serial numbers" not in explained(revocation_list())
    assert explained(revocation_list(*range(1, 26)))["revoked serial numbers"].endswith("and 5 more")


def test_a_request_is_explained_when_its_maker_holds_the_key() -> None:
    der = request()
    assert explained(der)["format"] == "PKCS#10 certification request"
    broken = der[:-1] + bytes([der[-1] ^ 1])
    with pytest.raises((TrustError, FormatError)):
        explained(broken)


@pytest.mark.parametrize("der", [certificate(), revocation_list(5), request()], ids=["certificate", "list", "request"])
def test_a_broken_one_is_refused_as_what_it_was_to_be(der: bytes) -> None:
    with pytest.raises(FormatError) as raised:
        explained(der[:8] + b"\x1f" + der[9:])
    assert "token" not in raised.value.message


def test_a_request_says_which_key_it_asks_for() -> None:
    assert explained(request())["public key"] == "elliptic curve, secp256r1"


def negative() -> bytes:
    """A certificate whose serial number is negative; its signature is not looked at."""
    return certificate().replace(b"\x02\x02\x12\x34", b"\x02\x02\xff\x34")


def test_a_negative_serial_number_is_said_and_not_warned_of() -> None:
    fields = explained(negative())
    assert fields["serial number"] == "-0xcc"
    assert "not positive" in fields["against RFC 5280"]
    assert "against RFC 5280" not in explained(certificate())
