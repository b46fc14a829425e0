"""GenerateAs2805KekValidation, as the partner's node in AWS's samples takes it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyexchange.crypto import TdesKey, has_odd_parity, odd_parity, xor
from keyexchange.secret import Secret
from tests.keyexchange.hsm.apc.data.desk import Desk

KEK = "0123456789ABCDEFFEDCBA9876543210"
KEK_3 = f"{KEK}0011223344556677"
MASKS = {"VARIANT_MASK_82": ("8282", "8484"), "VARIANT_MASK_82C0": ("82C0", "84C0")}
CALM = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def cipher(kek: str, mask: str) -> TdesKey:
    octets = bytes.fromhex(kek)
    return TdesKey(Secret(xor(octets, bytes.fromhex(mask) * (len(octets) // 2))))


def partner(kek: str, mask: str, sent: str) -> str:
    """What the other node answers: every bit of the random key turned over, parity made odd."""
    asking, answering = MASKS[mask]
    random_key = cipher(kek, asking).decrypt_cbc(bytes(8), bytes.fromhex(sent))
    turned = odd_parity(xor(random_key, b"\xff" * len(random_key)))
    return cipher(kek, answering).encrypt_cbc(bytes(8), turned).hex().upper()


def asked(key: str, mask: str, **kind: Any) -> dict[str, Any]:
    return {"KeyIdentifier": key, "RandomKeySendVariantMask": mask, "KekValidationType": kind}


@pytest.fixture(scope="module")
def keks(desk: Desk) -> dict[str, str]:
    return {KEK: desk.key("K0", "TDES_2KEY", "B", KEK), KEK_3: desk.key("K0", "TDES_3KEY", "B", KEK_3)}


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("kek", [KEK, KEK_3])
@pytest.mark.parametrize(
    ("wanted", "octets"),
    [
        ({"DeriveKeyAlgorithm": "TDES_2KEY"}, 16),
        ({"DeriveKeyAlgorithm": "TDES_3KEY"}, 24),
        ({"DeriveKeyAlgorithm": "TDES_3KEY", "RandomKeyMaxLength": "BYTES_16"}, 16),
        ({"DeriveKeyAlgorithm": "TDES_2KEY", "RandomKeyMaxLength": "BYTES_24"}, 16),
        ({"DeriveKeyAlgorithm": "TDES_2KEY", "RandomKeyMaxLength": "BYTES_8"}, 8),
    ],
)
def test_the_partner_arrives_at_the_answer_that_is_kept(
    desk: Desk, keks: dict[str, str], mask: str, kek: str, wanted: dict[str, str], octets: int
) -> None:
    answer = desk.ask("GenerateAs2805KekValidation", **asked(keks[kek], mask, KekValidationRequest=wanted))
    assert len(answer["RandomKeySend"]) == len(answer["RandomKeyReceive"]) == 2 * octets
    assert partner(kek, mask, answer["RandomKeySend"]) == answer["RandomKeyReceive"]
    assert answer["KeyArn"] == keks[kek]
    random_key = cipher(kek, MASKS[mask][0]).decrypt_cbc(bytes(8), bytes.fromhex(answer["RandomKeySend"]))
    assert has_odd_parity(random_key)


@CALM
@given(
    mask=st.sampled_from(sorted(MASKS)),
    random_key=st.sampled_from([8, 16, 24]).flatmap(lambda n: st.binary(min_size=n, max_size=n)),
)
def test_a_partners_random_key_is_answered(desk: Desk, keks: dict[str, str], mask: str, random_key: bytes) -> None:
    sent = cipher(KEK, MASKS[mask][0]).encrypt_cbc(bytes(8), random_key).hex()
    kind = {"KekValidationResponse": {"RandomKeySend": sent}}
    answer = desk.ask("GenerateAs2805KekValidation", **asked(keks[KEK], mask, **kind))
    assert answer["RandomKeyReceive"] == partner(KEK, mask, sent)
    assert answer["RandomKeySend"] == sent.upper()


def test_every_request_has_a_random_key_of_its_own(desk: Desk, keks: dict[str, str]) -> None:
    request = asked(keks[KEK], "VARIANT_MASK_82", KekValidationRequest={"DeriveKeyAlgorithm": "TDES_2KEY"})
    assert len({desk.ask("GenerateAs2805KekValidation", **request)["RandomKeySend"] for _ in range(10)}) == 10


@pytest.mark.parametrize("algorithm", ["AES_128", "HMAC_SHA256"])
def test_as2805_has_tdes_keys(desk: Desk, keks: dict[str, str], algorithm: str) -> None:
    request = asked(keks[KEK], "VARIANT_MASK_82", KekValidationRequest={"DeriveKeyAlgorithm": algorithm})
    assert "TDES" in desk.refused("GenerateAs2805KekValidation", **request)


@pytest.mark.parametrize(("usage", "algorithm"), [("K0", "AES_128"), ("K1", "TDES_2KEY"), ("P0", "TDES_2KEY")])
def test_it_takes_a_tdes_kek(desk: Desk, usage: str, algorithm: str) -> None:
    key = desk.key(usage, algorithm, "B")
    request = asked(key, "VARIANT_MASK_82", KekValidationRequest={"DeriveKeyAlgorithm": "TDES_2KEY"})
    assert "not allowed for this operation" in desk.refused("GenerateAs2805KekValidation", **request)


@pytest.mark.parametrize(("mode", "asks", "answers"), [("B", 1, 1), ("N", 1, 1), ("E", 1, 0), ("D", 0, 0)])
def test_a_kek_that_may_not_decrypt_answers_nothing(desk: Desk, mode: str, asks: bool, answers: bool) -> None:
    """A request is encrypted under the KEK twice; an answer is decrypted, and encrypted."""
    key = desk.key("K0", "TDES_2KEY", mode, KEK)
    for permitted, kind in (
        (asks, {"KekValidationRequest": {"DeriveKeyAlgorithm": "TDES_2KEY"}}),
        (answers, {"KekValidationResponse": {"RandomKeySend": "00" * 16}}),
    ):
        request = asked(key, "VARIANT_MASK_82", **kind)
        if permitted:
            desk.ask("GenerateAs2805KekValidation", **request)
        else:
            message = desk.refused("GenerateAs2805KekValidation", **request)
            assert message == "KeyModesOfUse not allowed for this operation"
