"""One good way up is enough, whatever else lies about; weak keys and hashes are on no way."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from keyexchange.errors import FormatError, TrustError
from keyexchange.pki import distinguished_name, issue_leaf, issue_root, path, to_der, verify_chain
from tests.keyexchange.pki.authorities import DAY, NOW, ca, certificate, ec_key

ROOT_KEY, OTHER_KEY, MIDDLE_KEY, LEAF_KEY = ec_key(), ec_key(), ec_key(), ec_key()
MIDDLE_PUBLIC = MIDDLE_KEY.public_key()
ROOT = certificate("Root", "Root", ROOT_KEY.public_key(), ROOT_KEY, ca())
LEAF = certificate("Leaf", "Middle", LEAF_KEY.public_key(), MIDDLE_KEY)
BY_ROOT = certificate("Middle", "Root", MIDDLE_PUBLIC, ROOT_KEY, ca())
BY_OTHER = certificate("Middle", "Other", MIDDLE_PUBLIC, OTHER_KEY, ca())
BY_ITSELF = certificate("Middle", "Middle", MIDDLE_PUBLIC, MIDDLE_KEY, ca())
EXPIRED = certificate("Middle", "Root", MIDDLE_PUBLIC, ROOT_KEY, ca(), until=NOW - DAY / 2)
NO_AUTHORITY = certificate("Middle", "Root", MIDDLE_PUBLIC, ROOT_KEY)
WEAK_RSA = rsa.generate_private_key(65537, 1024)


def refused(leaf: bytes, *issuers: bytes, anchors: tuple[bytes, ...] = (ROOT,)) -> TrustError:
    with pytest.raises(TrustError) as caught:
        verify_chain(leaf, issuers, anchors, at=NOW)
    return caught.value


@pytest.mark.parametrize("order", list(permutations([BY_ROOT, BY_OTHER, BY_ITSELF])))
def test_a_cross_signed_authority_is_climbed_whichever_certificate_comes_first(order: tuple[bytes, ...]) -> None:
    assert verify_chain(LEAF, order, (ROOT,), at=NOW).path == ("CN=Leaf", "CN=Middle", "CN=Root")


@pytest.mark.parametrize("unfit", [EXPIRED, NO_AUTHORITY])
def test_an_issuer_that_does_not_fit_is_passed_over_while_there_is_another(unfit: bytes) -> None:
    assert len(verify_chain(LEAF, (unfit, BY_ROOT), (ROOT,), at=NOW).path) == 3


def test_an_anchor_that_does_not_fit_is_passed_over_too() -> None:
    outdated = certificate("Root", "Root", ROOT_KEY.public_key(), ROOT_KEY, ca(), until=NOW - DAY / 2)
    assert len(verify_chain(LEAF, (BY_ROOT,), (outdated, ROOT), at=NOW).path) == 3
    assert refused(LEAF, BY_ROOT, anchors=(outdated,)).category == "expired"


def test_where_no_issuer_fits_the_fault_is_named() -> None:
    assert refused(LEAF, BY_OTHER, EXPIRED).category == "expired"
    assert "not said to be a certificate authority" in refused(LEAF, NO_AUTHORITY).message


def ladder(rungs: int) -> tuple[bytes, list[bytes]]:
    """A leaf and so many authorities above it; the topmost is by the root."""
    names = ["Root", *(f"Rung {number}" for number in range(rungs))]
    keys = [ROOT_KEY, *(ec_key() for _ in range(rungs))]
    rung = [certificate(names[n], names[n - 1], keys[n].public_key(), keys[n - 1], ca()) for n in range(1, rungs + 1)]
    return certificate("Leaf", names[-1], LEAF_KEY.public_key(), keys[-1]), rung


def test_a_way_has_eight_certificates_at_most() -> None:
    leaf, rungs = ladder(6)
    assert len(verify_chain(leaf, rungs, (ROOT,), at=NOW).path) == 8
    leaf, rungs = ladder(7)
    assert refused(leaf, *rungs).category == "chain_untrusted"


def test_foreign_certificates_do_not_make_the_search_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them issue each other, so there are more ways through them than could ever be tried."""
    foreign = [certificate("Middle", "Middle", MIDDLE_PUBLIC, MIDDLE_KEY, ca()) for _ in range(60)]
    asked = 0

    def counting(*pair: x509.Certificate) -> bool:
        nonlocal asked
        asked += 1
        return original(*pair)

    original = path.issued
    monkeypatch.setattr(path, "issued", counting)
    assert refused(LEAF, *foreign).category == "chain_untrusted"
    assert asked < 40 * len(foreign)


def test_a_weak_rsa_key_is_on_no_way() -> None:
    weak_root = to_der(issue_root("Weak", WEAK_RSA, days=9, now=NOW))
    by_weak = issue_leaf("Leaf", LEAF_KEY.public_key(), issue_root("Weak", WEAK_RSA, days=9, now=NOW), WEAK_RSA,
                         purpose="sign", days=5, now=NOW)  # fmt: skip
    assert "CN=Weak has fewer than 112 bits" in refused(to_der(by_weak), anchors=(weak_root,)).message
    leaf = certificate("Leaf", "Root", WEAK_RSA.public_key(), ROOT_KEY)  # type: ignore[arg-type]  # of another kind
    error = refused(leaf)
    assert error.category == "chain_untrusted"
    assert "2048" in error.hint


def test_a_weak_curve_is_on_no_way() -> None:
    weak = ec.generate_private_key(ec.SECP192R1()).public_key()
    assert "112 bits" in refused(certificate("Leaf", "Root", weak, ROOT_KEY)).message


def test_a_weak_hash_is_on_no_way() -> None:
    def signed(by: Any, hashing: hashes.HashAlgorithm) -> bytes:
        builder = x509.CertificateBuilder(
            issuer_name=distinguished_name("Root"), subject_name=distinguished_name("Leaf"),
            public_key=LEAF_KEY.public_key(), serial_number=7,
            not_valid_before=NOW - DAY, not_valid_after=NOW + DAY,
        )  # fmt: skip
        return to_der(builder.sign(by, hashing))

    assert len(verify_chain(signed(ROOT_KEY, hashes.SHA256()), (), (ROOT,), at=NOW).path) == 2
    error = refused(signed(ROOT_KEY, hashes.SHA224()))
    assert (error.category, "sha224" in error.message, "SHA-256" in error.hint) == ("chain_untrusted", True, True)


def test_a_moment_without_a_zone_is_refused_in_words() -> None:
    with pytest.raises(FormatError, match="no time zone"):
        verify_chain(LEAF, (BY_ROOT,), (ROOT,), at=NOW.replace(tzinfo=None))
