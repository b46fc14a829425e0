"""The small authority issues what the standards ask for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from keyexchange.errors import FormatError, TrustError
from keyexchange.pki import (
    Purpose,
    distinguished_name,
    issue_from_csr,
    issue_intermediate,
    issue_leaf,
    issue_root,
    load_csr,
    to_der,
    verify_chain,
)
from keyexchange.pki.issue import AuthorityKey
from tests.keyexchange.pki.authorities import DAY, NOW, certificate, ec_key

KEY, LEAF_KEY = ec_key(), ec_key()
ROOT = issue_root("Root", KEY, days=30, now=NOW, organization="Acme")


def usage(issued: x509.Certificate) -> x509.KeyUsage:
    return issued.extensions.get_extension_for_class(x509.KeyUsage).value


def test_a_root_is_an_authority_that_signs_itself() -> None:
    constraints = ROOT.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert constraints.value.ca
    assert usage(ROOT).key_cert_sign
    assert not usage(ROOT).digital_signature
    assert ROOT.subject == ROOT.issuer == distinguished_name("Root", "Acme")
    verify_chain(to_der(ROOT), (), (to_der(ROOT),), at=NOW)


@pytest.mark.parametrize(
    ("purpose", "granted"), [("sign", {"digital_signature"}), ("wrap", {"key_encipherment", "data_encipherment"})]
)
def test_a_leaf_may_do_what_it_is_for_and_nothing_else(purpose: Purpose, granted: set[str]) -> None:
    leaf = issue_leaf("Leaf", LEAF_KEY.public_key(), ROOT, KEY, purpose=purpose, days=5, now=NOW)
    bits = usage(leaf)
    names = ("digital_signature", "key_encipherment", "data_encipherment", "key_cert_sign", "crl_sign", "key_agreement")
    assert {name for name in names if getattr(bits, name)} == granted
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    verify_chain(to_der(leaf), (), (to_der(ROOT),), at=NOW)


def test_an_issued_certificate_points_to_its_issuer() -> None:
    middle = issue_intermediate("Middle", LEAF_KEY.public_key(), ROOT, KEY, days=5, now=NOW)
    ours = ROOT.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    theirs = middle.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert theirs.key_identifier == ours.digest
    assert middle.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_an_issuer_without_a_key_identifier_is_pointed_to_by_its_key() -> None:
    bare = x509.load_der_x509_certificate(certificate("Bare", "Bare", KEY.public_key(), KEY))
    leaf = issue_leaf("Leaf", LEAF_KEY.public_key(), bare, KEY, purpose="sign", days=5, now=NOW)
    identifier = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert identifier == x509.SubjectKeyIdentifier.from_public_key(KEY.public_key()).digest


def test_no_certificate_outlives_its_issuer() -> None:
    leaf = issue_leaf("Leaf", LEAF_KEY.public_key(), ROOT, KEY, purpose="sign", days=500, now=NOW)
    assert leaf.not_valid_after_utc == ROOT.not_valid_after_utc


def test_certificates_begin_before_now_for_receivers_whose_clock_is_behind() -> None:
    assert timedelta(0) < NOW - ROOT.not_valid_before_utc < DAY


def test_an_expired_authority_issues_nothing() -> None:
    with pytest.raises(TrustError) as caught:
        issue_leaf("Leaf", LEAF_KEY.public_key(), ROOT, KEY, purpose="sign", days=5, now=NOW + 31 * DAY)
    assert caught.value.category == "expired"


def test_serial_numbers_differ() -> None:
    serials = {issue_root("Root", KEY, days=1, now=NOW).serial_number for _ in range(5)}
    assert len(serials) == 5
    assert min(serials) > 2**64


@pytest.mark.parametrize("name", ["", "x" * 65])
def test_names_that_x520_does_not_allow_are_refused(name: str) -> None:
    with pytest.raises(FormatError) as caught:
        issue_root(name, KEY, days=1, now=NOW)
    assert caught.value.category == "name_malformed"


@pytest.mark.parametrize(
    ("curve", "digest"), [(ec.SECP256R1(), "sha256"), (ec.SECP384R1(), "sha384"), (ec.SECP521R1(), "sha512")]
)
def test_the_hash_is_as_strong_as_the_key(curve: ec.EllipticCurve, digest: str) -> None:
    key: AuthorityKey = ec.generate_private_key(curve)
    algorithm = issue_root("Root", key, days=1, now=NOW).signature_hash_algorithm
    assert algorithm is not None
    assert algorithm.name == digest


def request(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    builder = x509.CertificateSigningRequestBuilder().subject_name(distinguished_name("KDH 7", "Acme"))
    return builder.sign(key, digest).public_bytes(Encoding.PEM)


def test_a_request_gives_name_and_key() -> None:
    issued = issue_from_csr(request(LEAF_KEY).decode(), ROOT, KEY, purpose="sign", days=5, now=NOW)
    assert issued.subject == distinguished_name("KDH 7", "Acme")
    assert issued.public_key() == LEAF_KEY.public_key()
    assert usage(issued).digital_signature


def test_a_request_without_proof_of_possession_is_refused() -> None:
    der = bytearray(load_csr(request(LEAF_KEY)).public_bytes(Encoding.DER))
    der[der.index(b"KDH 7") + 4] ^= 1
    with pytest.raises(TrustError) as caught:
        issue_from_csr(bytes(der), ROOT, KEY, purpose="sign", days=5, now=NOW)
    assert caught.value.category == "signature_invalid"


def test_a_request_for_a_key_of_another_kind_is_refused() -> None:
    with pytest.raises(FormatError) as caught:
        issue_from_csr(request(ed25519.Ed25519PrivateKey.generate()), ROOT, KEY, purpose="sign", days=5, now=NOW)
    assert caught.value.category == "structure"


@pytest.mark.parametrize("octets", [b"", "-----BEGIN CERTIFICATE REQUEST-----", b"\x30\x00"])
def test_what_is_no_request_is_refused(octets: bytes | str) -> None:
    with pytest.raises(FormatError) as caught:
        load_csr(octets)
    assert caught.value.category == "der_malformed"
