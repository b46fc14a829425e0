"""What the plan proposes when the protocol that was asked for does not work: only what the sides say they can."""

from __future__ import annotations

import pytest

from keyexchange.engine.sides import Sides
from keyexchange.engine.strengths import Strengths
from keyexchange.engine.ways import WITHOUT_KEK, Ways
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import AgreementTerms, KeyToMove
from keyexchange.protocols.tr31 import KEY_BLOCK, KNOWN_KEK
from keyexchange.protocols.tr34 import TWO_PASS

from .sides import NoAuthority

KEK = KeyToMove("kek", "", KeyAttributes("K1", KeyAlgorithm.TDES_3KEY, "B"))
KEY = KeyToMove("key", "", KeyAttributes("C0", KeyAlgorithm.TDES_2KEY, "C"))
OPTIONAL = {
    "offer_kdh_credential",
    "accept_sender",
    "accept_receiver",
    "trust_receiver",
    "seal_new_key",
    "make_kept_key",
    "offer_agreement_credential",
    "trust_peer",
}
"""Abilities that change which steps there are: these sides have none of them."""
WORKFLOWS = {"tr34": (TWO_PASS,), "tr31": (KNOWN_KEK, KEY_BLOCK), **WITHOUT_KEK}


class Able:
    """A side with the abilities of these protocols, or of none."""

    def __init__(self, name, sends=(), takes=(), *, refuses=(), refuses_keys=()):
        self.name, self.refuses, self.refuses_keys = name, refuses, refuses_keys
        for role, protocols in (("kdh", sends), ("krd", takes)):
            for step in (step for name in protocols for workflow in WORKFLOWS[name] for step in workflow.steps):
                if step.side == role and step.ability and step.ability not in OPTIONAL:
                    setattr(self, step.ability, None)

    def refusal(self, ability):
        return "it is switched off" if ability in self.refuses else None

    def key_refusal(self, _key, ability):
        return "it does not like the key" if ability in self.refuses_keys else None


TERMS = AgreementTerms(KeyAlgorithm.ECC_NIST_P521, "NIST_SP800", "SHA_256", KeyAlgorithm.AES_256, b"")


def ways(kdh, krd, refused, keys=(KEY,)):
    sides = Sides(kdh, krd, NoAuthority())
    return Ways(sides, KEK, keys, refused, Strengths(sides, KEK.attributes.algorithm, TERMS, set_aside=False))


def test_a_side_without_the_ability_is_named_with_its_reason_if_it_gives_one():
    export = next(step for step in KEY_BLOCK.steps if step.ability == "export_tr31")
    what = "a as KDH cannot export the key in a TR-31 block under the KEK, check its header"
    for side, said in (
        (Able("a", ("tr31",)), None),
        (Able("a"), what),
        (Able("a", refuses=("export_tr31",)), f"{what}: it is switched off"),
        (Able("a", ("tr31",), refuses=("export_tr31",)), f"{what}: it is switched off"),
    ):
        assert Sides(side, None, NoAuthority()).inability(export) == said


BOTH = "without --protocol a KEK goes by TR-34 and the keys under it by TR-31"


@pytest.mark.parametrize(
    ("common", "refused", "keys", "proposed"),
    [
        (("tr34", "tr31"), "ecdh", (KEY,), BOTH),
        (("tr34", "tr31"), "ecdh", (), "--protocol tr34"),
        (("rsa",), None, (KEY,), "--protocol rsa"),
        (("rsa", "ecdh"), "tr34", (), "--protocol rsa; or --protocol ecdh"),
        (("tr34", "tr31", "ecdh"), "rsa", (KEY,), f"{BOTH}; or --protocol ecdh"),
    ],
)
def test_what_both_sides_can_is_proposed(common, refused, keys, proposed):
    found = ways(Able("a", common), Able("b", (), common), refused, keys).in_one_run()
    assert found == f"this works for the two: {proposed}"


@pytest.mark.parametrize("refused", [None, "tr34", "rsa", "ecdh"])
def test_the_protocol_that_was_refused_is_not_proposed(refused):
    protocols = ("tr34", "tr31", "rsa", "ecdh")
    found = ways(Able("a", protocols), Able("b", (), protocols), refused).in_one_run()
    assert found is not None
    assert (f"--protocol {refused}" in found) is False
    assert (BOTH in found) is (refused not in (None, "tr34"))


@pytest.mark.parametrize(
    "sender",
    [
        Able("a", ("tr34",)),
        Able("a", ("tr34", "tr31"), refuses=("export_tr31",)),
        Able("a", ("tr34", "tr31"), refuses_keys=("export_tr31",)),
    ],
    ids=["no ability", "switched off", "not this key"],
)
def test_what_one_side_cannot_is_not_proposed(sender):
    found = ways(sender, Able("b", (), ("tr34", "tr31")), "rsa")
    assert found.any() is None


def test_a_kek_may_go_the_other_way():
    sender, receiver = Able("a", ("tr31",), ("tr34",)), Able("b", ("tr34",), ("tr31",))
    found = ways(sender, receiver, None)
    assert found.in_one_run() is None
    proposed = found.any()
    assert proposed is not None
    assert proposed.index("--kdh b --krd a --protocol tr34") < proposed.index("--kdh a --krd b --protocol tr31")


def test_a_kek_that_goes_the_other_way_is_proposed_beside_what_one_run_does():
    sender, receiver = Able("a", ("tr31", "rsa"), ("tr34",)), Able("b", ("tr34",), ("tr31", "rsa"))
    proposed = ways(sender, receiver, None).any()
    assert proposed is not None
    assert proposed.index("--protocol rsa") < proposed.index("--kdh b --krd a --protocol tr34")


def test_a_kek_may_be_there_already():
    proposed = ways(Able("a", ("tr31",)), Able("b", (), ("tr31",)), "ecdh").any()
    assert proposed is not None
    assert "hold already" in proposed
