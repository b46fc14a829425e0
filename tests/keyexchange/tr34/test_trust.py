"""Senders and receivers are trusted by their authority, their purpose and the lists that came along."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keyexchange.errors import TrustError
from keyexchange.pki import OutdatedList, load
from keyexchange.tr34 import (
    build_kdh_credential,
    build_krd_credential,
    read,
    read_credential,
    verify_credential,
    verify_sender,
)
from tests.keyexchange.tr34.lab import certificate, crl, revocation_list, token_of
from tests.vectors import vectors

NOW = datetime(2030, 5, 17, tzinfo=UTC)
ROOT, KDH_CA, KRD_CA = certificate("root"), certificate("ca_kdh"), certificate("ca_krd")
KDH, KRD = certificate("kdh_2048"), certificate("krd_2048")
REVOKED = certificate("kdh_revoked")
OUTDATED = revocation_list("ca_kdh", until=NOW - timedelta(days=2))
OLDER = revocation_list("ca_kdh", until=NOW - timedelta(days=3))
REVOKING = revocation_list("ca_kdh", load(KDH).serial_number, until=NOW - timedelta(days=2))
TOKENS = {
    p.id: p.values[0] for p in (*vectors("tr34_computed", "key_token"), *vectors("tr34_computed", "refuse_token"))
}


def sender(name: str, kdh: str = "kdh_2048", **options: Any) -> Any:
    token = read(token_of(TOKENS[name]))
    return verify_sender(token, kdh_certificate=certificate(kdh), anchors=(ROOT,), at=NOW, **options)


def category(action: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(TrustError) as caught:
        action(*arguments, **options)
    return caught.value.category


def test_the_chain_and_the_list_may_come_with_the_token() -> None:
    report = sender("tr34-v-2012-with-chain-and-crl")
    assert report.path == ("CN=Vector Lab KDH 2048,O=Vector Lab,C=US", *report.path[1:])
    assert len(report.path) == 3
    assert report.unlisted == (report.path[1],)  # the root gave no list
    assert report.outdated == ()


def test_without_a_list_the_report_says_that_nothing_is_known() -> None:
    report = sender("tr34-v-2012-two-pass-01-P0T", issuers=(KDH_CA,))
    assert report.unlisted == report.path[:2]
    assert category(sender, "tr34-v-2012-two-pass-01-P0T") == "chain_untrusted"


def test_a_sender_on_the_list_in_its_own_token_is_refused() -> None:
    assert category(sender, "tr34-v-bad-2012-revoked-kdh", "kdh_revoked", issuers=(KDH_CA,)) == "revoked"


def test_a_list_from_outside_revokes_though_the_token_has_a_clean_one() -> None:
    assert category(sender, "tr34-v-2012-with-chain-and-crl", crls=(REVOKING,)) == "revoked"


def test_an_outdated_list_is_refused_unless_that_is_allowed_and_then_it_is_reported() -> None:
    credential = read_credential(build_kdh_credential(KDH, OUTDATED))
    ends: dict[str, Any] = {"purpose": "sign", "issuers": (KDH_CA,), "anchors": (ROOT,), "at": NOW}
    assert category(verify_credential, credential, **ends) == "crl_expired"
    report = verify_credential(credential, **ends, crls=(OLDER,), allow_outdated_crls=True)
    assert report.outdated == (OutdatedList("CN=Vector Lab KDH CA,O=Vector Lab,C=US", NOW - timedelta(days=2)),)
    assert report.unlisted == (report.path[1],)


def test_beside_a_current_list_an_outdated_one_needs_no_leave() -> None:
    credential = read_credential(build_kdh_credential(KDH, OUTDATED))
    report = verify_credential(
        credential, purpose="sign", issuers=(KDH_CA,), anchors=(ROOT,), at=NOW, crls=(crl(),), allow_outdated_crls=True
    )
    assert report.outdated == ()
    assert category(
        verify_credential,
        read_credential(build_kdh_credential(KDH, REVOKING)),
        purpose="sign",
        issuers=(KDH_CA,),
        anchors=(ROOT,),
        at=NOW,
        crls=(crl(),),
    ) == "revoked"  # fmt: skip


def test_a_revoked_kdh_is_refused_by_its_credential() -> None:
    credential = read_credential(build_kdh_credential(REVOKED, crl()))
    options: dict[str, Any] = {"purpose": "sign", "issuers": (KDH_CA,), "anchors": (ROOT,), "at": NOW}
    assert category(verify_credential, credential, **options, allow_outdated_crls=True) == "revoked"


def test_a_krd_credential_is_trusted_under_its_own_authority_only() -> None:
    credential = read_credential(build_krd_credential(KRD))
    report = verify_credential(credential, purpose="wrap", issuers=(KRD_CA,), anchors=(ROOT,), at=NOW)
    assert report.path[0].startswith("CN=Vector Lab KRD 2048")
    refusal = category(verify_credential, credential, purpose="wrap", anchors=(KDH_CA,), at=NOW)
    assert refusal == "chain_untrusted"


def test_a_certificate_that_may_only_sign_receives_no_keys() -> None:
    ders = {p.id: base64.b64decode(p.values[0]["inputs"]["certificate_b64"]) for p in vectors("tr34", "certificate")}
    kdh = ders["clover-cert-kdh_1"]
    crl_free = read_credential(build_krd_credential(KRD))
    signing = type(crl_free)(kdh, (), ())
    ends: dict[str, Any] = {"issuers": (ders["clover-cert-kdh_ca"],), "anchors": (ders["clover-cert-root"],), "at": NOW}
    assert len(verify_credential(signing, purpose="sign", **ends).path) == 3
    assert category(verify_credential, signing, purpose="wrap", **ends) == "purpose_mismatch"
