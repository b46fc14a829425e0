"""What a plan refuses and warns of before anything is sent: nobody listens at any address of these."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyexchange.errors import RuleError, UnsupportedError
from keyexchange.hsm.server import Addresses
from tests.matrix.field import CONVENTIONS, Field, keys

AWAY = {"host": "192.0.2.1"}
TLS = {**AWAY, "tls": {}}
REAL = {"simulator_conventions": False}
SET_ASIDE = [{"rule": "kek-strength", "reason": "the test asks for the plan without the rule"}]
TDES, AES = keys(("P0", "TDES_3KEY", "B")), keys(("P0", "AES_256", "B"))
P256 = {"curve": "ECC_NIST_P256"}
BARE = [{**AES[0], "exportability": "S"}]
"""What a payShield gives away without a block around it."""
UNPROVEN = "nothing public shows TWKS"
OPEN = "nobody authenticates"
LOST = "KC, KP, LB, TC and TS"


@pytest.fixture
def field(tmp_path: Path) -> Field:
    ports = {"payshield": 9, "futurex": 9, "atalla": 9}
    nobody = Addresses("127.0.0.1", "http://127.0.0.1:9", ports, rehearsal_credentials=False)
    return Field(tmp_path, nobody, ("us-east-1", "us-east-2"))


WEAKER = {
    "the agreed key": (
        ("apc", "apc", "ecdh"),
        {"keys": AES, "ecdh": {"derive_key_algorithm": "AES_128"}},
        "the agreed key is AES_128",
    ),
    "a TDES agreed key": (
        ("futurex", "apc", "ecdh"),
        {"keys": AES, "ecdh": {"derive_key_algorithm": "TDES_3KEY"}},
        "the agreed key is TDES_3KEY",
    ),
    "the curve": (
        ("apc", "payshield", "ecdh"),
        {"keys": TDES, "ecdh": P256},
        "the curve of the key agreement is ECC_NIST_P256",
    ),
    "the receiver's RSA key": (
        ("software", "payshield", "rsa"),
        {"keys": BARE, "krd_section": {"receiving_key_bits": 3072}},
        "the receiver's wrapping key is RSA_3072",
    ),
    "the receiver's RSA key for a token": (
        ("apc", "futurex", "tr34"),
        {"kek": {"algorithm": "AES_128"}},
        "the receiver's wrapping key is RSA_2048",
    ),
    "the receiver's RSA key at AWS": (
        ("payshield", "apc", "rsa"),
        {"keys": BARE},
        "the receiver's wrapping key is RSA_2048",
    ),
}


@pytest.mark.parametrize(("sides", "said", "reason"), WEAKER.values(), ids=WEAKER)
def test_what_is_weaker_than_what_it_is_to_protect_is_refused(field, sides, said, reason):
    with pytest.raises(RuleError, match=reason) as refused:
        field.plan(*sides, **said)
    assert refused.value.rule == "kek-strength"
    assert refused.value.hint
    assert field.plan(*sides, **said, overrides=SET_ASIDE).overrides


def test_as_strong_is_strong_enough(field):
    ecdh = {"curve": "ECC_NIST_P256", "derive_key_algorithm": "AES_128"}
    assert field.plan("futurex", "apc", "ecdh", keys=keys(("P0", "AES_128", "B")), ecdh=ecdh)
    aes_128 = [{**keys(("P0", "AES_128", "B"))[0], "exportability": "S"}]
    assert field.plan("apc", "payshield", "rsa", keys=aes_128, krd_section={"receiving_key_bits": 3072})


def test_a_way_that_breaks_the_rule_is_not_proposed(field):
    with pytest.raises(UnsupportedError) as refused:
        field.plan("apc", "futurex", "rsa", keys=AES, ecdh={"derive_key_algorithm": "AES_128"}, krd_section=REAL)
    assert "--protocol ecdh" not in (refused.value.hint or "")
    with pytest.raises(RuleError) as weak:
        field.plan("apc", "payshield", "rsa", keys=BARE)
    assert "--protocol ecdh" in (weak.value.hint or "")
    with pytest.raises(RuleError) as by_kek:
        field.plan("apc", "payshield", None, keys=AES)
    assert "--protocol ecdh" in (by_kek.value.hint or "")


TERMS = {
    "hash as KDH": (("payshield", "apc"), {"ecdh": {"key_derivation_hash": "SHA_512"}}, "no hash SHA_512"),
    "hash as KRD": (("apc", "payshield"), {"ecdh": {"key_derivation_hash": "SHA_384"}}, "no hash SHA_384"),
    "another LMK": (("payshield", "apc"), {"kdh_section": {"key_block_lmk_identifier": "01"}}, "no LMK identifier"),
    "another LMK as KRD": (("apc", "payshield"), {"krd_section": {"key_block_lmk_identifier": "01"}}, "no LMK ident"),
    "a weaker curve as KDH": (("futurex", "apc"), {"ecdh": P256, "overrides": SET_ASIDE}, "SDDH derives no AES_256"),
    "a weaker curve as KRD": (("apc", "futurex"), {"ecdh": P256, "overrides": SET_ASIDE}, "SDDH derives no AES_256"),
}


@pytest.mark.parametrize(("sides", "said", "reason"), TERMS.values(), ids=TERMS)
def test_terms_that_a_side_has_not_are_refused(field, sides, said, reason):
    with pytest.raises(UnsupportedError, match=reason) as refused:
        field.plan(*sides, "ecdh", keys=TDES, **said)
    assert refused.value.hint
    assert "--protocol ecdh" not in refused.value.hint


def test_terms_that_a_payshield_has_are_planned(field):
    for identifier in (None, "00"):
        section = {"key_block_lmk_identifier": identifier}
        assert field.plan("payshield", "apc", "ecdh", keys=TDES, kdh_section=section)
    assert field.plan("payshield", "apc", "tr34", kdh_section={"key_block_lmk_identifier": "01"})


@pytest.mark.parametrize("vendor", ["payshield", "futurex", "atalla"])
def test_a_refusal_states_the_fact_and_the_hint_what_works(field, vendor):
    """Only who knows both sides can say what works: an APC sends no vendor's KEK."""
    with pytest.raises(UnsupportedError) as refused:
        field.plan("software", vendor, "tr34", krd_section=REAL)
    assert refused.value.message.endswith("takes a TR-34 token")
    assert "works" in (refused.value.hint or "")


WARNED = [
    (("apc", "futurex", "ecdh"), {"krd_section": {**AWAY, **REAL}}, {UNPROVEN, OPEN}),
    (("apc", "futurex", "ecdh"), {"krd_section": {**TLS, **REAL}}, {UNPROVEN}),
    (("apc", "futurex", "ecdh"), {"krd_section": {**TLS, **CONVENTIONS}}, set()),
    (("futurex", "apc", "ecdh"), {"kdh_section": TLS}, set()),
    (("apc", "payshield", "ecdh"), {"krd_section": {**AWAY, **REAL}}, {OPEN}),
    (("apc", "payshield", "rsa"), {"keys": [{**TDES[0], "exportability": "S"}], "krd_section": AWAY}, {OPEN}),
    (("apc", "payshield", "tr34"), {"krd_section": AWAY}, {OPEN}),
    (("apc", "atalla", "tr34"), {"krd_section": AWAY}, {OPEN}),
    (("payshield", "apc", None), {"kdh_section": AWAY}, {OPEN}),
    (("payshield", "apc", None), {"kdh_section": TLS}, set()),
    (("payshield", "apc", None), {}, set()),
]


def told(plan):
    return "\n".join((*plan.warnings, *plan.line_warnings))


def test_another_address_of_a_device_needs_no_new_approval(field):
    """A tunnel that is put in at night stops no run, though it changes what is warned of."""
    here, away = (field.plan("payshield", "apc", None, keys=TDES, kdh_section=section) for section in ({}, AWAY))
    assert OPEN in told(away)
    assert OPEN not in told(here)
    assert here.digest == away.digest


@pytest.mark.parametrize(("sides", "said", "expected"), WARNED)
def test_the_plan_warns_of_what_it_cannot_prove(field, sides, said, expected):
    warnings = told(field.plan(*sides, **{"keys": TDES, **said}))
    assert {what for what in (UNPROVEN, OPEN) if what in warnings} == expected


def test_a_plan_under_a_known_kek_warns_too(field):
    kek = {"tr31": {"kek": "1kDNE000,14FB26DD179D6AD587FA0181E599F6CC07F0C8D2AAA2334D,BB6AE577B37A1CD7"}}
    sections = {"kdh_section": {"tr31": {"kek": "alias/kek"}}, "krd_section": {**AWAY, **REAL, **kek}}
    warnings = told(field.plan("apc", "atalla", "tr31", keys=TDES, **sections))
    assert LOST in warnings
    assert OPEN not in warnings  # both hold the KEK: no public key is sent anywhere
