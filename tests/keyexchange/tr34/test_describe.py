"""A token in words: everything that can be told without a key."""

from __future__ import annotations

from keyexchange.tr34 import describe, read
from tests.keyexchange.tr34.lab import token_of
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
