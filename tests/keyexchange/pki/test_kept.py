"""What is kept about certificates and lists changes no answer: time, lists and trust are judged at every call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from keyexchange.errors import TrustError
from keyexchange.pki import Allowance, ChainReport, issue_intermediate, issue_leaf, issue_root, to_der, verify_chain
from tests.keyexchange.pki.authorities import DAY, NOW, ec_key

ROOT_KEY, CA_KEY, LEAF_KEY = ec_key(), ec_key(), ec_key()
ROOT = issue_root("Root", ROOT_KEY, days=30, now=NOW)
CA = issue_intermediate("CA", CA_KEY.public_key(), ROOT, ROOT_KEY, days=20, now=NOW)
LEAF = issue_leaf("Leaf", LEAF_KEY.public_key(), CA, CA_KEY, purpose="sign", days=9, now=NOW)
STRANGER = issue_root("Root", ec_key(), days=30, now=NOW)


def crl(*serials: int, until: datetime, key: Any = CA_KEY) -> bytes:
    builder = x509.CertificateRevocationListBuilder(CA.subject, NOW - 9 * DAY, until)
    for serial in serials:
        revoked = x509.RevokedCertificateBuilder(serial_number=serial, revocation_date=NOW - DAY).build()
        builder = builder.add_revoked_certificate(revoked)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


CURRENT = crl(until=NOW + 5 * DAY)


def report(*, at: datetime = NOW, anchor: x509.Certificate = ROOT, crls: tuple[bytes, ...] = (), **more: Any) -> Any:
    return verify_chain(to_der(LEAF), [to_der(CA)], [to_der(anchor)], at=at, crls=crls, **more)


def refusal(**how: Any) -> str:
    with pytest.raises(TrustError) as caught:
        report(**how)
    return caught.value.category


@pytest.fixture(autouse=True)
def _seen_before() -> None:
    """Everything below was verified once, so all that can be kept is kept."""
    assert isinstance(report(crls=(CURRENT,)), ChainReport)


def test_a_chain_that_held_expires() -> None:
    assert refusal(at=NOW + 10 * DAY) == "expired"
    assert refusal(at=NOW - 10 * DAY) == "expired"
    assert report().path == ("CN=Leaf", "CN=CA", "CN=Root")


def test_a_chain_that_held_under_one_anchor_does_not_under_another() -> None:
    assert refusal(anchor=STRANGER) == "chain_untrusted"
    assert refusal(anchor=STRANGER) == "chain_untrusted", "nor the second time"
    assert report(anchor=CA).path == ("CN=Leaf", "CN=CA")


def test_an_issuer_that_was_an_anchor_may_not_issue_when_it_is_none() -> None:
    """The root has no path length, but a certificate without extensions issues only as an anchor."""
    key = ec_key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Bare")])
    bare = x509.CertificateBuilder(name, name, key.public_key(), 5, NOW - DAY, NOW + DAY).sign(key, hashes.SHA256())
    crossed = x509.CertificateBuilder(ROOT.subject, name, key.public_key(), 6, NOW - DAY, NOW + DAY).sign(
        ROOT_KEY, hashes.SHA256()
    )
    leaf = to_der(issue_leaf("Below", LEAF_KEY.public_key(), bare, key, purpose="sign", days=1, now=NOW))
    assert verify_chain(leaf, [], [to_der(bare)], at=NOW).path[-1] == "CN=Bare"
    for _ in range(2):
        with pytest.raises(TrustError) as caught:
            verify_chain(leaf, [to_der(crossed)], [to_der(ROOT)], at=NOW)
        assert caught.value.category == "chain_untrusted"


def test_a_list_that_was_current_runs_out() -> None:
    assert refusal(at=NOW + 6 * DAY, crls=(CURRENT,)) == "crl_expired"
    late = report(at=NOW + 6 * DAY, crls=(CURRENT,), allow_outdated_crls=True)
    assert [each.issuer for each in late.outdated] == ["CN=CA"]
    assert report(crls=(CURRENT,)).outdated == ()


def test_a_new_list_counts_at_once() -> None:
    assert refusal(crls=(CURRENT, crl(LEAF.serial_number, until=NOW + 6 * DAY))) == "revoked"
    assert report(crls=(CURRENT,)).unlisted == ("CN=CA",)
    assert report().unlisted == ("CN=Leaf", "CN=CA")


def test_a_forged_list_is_refused_each_time() -> None:
    forged = crl(until=NOW + 5 * DAY, key=LEAF_KEY)
    assert [refusal(crls=(CURRENT, forged)) for _ in range(2)] == ["signature_invalid"] * 2


def test_a_purpose_is_asked_for_at_every_call() -> None:
    assert report(purpose="sign").allowances == ()
    assert refusal(purpose="wrap") == "purpose_mismatch"
    assert report(purpose="wrap", allow_other_purpose=True).allowances == (Allowance.OTHER_PURPOSE,)
    assert report(purpose="sign", allow_other_purpose=True).allowances == ()
    assert refusal(purpose="wrap") == "purpose_mismatch"
