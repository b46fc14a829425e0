"""A token in words: everything that can be told without a key."""

from __future__ import annotations

from datetime import UTC, datetime

from keyexchange.crypto.rsa import sign_pkcs1_sha256
from keyexchange.pki import issuer_and_serial
from keyexchange.tr34 import (
    Signer,
    build_ca_rebind,
    build_ca_unbind,
    build_kdh_credential,
    build_kdh_unbind,
    describe,
    describe_binding,
    describe_credential,
    read,
    read_binding,
    read_credential,
)
from tests.keyexchange.tr34.lab import certificate, crl, private_key, token_of
from tests.vectors import vectors

KEY_TOKENS = {parameter.id: parameter.values[0] for parameter in vectors("tr34_computed", "key_token")}


def facts(name: str) -> dict[str, str]:
    return dict(describe(read(token_of(KEY_TOKENS[name]))))


def test_a_two_pass_token() -> None:
    assert facts("tr34-v-2012-two-pass-02-K1T") == {
        "layout": "x9_tr34_2012",
        "KDH certificate (signer)": "CN=Vector Lab KDH CA,O=Vector Lab,C=US, serial number 0x7a00000010",
        "KRD certificate (recipient)": "CN=Vector Lab KRD CA,O=Vector Lab,C=US, serial number 0x7a00000022",
        "key block header": "D9999K1TD00S0000",
        "random nonce (two-pass)": "65E2636EB5ED7C561D6648EA82FAA558",
        "message digest": "SHA-256, 32 octets",
        "signature": "RSASSA-PKCS1-v1_5 with SHA-256, 256 octets",
        "key encryption": "RSAES-OAEP with sha256, MGF1 with sha256",
        "wrapped content key": "512 octets",
        "content encryption": "des-ede3-cbc",
        "encrypted key block": "136 octets",
        "carried certificates": "0",
        "carried revocation lists": "0",
        "tolerated": "signed-attributes-unsorted",
    }


def test_a_one_pass_token_with_a_revocation_list() -> None:
    found = facts("tr34-v-cms-one-pass-crl")
    assert found["layout"] == "cms"
    assert found["signing time (one-pass)"] == "2024-07-25 04:30:00 UTC"
    assert found["carried revocation lists"] == "1"
    assert "random nonce (two-pass)" not in found


def test_a_credential() -> None:
    assert describe_credential(read_credential(build_kdh_credential(certificate("kdh_2048"), crl()))) == [
        ("certificate", "CN=Vector Lab KDH 2048,O=Vector Lab,C=US"),
        ("revocation lists", "1"),
    ]


def test_binding_tokens() -> None:
    kdh_id, krd_id = issuer_and_serial(certificate("kdh_2048")), issuer_and_serial(certificate("krd_2048"))
    kdh = Signer(kdh_id, lambda octets: sign_pkcs1_sha256(private_key("kdh_2048"), octets))
    rebind = build_ca_rebind(
        krd_id=krd_id,
        kdh_id=kdh_id,
        new_kdh=certificate("kdh_3072"),
        crls=(crl(),),
        signing_time=datetime(2030, 5, 17, tzinfo=UTC),
        authority=kdh,
    )
    found = dict(describe_binding(read_binding(rebind)))
    assert found["form"] == "ca-rebind"
    assert found["KDH certificate bound so far"].startswith("CN=Vector Lab KDH CA,")
    assert found["KDH certificate to bind"].startswith("CN=Vector Lab KDH 3072,")
    assert found["signing time (one-pass)"] == "2030-05-17 00:00:00 UTC"
    assert found["carried revocation lists"] == "1"
    unbind = dict(describe_binding(read_binding(build_kdh_unbind(krd_id=krd_id, nonce=bytes(8), kdh=kdh))))
    assert unbind["random nonce (two-pass)"] == "0" * 16
    assert "KDH certificate to bind" not in unbind
    ca_unbind = dict(describe_binding(read_binding(build_ca_unbind(krd_id=krd_id, kdh_id=kdh_id, authority=kdh))))
    assert ca_unbind["KRD certificate"].startswith("CN=Vector Lab KRD CA,")
