"""A key pasted in place of a certificate is called what it is; of a private key nothing is shown."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from keyexchange.errors import FormatError
from keyexchange.inspection import read, recognise
from tests.keyexchange.inspection.test_reading import pem
from tests.keyexchange.inspection.test_x509 import certificate

RSA, EC = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
KEYS = {"RSA": RSA, "EC": EC}


def explained(octets: bytes) -> list[dict[str, str]]:
    return [dict(recognise(written).explain(written)) for written in read(octets)]


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("kind", KEYS)
def test_a_private_key_in_clear_is_warned_of(kind: str, form: PrivateFormat, encoding: Encoding) -> None:
    octets = KEYS[kind].private_bytes(encoding, form, NoEncryption())
    (fields,) = explained(octets)
    assert fields["format"] == "private key in clear"
    assert ("PKCS#8" in fields["structure"]) is (form is PrivateFormat.PKCS8)
    assert "make a new pair" in fields["warning"]
    assert len(fields) == 3


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_private_key_under_a_passphrase_is_no_key_in_clear(form: PrivateFormat) -> None:
    (fields,) = explained(RSA.private_bytes(Encoding.PEM, form, BestAvailableEncryption(b"long enough")))
    assert fields["format"] == "private key under a passphrase"


@pytest.mark.parametrize("form", [PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1])
def test_an_rsa_public_key_is_explained(form: PublicFormat) -> None:
    (fields,) = explained(RSA.public_key().public_bytes(Encoding.PEM, form))
    assert (fields["format"], fields["public key"]) == ("public key", "RSA, 2048 bits")
    (other,) = explained(RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    assert other == fields


def test_an_elliptic_curve_public_key_is_explained() -> None:
    (fields,) = explained(EC.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    assert fields["public key"] == "elliptic curve, secp256r1"


def test_a_key_and_its_certificate_in_one_text_are_both_explained() -> None:
    key = RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assert [fields["format"] for fields in explained(key + pem(certificate()))] == [
        "private key in clear",
        "X.509 certificate",
    ]


def test_a_damaged_public_key_is_refused() -> None:
    octets = bytearray(RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    octets[8] ^= 1
    with pytest.raises(FormatError) as raised:
        explained(bytes(octets))
    assert "public key" in raised.value.message


def test_der_of_no_known_structure_is_not_called_a_token() -> None:
    with pytest.raises(FormatError) as raised:
        explained(bytes.fromhex("30820104" + "0c820100" + "41" * 256))
    assert raised.value.category == "unknown"
    assert "token" not in raised.value.message
