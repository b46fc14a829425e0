"""Keys arrive, each once, with equal check values, under both kinds of LMK."""

from __future__ import annotations

import secrets

from adapters.payshield.lmk import KeyBlockLmk
from keyexchange import pki
from keyexchange.crypto import rsa
from keyexchange.secret import Secret
from keyexchange.tr31 import Header
from tests.keyexchange.hsm.kdh import Party, establish, now
from tests.main_job.site import Site

KCV = "08D7B4"
VARIANT_KEYS = [
    {"name": "bdk", "key": "U8E3D3E2FD5919657F05A1AA90D32A014", "usage": "B0", "mode_of_use": "X"},
    {"name": "zpk", "key": "U063A0E7C0F2124E56192A4510F395ED7", "usage": "P0", "mode_of_use": "B", "key_type": "001"},
    {"name": "cvk", "key": "U9B4934384B19946B040CD702B4D58145", "usage": "C0", "mode_of_use": "C"},
    {"name": "mk-ac", "key": "U7475636CC30B93B493CF5EA53799EBCC", "usage": "E0", "mode_of_use": "X"},
    {"name": "zek", "key": "U71CE6CBA2A7DC746208CDCE553747808", "usage": "D0", "mode_of_use": "B", "key_type": "00A"},
]
"""Golden cryptograms of one clear key under the published test LMK; provenance: computed, key type by key type."""


def test_a_kek_by_tr34_and_keys_by_tr31_arrive_with_equal_check_values(site: Site) -> None:
    report = site.run()
    assert report.state == "finished"
    arrived = site.arrived()
    assert {name: len(keys) for name, keys in arrived.items()} == {"kek": 1, "bdk": 1, "cvk": 1}
    assert arrived["kek"][0]["KeyAttributes"]["KeyUsage"] == "TR31_K1_KEY_BLOCK_PROTECTION_KEY"
    assert arrived["kek"][0]["KeyAttributes"]["KeyAlgorithm"] == "TDES_3KEY"
    assert arrived["cvk"][0]["KeyAttributes"]["KeyUsage"] == "TR31_C0_CARD_VERIFICATION_KEY"
    by_name = {key.name: key for key in report.keys}
    for name, keys in arrived.items():
        assert by_name[name].kcv_sender == keys[0]["KeyCheckValue"] == by_name[name].kcv_receiver
    alias = site.client.get_alias(AliasName="alias/bdk")["Alias"]
    assert alias["KeyArn"] == arrived["bdk"][0]["KeyArn"]


def test_keys_under_the_variant_lmk_arrive_with_the_published_check_value(site: Site) -> None:
    keys = [{"algorithm": "TDES_2KEY", "kcv": KCV, **key} for key in VARIANT_KEYS]
    kek = {"algorithm": "TDES_2KEY"}
    site.run(keys=keys, kek=kek, payshield={"variant_lmk": True})
    arrived = site.arrived()
    assert {name: k[0]["KeyCheckValue"] for name, k in arrived.items() if name != "kek"} == dict.fromkeys(
        (str(key["name"]) for key in VARIANT_KEYS), KCV
    )


def test_a_second_run_uses_the_kek_and_the_trust_of_the_first(site: Site) -> None:
    first = site.run(keys=[])
    kek = site.arrived()["kek"][0]["KeyArn"]
    assert first.kek is not None
    established = {
        "payshield": {"tr31": {"kek": first.kek.sender}},
        "apc": {"tr31": {"kek": kek}},
    }
    assert first.kek.receiver == kek
    report = site.run(protocol="tr31", **established)
    assert report.state == "finished"
    assert {name: len(keys) for name, keys in site.arrived().items()} == {"kek": 1, "bdk": 1, "cvk": 1}


def test_a_kek_that_only_wraps_may_have_another_mode_than_the_file_says(site: Site) -> None:
    """AWS's own sample makes its KEK with mode N, and the file need not know."""
    first = site.run(keys=[], kek={"mode_of_use": "N", "exportability": "E"})
    assert first.kek is not None
    sides = {"payshield": {"tr31": {"kek": first.kek.sender}}, "apc": {"tr31": {"kek": first.kek.receiver}}}
    assert site.run(protocol="tr31", **sides).state == "finished"


def test_an_aes_kek_moves_aes_and_tdes_keys_in_version_d(site: Site) -> None:
    """The KEK is at both ends before the run, as an exchange by ECDH would leave it."""
    kek, lmk = secrets.token_bytes(16), KeyBlockLmk.aes_test()
    established = establish(site.client, new_party(), "RSA_3072")
    arn = established.send(kek, "D9999K1AB00E0000")["KeyArn"]
    reference = lmk.wrap(Header("1", "K1", "A", "B"), Secret(kek))
    keys = [
        {"name": "mac", "usage": "M6", "algorithm": "AES_128", "mode_of_use": "C"},
        {"name": "pek", "usage": "P0", "algorithm": "AES_128", "mode_of_use": "B"},
        {"name": "cvk", "usage": "C0", "algorithm": "TDES_2KEY", "mode_of_use": "C"},
    ]
    report = site.run(
        keys=keys,
        kek={"algorithm": "AES_128"},
        payshield={"tr31": {"kek": reference}},
        apc={"tr31": {"kek": arn}},
    )
    assert report.state == "finished"
    assert {carrier.variety for carrier in report.carriers} == {"D"}
    arrived = {key["KeyArn"]: key for key in site.client.list_keys()["Keys"]}
    for line in report.keys:
        if line.name != "kek":
            assert arrived[line.reference]["KeyCheckValue"] == line.kcv_sender


def new_party() -> Party:
    root_key, key = rsa.generate(2048), rsa.generate(2048)
    root = pki.issue_root("root of the test", root_key, days=9, now=now())
    leaf = pki.issue_leaf("KDH", key.public_key(), root, root_key, purpose="sign", days=9, now=now())
    return Party(root_key, root, key, leaf)
