"""Certificates are read in every wrapping and named octet for octet."""

from __future__ import annotations

import base64
import warnings
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.errors import FormatError
from keyexchange.pki import (
    describe,
    describe_identifier,
    fingerprint,
    issue_root,
    issuer_and_serial,
    load,
    load_all,
    rsa_public_key,
    to_der,
)
from keyexchange.pki.certificates import subject_text, time_text
from tests.keyexchange.pki.authorities import NOW, ec_key
from tests.vectors import vectors

CERTIFICATES = vectors("tr34", "certificate")


def der_of(vector: Any) -> bytes:
    return base64.b64decode(vector["inputs"]["certificate_b64"])


def sample() -> bytes:
    return der_of(CERTIFICATES[0].values[0])


@pytest.mark.parametrize("vector", CERTIFICATES)
def test_published_certificates_say_what_their_vectors_say(vector: Any) -> None:
    der, expected = der_of(vector), vector["expected"]
    certificate = load(der)
    assert certificate.serial_number == int(expected["serial_hex"], 16)
    assert rsa_public_key(certificate).key_size == expected["key_bits"]
    assert f"{certificate.not_valid_after_utc:%Y%m%d%H%M%S}Z" == expected["not_after"]
    assert issuer_and_serial(der).hex().upper() == expected["issuer_and_serial_hex"]
    assert subject_text(certificate) == expected["subject"]
    assert describe_identifier(issuer_and_serial(der)) == (
        f"{expected['issuer']}, serial number {hex(certificate.serial_number)}"
    )


def test_every_wrapping_gives_the_same_certificate() -> None:
    der = sample()
    pem = load(der).public_bytes(Encoding.PEM)
    wrappings: list[bytes | str] = [
        der,
        pem,
        pem.decode(),
        base64.b64encode(pem),
        base64.b64encode(pem).decode(),
        base64.b64encode(der),
    ]
    assert {to_der(load(wrapped)) for wrapped in wrappings} == {der}


def test_a_chain_file_gives_all_its_certificates_in_order() -> None:
    ders = [der_of(parameter.values[0]) for parameter in CERTIFICATES]
    pem = b"".join(load(der).public_bytes(Encoding.PEM) for der in ders)
    assert [to_der(certificate) for certificate in load_all(pem)] == ders


@pytest.mark.parametrize(
    "octets", [b"", "not a certificate", b"\x30\x03\x02\x01\x00", "-----BEGIN CERTIFICATE-----", "é"]
)
def test_what_is_no_certificate_is_refused(octets: bytes | str) -> None:
    with pytest.raises(FormatError) as caught:
        load(octets)
    assert caught.value.category == "der_malformed"


@given(st.binary(max_size=60), st.integers(0, 800))
@settings(max_examples=100, deadline=None)
def test_damaged_certificates_raise_nothing_but_format_errors(noise: bytes, at: int) -> None:
    damaged = sample()[:at] + noise + sample()[at + len(noise) :]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cryptography warns of what it will refuse in time
        for read in (lambda: describe(load(damaged)), lambda: describe_identifier(issuer_and_serial(damaged))):
            try:
                read()
            except FormatError:
                continue


def test_a_certificate_that_repeats_extensions_is_named_all_the_same() -> None:
    twice = asn1_x509.Certificate.load(sample())
    extensions = twice["tbs_certificate"]["extensions"]
    extensions.append(extensions[0].copy())
    octets = twice.dump(force=True)
    assert octets != sample()
    assert issuer_and_serial(octets) == issuer_and_serial(sample())


def test_a_certificate_without_an_rsa_key_cannot_verify_tokens() -> None:
    with pytest.raises(FormatError, match="CN=Curve") as caught:
        rsa_public_key(issue_root("Curve", ec_key(), days=1, now=NOW))
    assert caught.value.category == "structure"


def test_attributes_without_a_short_name_are_shown_as_their_octets() -> None:
    octets = issuer_and_serial(sample()).replace(bytes.fromhex("0603550403"), bytes.fromhex("0603550474"))
    assert describe_identifier(octets).startswith("2.5.4.116=#")


def test_facts_for_a_person() -> None:
    facts = dict(describe(load(sample())))
    assert facts["subject"].startswith("CN=TEST Clover TR34 Root CA")
    assert facts["public key"] == "RSA, 2048 bits"
    assert facts["not after"] == "2038-08-28 22:00:09 UTC"
    assert facts["SHA-256 fingerprint"] == fingerprint(sample())


@pytest.mark.parametrize("bits", [1024, 2056])
def test_rsa_has_one_of_the_sizes_of_tr34(bits: int) -> None:
    odd = issue_root("Odd", rsa.generate_private_key(65537, bits), days=9, now=NOW)
    with pytest.raises(FormatError, match=f"{bits} bits") as caught:
        rsa_public_key(odd)
    assert caught.value.category == "structure"
    assert "2048, 3072 or 4096" in caught.value.hint


def test_a_time_of_another_zone_is_shown_in_utc() -> None:
    assert time_text(datetime(2030, 5, 17, 1, 30, tzinfo=timezone(timedelta(hours=2)))) == "2030-05-16 23:30:00 UTC"
