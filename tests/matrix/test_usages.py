"""Keys of every usage that AWS Payment Cryptography imports, of every algorithm: all that a way can carry at once.

Whatever a vendor has no name for is refused by the plan, with the reason.
"""

from __future__ import annotations

from typing import Any

import pytest

from keyexchange.crypto import new_des_key
from keyexchange.engine.report import Report
from keyexchange.errors import RuleError, UnsupportedError
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from tests.matrix.benches import bench
from tests.matrix.field import CONVENTIONS, Field, keys

Kind = tuple[str, str, str]

TDES, AES, HMAC = ("TDES_2KEY", "TDES_3KEY"), ("AES_128", "AES_192", "AES_256"), ("HMAC_SHA256",)
USAGES = {
    **dict.fromkeys(("B0", "E0", "E1", "E2", "E4", "E5", "E6"), ("X", (TDES, AES))),
    **dict.fromkeys(("K0", "K1", "P0"), ("B", (TDES, AES))),
    **dict.fromkeys(("C0", "V1", "V2"), ("C", (TDES, AES))),
    **dict.fromkeys(("M0", "M1", "M3"), ("C", (TDES,))),
    "M6": ("C", (TDES, AES)),
    "M7": ("C", (HMAC,)),
    "P1": ("G", (TDES, AES)),
}
"""By usage: mode of use, families of algorithms that the service takes for it."""
KINDS: list[Kind] = [
    *(
        (usage, family[number % len(family)], mode)
        for number, (usage, (mode, families)) in enumerate(USAGES.items())
        for family in families
    ),
    *(("D0", algorithm, "B") for algorithm in TDES + AES),
]
"""Every usage with one key of each family, the sizes in turn; data keys in all sizes."""
AES_KEK = ("K1", "AES_256", "B")
OF_128_BITS = [kind for kind in KINDS if KeyAlgorithm(kind[1]).strength <= 128]
"""No RSA key that the service wraps under is worth more, but for RSA-4096 with 150 bits."""
UNDER_RSA = {"krd_section": {"wrapping_key_algorithm": "RSA_3072"}}
SET_ASIDE = [{"rule": "kek-strength", "reason": "the test asks for what the device says, not for what the rule says"}]

NAMELESS: dict[str, list[tuple[tuple[str, ...], tuple[str, ...], str]]] = {
    "payshield": [((), HMAC, "a payShield makes and takes TDES and AES keys this way, no {algorithm} keys")],
    "futurex": [((), HMAC, "it makes and holds TDES and AES keys, no {algorithm} keys")],
    "atalla": [
        ((), AES + HMAC, "an Atalla with a TDES master file key holds no {algorithm} keys"),
        (("P1",), (), "no Atalla header is known for key usage P1"),
    ],
}
"""By vendor: usages and algorithms (none: any) that it has no name for, and what the plan says."""


def reason(side: str, kind: Kind) -> str | None:
    """Why a vendor has no name for a key; None when it has one."""
    usage, algorithm, _ = kind
    for usages, algorithms, words in NAMELESS.get(side, ()):
        if (not usages or usage in usages) and (not algorithms or algorithm in algorithms):
            return words.format(algorithm=algorithm)
    return None


def named(side: str) -> list[Kind]:
    return [kind for kind in KINDS if reason(side, kind) is None]


def require_arrived(field: Field, krd: str, kinds: list[Kind], report: Report) -> None:
    """Each key has its check value, and is to the receiver what it was to the sender."""
    lines = {line.name: line for line in report.keys}
    assert report.state == "finished"
    with bench(field, krd, "krd") as receiver:
        for usage, algorithm, mode in kinds:
            line = lines[f"{usage}-{algorithm}"]
            sent = KeyAttributes(usage, KeyAlgorithm(algorithm), mode)
            assert line.equal
            assert receiver.told(line.reference, sent) == (usage, sent.algorithm.letter, mode)


def under_agreed_kek(field: Field, kdh: str, krd: str) -> dict[str, Any]:
    """An AES-256 KEK goes by ECDH, with a curve as strong; the sections that name it for TR-31."""
    with bench(field, kdh, "kdh") as sender:
        usage, algorithm, mode = AES_KEK
        reference, _ = sender.new(KeyAttributes(usage, KeyAlgorithm(algorithm), mode))
    entry = keys(AES_KEK)[0] | {"name": "agreed", "key": reference}
    (line,) = field.run(kdh, krd, "ecdh", keys=[entry]).keys
    assert line.equal
    return _known(reference, line.reference) | {"kek": {"algorithm": algorithm}}


def under_given_kek(field: Field, kdh: str, krd: str) -> dict[str, Any]:
    """A TDES KEK lies at both sides; the sections that name it for TR-31."""
    attributes, secret = KeyAttributes("K1", KeyAlgorithm.TDES_3KEY, "B"), new_des_key(24)
    with bench(field, kdh, "kdh") as sender, bench(field, krd, "krd") as receiver:
        return _known(sender.put(attributes, secret), receiver.put(attributes, secret))


def _known(sender: str, receiver: str) -> dict[str, Any]:
    return {"kdh_section": {"tr31": {"kek": sender}}, "krd_section": {"tr31": {"kek": receiver}}}


@pytest.mark.parametrize("kdh", ["apc", "software"])
@pytest.mark.parametrize("protocol", ["tr31", "ecdh", "rsa"])
def test_aws_takes_every_usage_and_algorithm_from_aws(field: Field, kdh: str, protocol: str) -> None:
    kinds = OF_128_BITS if protocol == "rsa" else KINDS
    how = under_agreed_kek(field, kdh, "apc") if protocol == "tr31" else UNDER_RSA if protocol == "rsa" else {}
    report = field.run(kdh, "apc", protocol, keys=keys(*kinds), **how)
    require_arrived(field, "apc", kinds, report)


VENDOR_PAIRS = [
    *(pair for vendor in ("payshield", "futurex", "atalla") for pair in ((vendor, "apc"), ("apc", vendor))),
    ("payshield", "futurex"),
    ("futurex", "payshield"),
    ("payshield", "atalla"),
    ("atalla", "futurex"),
]


@pytest.mark.parametrize(("kdh", "krd"), VENDOR_PAIRS)
def test_whatever_both_sides_have_a_name_for_goes_by_tr31(field: Field, kdh: str, krd: str) -> None:
    kinds = [kind for kind in named(kdh) if reason(krd, kind) is None]
    establish = under_given_kek if "atalla" in (kdh, krd) else under_agreed_kek
    report = field.run(kdh, krd, "tr31", keys=keys(*kinds), **establish(field, kdh, krd))
    require_arrived(field, krd, kinds, report)


@pytest.mark.parametrize(
    ("kdh", "krd", "protocol"),
    [
        (*pair, protocol)
        for pair in VENDOR_PAIRS[:6]
        for protocol in (None, "ecdh")
        if not (protocol and "atalla" in pair)
    ],
)
def test_what_a_vendor_has_no_name_for_is_refused_by_the_plan(
    field: Field, kdh: str, krd: str, protocol: str | None
) -> None:
    vendor = krd if kdh == "apc" else kdh
    sections = {"kdh_section" if vendor == kdh else "krd_section": CONVENTIONS}
    refused = {kind: words for kind in KINDS if (words := reason(vendor, kind)) is not None}
    assert refused
    for kind, words in refused.items():
        with pytest.raises(UnsupportedError) as caught:
            field.plan(kdh, krd, protocol, keys=keys(kind), overrides=SET_ASIDE, **sections)
        assert words in caught.value.message


def test_an_rsa_key_that_is_weaker_than_the_key_carries_nothing(field: Field) -> None:
    with pytest.raises(RuleError, match="kek-strength"):
        field.run("apc", "apc", "rsa", keys=keys(("D0", "AES_128", "B")))
