"""A chain is trusted when every link holds, and the refusal names the link that does not."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from keyexchange.errors import FormatError, TrustError
from keyexchange.pki import (
    distinguished_name,
    issue_intermediate,
    issue_leaf,
    issue_root,
    to_der,
    verify_chain,
)
from tests.keyexchange.pki.authorities import DAY, NOW, ca, certificate, ec_key
from tests.vectors import vectors

ROOT_KEY, MIDDLE_KEY, LEAF_KEY = ec_key(), ec_key(), ec_key()
LEAF_PUBLIC, MIDDLE_PUBLIC = LEAF_KEY.public_key(), MIDDLE_KEY.public_key()
ROOT = issue_root("Root", ROOT_KEY, days=30, now=NOW)
MIDDLE = issue_intermediate("Middle", MIDDLE_PUBLIC, ROOT, ROOT_KEY, days=20, now=NOW)
LEAF = issue_leaf("Leaf", LEAF_PUBLIC, MIDDLE, MIDDLE_KEY, purpose="sign", days=10, now=NOW)
LEAF_DER, MIDDLE_DER, ROOT_DER = to_der(LEAF), to_der(MIDDLE), to_der(ROOT)
KEY_USAGE_BITS = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def refused(
    leaf: bytes, issuers: tuple[bytes, ...], anchors: tuple[bytes, ...] = (ROOT_DER,), **options: Any
) -> TrustError:
    with pytest.raises(TrustError) as caught:
        verify_chain(leaf, issuers, anchors, **{"at": NOW, **options})
    return caught.value


def revocation_list(*serials: int, key: Any = MIDDLE_KEY, issuer: str = "Middle", until: Any = NOW + DAY) -> bytes:
    builder = x509.CertificateRevocationListBuilder(
        distinguished_name(issuer), last_update=NOW - 2 * DAY, next_update=until
    )
    for serial in serials:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder(serial_number=serial, revocation_date=NOW - DAY).build()
        )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_a_chain_of_three_is_trusted_whatever_else_lies_between() -> None:
    stranger = to_der(issue_root("Stranger", LEAF_KEY, days=5, now=NOW))
    verify_chain(LEAF_DER, (stranger, ROOT_DER, MIDDLE_DER), (stranger, ROOT_DER), at=NOW)


def test_an_anchor_is_trusted_by_itself() -> None:
    verify_chain(ROOT_DER, (), (ROOT_DER,), at=NOW)


def test_an_intermediate_may_be_the_anchor() -> None:
    verify_chain(LEAF_DER, (), (MIDDLE_DER,), at=NOW)


def test_published_rsa_certificates_chain_to_their_root() -> None:
    ders = {v.id: base64.b64decode(v.values[0]["inputs"]["certificate_b64"]) for v in vectors("tr34", "certificate")}
    root, middle = ders["clover-cert-root"], ders["clover-cert-kdh_ca"]
    verify_chain(ders["clover-cert-kdh_1"], (middle,), (root,), at=NOW)
    assert refused(ders["clover-cert-krd_1"], (middle,), (root,)).category == "chain_untrusted"


def test_a_leaf_without_extensions_is_trusted() -> None:
    verify_chain(certificate("Leaf", "Root", LEAF_PUBLIC, ROOT_KEY), (), (ROOT_DER,), at=NOW)


def test_without_the_issuer_there_is_no_trust_and_the_message_names_the_gap() -> None:
    error = refused(LEAF_DER, ())
    assert error.category == "chain_untrusted"
    assert "CN=Leaf" in error.message


def test_a_root_that_nobody_named_an_anchor_is_not_trusted() -> None:
    other = to_der(issue_root("Root", MIDDLE_KEY, days=5, now=NOW))
    assert refused(LEAF_DER, (MIDDLE_DER, ROOT_DER), (other,)).category == "chain_untrusted"


def test_a_signature_over_sha1_is_not_trusted() -> None:
    weak = asn1_x509.Certificate.load(certificate("Leaf", "Root", LEAF_PUBLIC, ROOT_KEY))
    weak["tbs_certificate"]["signature"] = weak["signature_algorithm"] = {"algorithm": "sha1_ecdsa"}
    weak["signature_value"] = ROOT_KEY.sign(weak["tbs_certificate"].dump(force=True), ec.ECDSA(hashes.SHA1()))
    assert refused(weak.dump(force=True), ()).category == "chain_untrusted"


def test_the_same_name_with_another_key_issues_nothing() -> None:
    impostor = to_der(issue_intermediate("Middle", LEAF_PUBLIC, ROOT, ROOT_KEY, days=5, now=NOW))
    assert refused(LEAF_DER, (impostor,)).category == "chain_untrusted"


@pytest.mark.parametrize(("at", "name"), [(NOW + 11 * DAY, "CN=Leaf"), (NOW - DAY, "CN=Leaf")])
def test_out_of_date_certificates_are_refused_by_name_and_date(at: Any, name: str) -> None:
    error = refused(LEAF_DER, (MIDDLE_DER,), at=at)
    assert error.category == "expired"
    assert name in error.message
    assert "2030-05-" in error.message


def test_an_expired_authority_is_refused_though_the_leaf_is_in_date() -> None:
    middle = certificate("Middle", "Root", MIDDLE_PUBLIC, ROOT_KEY, ca(), until=NOW - timedelta(hours=1))
    error = refused(LEAF_DER, (middle,))
    assert error.category == "expired"
    assert "CN=Middle" in error.message


def test_a_renewed_authority_is_preferred_to_the_expired_one() -> None:
    expired = certificate("Middle", "Root", MIDDLE_PUBLIC, ROOT_KEY, ca(), until=NOW - timedelta(hours=1))
    verify_chain(LEAF_DER, (expired, MIDDLE_DER), (ROOT_DER,), at=NOW)


def key_usage(**granted: bool) -> tuple[x509.KeyUsage, bool]:
    return x509.KeyUsage(**{bit: granted.get(bit, False) for bit in KEY_USAGE_BITS}), True


NOT_AUTHORITIES: dict[str, tuple[tuple[Any, bool], ...]] = {
    "no extensions": (),
    "end entity": ((x509.BasicConstraints(ca=False, path_length=None), True),),
    "key usage without keyCertSign": (ca(), key_usage(digital_signature=True)),
    "critical extension unknown here": (
        ca(),
        (x509.NameConstraints([x509.DirectoryName(distinguished_name("Leaf"))], None), True),
    ),
    "critical extension unknown anywhere": (
        ca(),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True),
    ),
}


@pytest.mark.parametrize("extensions", NOT_AUTHORITIES.values(), ids=NOT_AUTHORITIES)
def test_only_authorities_issue(extensions: tuple[tuple[Any, bool], ...]) -> None:
    middle = certificate("Middle", "Root", MIDDLE_PUBLIC, ROOT_KEY, *extensions)
    error = refused(LEAF_DER, (middle,))
    assert error.category == "chain_untrusted"
    assert "CN=Middle" in error.message


def test_an_anchor_that_calls_itself_no_authority_issues_nothing() -> None:
    anchor = certificate("Middle", "Middle", MIDDLE_PUBLIC, MIDDLE_KEY, *NOT_AUTHORITIES["end entity"])
    assert refused(LEAF_DER, (), (anchor,)).category == "chain_untrusted"


def test_an_anchor_without_extensions_issues_because_it_is_trusted() -> None:
    verify_chain(LEAF_DER, (), (certificate("Middle", "Middle", MIDDLE_PUBLIC, MIDDLE_KEY),), at=NOW)


def test_a_path_is_no_longer_than_its_root_allows() -> None:
    root = certificate("Root", "Root", ROOT_KEY.public_key(), ROOT_KEY, ca(path_length=0))
    assert refused(LEAF_DER, (MIDDLE_DER,), (root,)).category == "chain_untrusted"
    verify_chain(MIDDLE_DER, (), (root,), at=NOW)


def test_a_self_signed_anchor_must_have_signed_itself() -> None:
    fake = certificate("Root", "Root", ROOT_KEY.public_key(), LEAF_KEY, ca())
    assert refused(MIDDLE_DER, (), (fake,)).category == "chain_untrusted"


def test_a_root_cross_signed_by_the_anchor_is_passed_though_its_self_signed_form_comes_first() -> None:
    old_root = to_der(issue_root("Middle", MIDDLE_KEY, days=5, now=NOW))
    verify_chain(LEAF_DER, (old_root, MIDDLE_DER), (ROOT_DER,), at=NOW)


def test_certificates_that_issue_each_other_end_the_search() -> None:
    one = certificate("One", "Two", LEAF_PUBLIC, MIDDLE_KEY, ca())
    two = certificate("Two", "One", MIDDLE_PUBLIC, LEAF_KEY, ca())
    assert refused(one, (one, two)).category == "chain_untrusted"


def test_a_revoked_leaf_is_refused_by_name_and_date() -> None:
    error = refused(LEAF_DER, (MIDDLE_DER,), crls=(revocation_list(7, LEAF.serial_number),))
    assert error.category == "revoked"
    assert "CN=Leaf" in error.message
    assert "2030-05-16" in error.message


def test_a_revoked_authority_is_refused() -> None:
    crl = revocation_list(MIDDLE.serial_number, key=ROOT_KEY, issuer="Root")
    assert refused(LEAF_DER, (MIDDLE_DER,), crls=(crl,)).category == "revoked"


def test_lists_that_name_others_change_nothing() -> None:
    lists = (revocation_list(1), revocation_list(LEAF.serial_number, key=LEAF_KEY, issuer="Stranger"))
    verify_chain(LEAF_DER, (MIDDLE_DER,), (ROOT_DER,), at=NOW, crls=lists)


@pytest.mark.parametrize(
    ("crl", "category"),
    [
        (revocation_list(until=NOW - timedelta(hours=1)), "crl_expired"),
        (revocation_list(key=LEAF_KEY), "signature_invalid"),
    ],
    ids=["outdated", "signed by another"],
)
def test_a_list_that_proves_nothing_is_refused(crl: bytes, category: str) -> None:
    assert refused(LEAF_DER, (MIDDLE_DER,), crls=(crl,)).category == category


def test_octets_that_are_no_list_are_refused() -> None:
    with pytest.raises(FormatError) as caught:
        verify_chain(LEAF_DER, (MIDDLE_DER,), (ROOT_DER,), at=NOW, crls=(b"\x30\x00",))
    assert caught.value.category == "der_malformed"
