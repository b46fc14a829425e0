"""Credentials carry one certificate; a list is never lost, whatever the order."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.errors import FormatError, TrustError
from keyexchange.pki import fingerprint
from keyexchange.pki.der import encode
from keyexchange.tr34 import Tolerance, asn1, build_kdh_credential, build_krd_credential, read_credential
from keyexchange.tr34.algorithms import DATA, ENVELOPED_DATA, SIGNED_DATA, oid
from keyexchange.tr34.credentials import degenerate
from tests.keyexchange.tr34.lab import certificate, crl, token_of
from tests.vectors import vectors

KDH, KRD = certificate("kdh_2048"), certificate("krd_2048")
VERSION, DIGESTS, INFO, CERTIFICATES, LISTS, SIGNERS = degenerate(b"", KDH, (crl(),))
NO_CONTENT = encode(asn1.EncapsulatedContentInfo, oid(DATA))
CLOVER = vectors("tr34", "certificate")


def wrapped(*fields: bytes, content_type: str = SIGNED_DATA) -> bytes:
    signed = encode(asn1.SignedData, *fields)
    return encode(asn1.AnyContentInfo, oid(content_type), encode(asn1.Explicit0, signed))


def refused(octets: bytes) -> str:
    with pytest.raises(FormatError) as caught:
        read_credential(octets)
    return caught.value.category


def test_a_kdh_credential_has_certificate_and_list() -> None:
    found = read_credential(build_kdh_credential(KDH, crl()))
    assert (found.certificate, found.crls, found.tolerances) == (KDH, (crl(),), ())


def test_a_krd_credential_has_a_certificate_only() -> None:
    found = read_credential(build_krd_credential(KRD))
    assert (found.certificate, found.crls, found.tolerances) == (KRD, (), ())


def test_other_libraries_find_the_same() -> None:
    octets = build_kdh_credential(KDH, crl())
    assert [c.public_bytes(Encoding.DER) for c in load_der_pkcs7_certificates(octets)] == [KDH]
    signed = cms.ContentInfo.load(octets, strict=True)["content"]
    assert [choice.chosen.dump() for choice in signed["crls"]] == [crl()]
    assert len(signed["signer_infos"]) == 0


def test_a_list_behind_the_signers_is_not_lost_and_the_order_is_reported() -> None:
    found = read_credential(wrapped(VERSION, DIGESTS, INFO, CERTIFICATES, SIGNERS, LISTS))
    assert (found.certificate, found.crls) == (KDH, (crl(),))
    assert found.tolerances == (Tolerance.LISTS_AFTER_SIGNERS,)


def test_a_credential_without_even_an_empty_content_is_read_and_that_is_reported() -> None:
    found = read_credential(wrapped(VERSION, DIGESTS, NO_CONTENT, CERTIFICATES, SIGNERS))
    assert (found.certificate, found.crls, found.tolerances) == (KDH, (), (Tolerance.CONTENT_ABSENT,))


TWO = b"\xa0" + encode(asn1.AnySet, KDH, KRD)[1:]
NONE = b"\xa0\x00"
CONTENT = degenerate(b"more", KDH, ())[2]
ENVELOPED = encode(asn1.EncapsulatedContentInfo, oid(ENVELOPED_DATA))
NO_LIST = b"\xa1" + encode(asn1.AnySet, KDH)[1:]


@pytest.mark.parametrize(
    "fields",
    [
        (b"\x02\x01\x03", DIGESTS, INFO, CERTIFICATES, SIGNERS),
        (VERSION, b"\x30\x00", INFO, CERTIFICATES, SIGNERS),
        (VERSION, DIGESTS, INFO, TWO, SIGNERS),
        (VERSION, DIGESTS, INFO, NONE, SIGNERS),
        (VERSION, DIGESTS, INFO, SIGNERS),
        (VERSION, DIGESTS, CONTENT, CERTIFICATES, SIGNERS),
        (VERSION, DIGESTS, ENVELOPED, CERTIFICATES, SIGNERS),
        (VERSION, DIGESTS, INFO, CERTIFICATES, SIGNERS, SIGNERS),
        (VERSION, DIGESTS, INFO, CERTIFICATES, LISTS, SIGNERS, LISTS),
        (VERSION, DIGESTS, INFO, CERTIFICATES),
        (),
    ],
    ids=[
        "version 3", "digests no SET", "two certificates", "no certificate", "no certificates", "content",
        "content type", "signers twice", "lists on both sides", "no signers", "empty",
    ],
)  # fmt: skip
def test_other_shapes_are_refused(fields: tuple[bytes, ...]) -> None:
    assert refused(wrapped(*fields)) == "structure"


def test_a_certificate_or_list_that_is_none_is_refused() -> None:
    assert refused(wrapped(VERSION, DIGESTS, INFO, CERTIFICATES, NO_LIST, SIGNERS)) == "der_malformed"
    assert (
        refused(wrapped(VERSION, DIGESTS, INFO, b"\xa0" + encode(asn1.AnySet, crl())[1:], SIGNERS)) == "der_malformed"
    )
    assert refused(wrapped(VERSION, content_type=DATA)) == "structure"


def test_a_signed_token_is_no_credential() -> None:
    assert refused(token_of(vectors("tr34_computed", "key_token")[0].values[0])) == "structure"


@pytest.mark.parametrize("vector", vectors("tr34", "credential_token"))
def test_the_published_credential_is_read(vector: Any) -> None:
    """The vector's note calls its contentType empty. It is not: 06 09 and id-signedData whole, as OpenSSL too finds."""
    octets = base64.b64decode(vector["inputs"]["token_b64"])
    found = read_credential(octets)
    assert fingerprint(found.certificate) == vector["expected"]["contains_certificate_sha256"]
    assert (found.crls, found.tolerances) == ((), (Tolerance.CONTENT_ABSENT,))
    emptied = octets[:4] + b"\x06\x00" + octets[15:]
    shorter = octets[:2] + (len(emptied) - 4).to_bytes(2, "big") + emptied[4:]
    assert refused(shorter) == "structure"


def test_a_certificate_for_another_purpose_is_not_offered() -> None:
    signing_only = next(p.values[0] for p in CLOVER if p.id == "clover-cert-krd_1")
    with pytest.raises(TrustError) as caught:
        build_krd_credential(base64.b64decode(signing_only["inputs"]["certificate_b64"]))
    assert caught.value.category == "purpose_mismatch"
    with pytest.raises(TrustError):
        build_kdh_credential(certificate("root"), crl())


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")  # damage may make such
@given(st.binary(max_size=16), st.integers(0, 1300))
@settings(max_examples=100, deadline=None)
def test_damaged_credentials_are_read_or_refused(noise: bytes, at: int) -> None:
    octets, category = build_kdh_credential(KDH, crl()), "structure"
    try:
        read_credential(octets[:at] + noise + octets[at + len(noise) :])
    except FormatError as error:
        category = error.category
    assert category in ("der_malformed", "structure")
