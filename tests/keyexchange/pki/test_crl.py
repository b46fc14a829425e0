"""What a list says about a certificate, and when it says nothing. Whole chains are in test_chain."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from keyexchange.errors import FormatError, TrustError
from keyexchange.pki import OutdatedList, Revocation, check_revocation, issue_leaf, issue_root, load_crl, read_list
from tests.keyexchange.pki.authorities import DAY, NOW, ec_key

KEY = ec_key()
ROOT = issue_root("Root", KEY, days=30, now=NOW)
LEAF = issue_leaf("Leaf", ec_key().public_key(), ROOT, KEY, purpose="sign", days=9, now=NOW)
DELTA = x509.DeltaCRLIndicator(crl_number=1), True
NUMBER = x509.CRLNumber(2), False


def crl(*serials: int, until: Any = NOW + DAY, extensions: tuple[Any, ...] = (NUMBER,)) -> Any:
    builder = x509.CertificateRevocationListBuilder(ROOT.subject, last_update=NOW - 9 * DAY, next_update=until)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    for serial in serials:
        revoked = x509.RevokedCertificateBuilder(serial_number=serial, revocation_date=NOW - DAY)
        builder = builder.add_revoked_certificate(revoked.build())
    return builder.sign(KEY, hashes.SHA256())


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


def test_a_list_is_loaded_from_der_and_pem_and_from_nothing_else() -> None:
    made = crl(7)
    for encoding in (Encoding.DER, Encoding.PEM):
        assert load_crl(made.public_bytes(encoding)) == made
    assert load_crl(made.public_bytes(Encoding.PEM).decode()) == made
    for octets in (b"", b"\x30\x00", "text"):
        with pytest.raises(FormatError):
            load_crl(octets)
