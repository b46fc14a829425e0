"""What a list says about a certificate, and when it says nothing. Whole chains are in test_chain."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from keyexchange.errors import FormatError, TrustError
from keyexchange.pki import (
    OutdatedList,
    Revocation,
    check_revocation,
    describe,
    distinguished_name,
    issue_leaf,
    issue_root,
    load,
    load_crl,
    read_list,
    to_der,
    verify_chain,
)
from tests.keyexchange.pki.authorities import DAY, NOW, ca, certificate, ec_key

KEY = ec_key()
ROOT = issue_root("Root", KEY, days=30, now=NOW)
LEAF = issue_leaf("Leaf", ec_key().public_key(), ROOT, KEY, purpose="sign", days=9, now=NOW)
DELTA = x509.DeltaCRLIndicator(crl_number=1), True
NUMBER = x509.CRLNumber(2), False


def crl(
    *serials: int,
    begun: Any = NOW - 9 * DAY,
    until: Any = NOW + DAY,
    extensions: tuple[Any, ...] = (NUMBER,),
    by: Any = KEY,
    issuer: str = "Root",
) -> Any:
    builder = x509.CertificateRevocationListBuilder(distinguished_name(issuer), last_update=begun, next_update=until)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    for serial in serials:
        revoked = x509.RevokedCertificateBuilder(serial_number=serial, revocation_date=NOW - DAY)
        builder = builder.add_revoked_certificate(revoked.build())
    return builder.sign(by, hashes.SHA256())


def check(*lists: Any, **options: Any) -> Revocation:
    read = [read_list(made.public_bytes(Encoding.DER)) for made in lists]
    return check_revocation(LEAF, ROOT, read, at=NOW, **options)


def refused(*lists: Any, **options: Any) -> str:
    with pytest.raises(TrustError) as caught:
        check(*lists, **options)
    return caught.value.category


def test_without_a_list_nothing_is_known() -> None:
    assert check() == Revocation(listed=False)


def test_a_current_list_clears_a_certificate_that_is_not_on_it() -> None:
    assert check(crl(1)) == Revocation(listed=True)
    assert check(crl(until=NOW)) == Revocation(listed=True)


def test_a_delta_clears_nobody_but_revokes() -> None:
    assert check(crl(1, extensions=(NUMBER, DELTA))) == Revocation(listed=False)
    assert refused(crl(), crl(LEAF.serial_number, extensions=(NUMBER, DELTA))) == "revoked"


def test_an_outdated_list_clears_only_with_leave_and_the_newest_is_named() -> None:
    lists = [crl(until=NOW - days * DAY) for days in (3, 2, 4)]
    assert refused(*lists) == "crl_expired"
    assert check(*lists, allow_outdated=True).outdated == OutdatedList("CN=Root", NOW - 2 * DAY)
    assert check(*lists, crl()) == Revocation(listed=True)


@pytest.mark.parametrize("allow", [False, True])
def test_what_an_outdated_list_revokes_stays_revoked(allow: bool) -> None:
    outdated = crl(LEAF.serial_number, until=NOW - timedelta(seconds=1))
    assert refused(outdated, crl(), allow_outdated=allow) == "revoked"


def test_a_list_from_the_future_clears_nobody_but_revokes() -> None:
    assert refused(crl(begun=NOW + timedelta(seconds=1))) == "crl_not_yet_valid"
    assert refused(crl(begun=NOW + timedelta(seconds=1)), allow_outdated=True) == "crl_not_yet_valid"
    assert check(crl(begun=NOW)) == check(crl(begun=NOW + DAY / 2), crl()) == Revocation(listed=True)
    assert refused(crl(LEAF.serial_number, begun=NOW + DAY / 2), crl()) == "revoked"


def usage(*, lists: bool) -> tuple[Any, bool]:
    bits = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "encipher_only", "decipher_only"), False
    )  # fmt: skip
    return x509.KeyUsage(**bits, key_cert_sign=True, crl_sign=lists), True


@pytest.mark.parametrize(
    ("extensions", "taken"), [((), True), ((usage(lists=True),), True), ((usage(lists=False),), False)]
)
def test_a_list_counts_only_from_an_authority_that_may_sign_lists(extensions: tuple[Any, ...], taken: bool) -> None:
    root = load(certificate("Root", "Root", KEY.public_key(), KEY, ca(), *extensions))
    lists = [read_list(crl().public_bytes(Encoding.DER))]
    if taken:
        assert check_revocation(LEAF, root, lists, at=NOW).listed
        return
    with pytest.raises(TrustError, match="CN=Root may not sign revocation lists") as caught:
        check_revocation(LEAF, root, lists, at=NOW)
    assert caught.value.category == "purpose_mismatch"
    assert check_revocation(LEAF, root, [], at=NOW) == Revocation(listed=False)


def test_a_list_by_another_key_of_the_authority_clears_nobody_but_revokes() -> None:
    renewed_key = ec_key()
    renewed = load(certificate("Root", "Root", renewed_key.public_key(), renewed_key, ca()))
    assert refused(crl(by=renewed_key)) == "signature_invalid"
    assert check(crl(by=renewed_key), others=(renewed,)) == Revocation(listed=False)
    assert check(crl(by=renewed_key), crl(), others=(renewed,)) == Revocation(listed=True)
    assert refused(crl(LEAF.serial_number, by=renewed_key), crl(), others=(renewed,)) == "revoked"
    assert refused(crl(by=ec_key()), others=(renewed,)) == "signature_invalid"


def test_an_authority_with_two_keys_may_have_a_list_of_each() -> None:
    old_key, new_key = ec_key(), ec_key()
    old, new = (certificate("CA", "CA", key.public_key(), key, ca()) for key in (old_key, new_key))
    leaf = certificate("Leaf", "CA", KEY.public_key(), new_key)
    lists = [crl(by=key, issuer="CA").public_bytes(Encoding.DER) for key in (old_key, new_key)]
    assert verify_chain(leaf, (), (old, new), at=NOW, crls=lists).unlisted == ()
    assert verify_chain(leaf, (), (old, new), at=NOW, crls=lists[:1]).unlisted == ("CN=Leaf",)
    with pytest.raises(TrustError) as caught:
        verify_chain(leaf, (old,), (new,), at=NOW, crls=lists)  # handed in as an issuer only: trusted by nobody
    assert caught.value.category == "signature_invalid"


def test_a_list_is_loaded_from_der_and_pem_and_from_nothing_else() -> None:
    made = crl(7)
    for encoding in (Encoding.DER, Encoding.PEM):
        assert load_crl(made.public_bytes(encoding)) == made
    assert load_crl(made.public_bytes(Encoding.PEM).decode()) == made
    for octets in (b"", b"\x30\x00", "text"):
        with pytest.raises(FormatError):
            load_crl(octets)


def signed_again(whole: Any, body: str, signature: str) -> bytes:
    """A certificate or list whose signed part was changed, signed by the root as it is now."""
    whole[signature] = KEY.sign(whole[body].dump(force=True), ec.ECDSA(hashes.SHA256()))
    return bytes(whole.dump(force=True))


def test_a_negative_serial_number_is_no_error_and_no_warning_and_can_be_revoked() -> None:
    odd = asn1_x509.Certificate.load(certificate("Odd", "Root", ec_key().public_key(), KEY))
    odd["tbs_certificate"]["serial_number"] = -5
    leaf = signed_again(odd, "tbs_certificate", "signature_value")
    root, listed = to_der(ROOT), crl(7).public_bytes(Encoding.DER)
    assert dict(describe(load(leaf)))["serial number"] == "-0x5"
    assert verify_chain(leaf, (), (root,), at=NOW, crls=(listed,)).unlisted == ()
    listing = asn1_crl.CertificateList.load(listed)
    listing["tbs_cert_list"]["revoked_certificates"][0]["user_certificate"] = -5
    with pytest.raises(TrustError) as caught:
        verify_chain(leaf, (), (root,), at=NOW, crls=(signed_again(listing, "tbs_cert_list", "signature"),))
    assert caught.value.category == "revoked"
