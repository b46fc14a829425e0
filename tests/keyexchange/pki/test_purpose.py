"""A key is used for what its certificate says, where it says anything."""

from __future__ import annotations

from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509

from keyexchange.errors import FormatError, TrustError
from keyexchange.pki import Purpose, issue_leaf, issue_root, require_purpose, to_der, verify_chain
from tests.keyexchange.pki.authorities import NOW, ca, certificate, ec_key

ROOT_KEY, KEY = ec_key(), ec_key()
ROOT = issue_root("Root", ROOT_KEY, days=30, now=NOW)
OTHER: dict[Purpose, Purpose] = {"sign": "wrap", "wrap": "sign"}


def leaf(purpose: Purpose) -> bytes:
    return to_der(issue_leaf("Leaf", KEY.public_key(), ROOT, ROOT_KEY, purpose=purpose, days=9, now=NOW))


def repeated(*usages: set[str]) -> bytes:
    """A certificate that states its key usage more than once, which no library here would make."""
    value = asn1_x509.Certificate.load(certificate("Leaf", "Root", KEY.public_key(), ROOT_KEY))
    value["tbs_certificate"]["extensions"] = [
        {"extn_id": "key_usage", "critical": True, "extn_value": asn1_x509.KeyUsage(usage)} for usage in usages
    ]
    return bytes(value.dump(force=True))


@pytest.mark.parametrize("purpose", OTHER)
def test_one_purpose_is_not_the_other(purpose: Purpose) -> None:
    require_purpose(leaf(purpose), purpose)
    with pytest.raises(TrustError) as caught:
        require_purpose(leaf(OTHER[purpose]), purpose)
    assert caught.value.category == "purpose_mismatch"
    assert {"sign": "digitalSignature", "wrap": "keyEncipherment"}[purpose] in caught.value.message


@pytest.mark.parametrize("purpose", OTHER)
def test_a_chain_is_held_to_the_purpose_of_its_leaf_when_asked(purpose: Purpose) -> None:
    other = leaf(OTHER[purpose])
    assert verify_chain(other, (), (to_der(ROOT),), at=NOW).path == ("CN=Leaf", "CN=Root")
    verify_chain(other, (), (to_der(ROOT),), at=NOW, purpose=OTHER[purpose])
    with pytest.raises(TrustError) as caught:
        verify_chain(other, (), (to_der(ROOT),), at=NOW, purpose=purpose)
    assert caught.value.category == "purpose_mismatch"


@pytest.mark.parametrize("purpose", OTHER)
@pytest.mark.parametrize("extensions", [(), ((x509.BasicConstraints(ca=False, path_length=None), True),)])
def test_a_certificate_that_states_nothing_may_be_used(purpose: Purpose, extensions: tuple[Any, ...]) -> None:
    require_purpose(certificate("Leaf", "Root", KEY.public_key(), ROOT_KEY, *extensions), purpose)


def test_a_usage_that_is_repeated_must_allow_it_each_time() -> None:
    sign, wrap = {"digital_signature"}, {"key_encipherment"}
    require_purpose(repeated(sign, sign | wrap), "sign")
    for purpose in OTHER:
        with pytest.raises(TrustError):
            require_purpose(repeated(sign, wrap), purpose)


def test_a_usage_that_cannot_be_read_is_refused() -> None:
    strange = (x509.UnrecognizedExtension(x509.KeyUsage.oid, b"\x05\x00"), True)
    with pytest.raises(FormatError) as caught:
        require_purpose(certificate("Leaf", "Root", KEY.public_key(), ROOT_KEY, strange), "sign")
    assert caught.value.category == "structure"


@pytest.mark.parametrize("octets", [b"", b"\x30\x00"])
def test_octets_that_are_no_certificate_are_refused(octets: bytes) -> None:
    with pytest.raises(FormatError):
        require_purpose(octets, "sign")


@pytest.mark.parametrize("purpose", OTHER)
def test_an_authority_s_certificate_is_for_neither_purpose(purpose: Purpose) -> None:
    authority = certificate("CA", "Root", KEY.public_key(), ROOT_KEY, ca())
    verify_chain(authority, (), (to_der(ROOT),), at=NOW)
    for more in ({}, {"allow_other_purpose": True}):
        with pytest.raises(TrustError, match="authority") as caught:
            verify_chain(authority, (), (to_der(ROOT),), at=NOW, purpose=purpose, **more)
        assert caught.value.category == "purpose_mismatch"
    with pytest.raises(TrustError, match="authority"):
        require_purpose(authority, purpose)


@pytest.mark.parametrize("purpose", OTHER)
def test_a_certificate_that_signed_itself_may_call_itself_an_authority(purpose: Purpose) -> None:
    """`openssl req -x509` makes no other."""
    alone = certificate("KDH", "KDH", KEY.public_key(), KEY, ca())
    assert verify_chain(alone, (), (alone,), at=NOW, purpose=purpose).path == ("CN=KDH",)
