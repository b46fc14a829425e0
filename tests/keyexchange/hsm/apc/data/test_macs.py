"""GenerateMac and VerifyMac against published figures, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyexchange.errors import KeyExchangeError, MismatchError
from keyexchange.payment import Padding
from tests.keyexchange.hsm.apc.data.desk import Desk
from tests.vectors import vectors

KEY = "0123456789ABCDEFFEDCBA9876543210"
AES_BDK = "FEDCBA9876543210F1F1F1F1F1F1F1F1"
TDES_KSN, AES_KSN = "FFFF9876543210E00001", "123456789012345600000001"
SIZES = {"tdes": {16: "TDES_2KEY", 24: "TDES_3KEY"}, "aes": {16: "AES_128", 24: "AES_192", 32: "AES_256"}}
ALGORITHMS = {
    "iso9797_1": ("M1", "tdes", "ISO9797_ALGORITHM1"),
    "iso9797_3": ("M3", "tdes", "ISO9797_ALGORITHM3"),
    "cmac_aes": ("M6", "aes", "CMAC"),
    "cmac_tdes": ("M6", "tdes", "CMAC"),
    **{f"hmac_sha{bits}": ("M7", f"HMAC_SHA{bits}", f"HMAC_SHA{bits}") for bits in (224, 256, 384, 512)},
}
DUKPT = {"iso9797_1": "DukptIso9797Algorithm1", "iso9797_3": "DukptIso9797Algorithm3", "cmac_tdes": "DukptCmac"}
LONGEST_STATED = 32

LEAST_KEY = 28
"""Digits: 112 bits."""


def taken(vector: Any) -> bool:
    """Whether the service takes the message: none is empty, and a CMAC's has eight octets; and the key: RFC 4231's
    second one, of four octets, is too short to be kept in a key block."""
    inputs = vector.values[0]["inputs"]
    least = 16 if inputs["algorithm"].startswith("cmac") else 2
    return len(inputs["data"]) >= least and len(inputs["key"]) >= LEAST_KEY


def message(inputs: dict[str, Any]) -> str:
    """The message as a caller sends it: padded by the methods that the service does not do."""
    data = bytes.fromhex(inputs["data"])
    return (Padding(inputs["padding"]).apply(data, 8) if inputs.get("padding") else data).hex()


def length_of(inputs: dict[str, Any]) -> dict[str, int]:
    return {"MacLength": inputs["length"]} if inputs["length"] <= LONGEST_STATED else {}


@pytest.mark.parametrize("vector", [each for each in vectors("mac", "mac") if taken(each)])
def test_macs_are_those_of_the_source(vector: dict[str, Any], desk: Desk) -> None:
    inputs = vector["inputs"]
    usage, kind, name = ALGORITHMS[inputs["algorithm"]]
    sized = SIZES[kind][len(inputs["key"]) // 2] if kind in SIZES else kind
    request = {"KeyIdentifier": desk.key(usage, sized, "C", inputs["key"]), "MessageData": message(inputs)}
    answer = desk.ask("GenerateMac", **request, GenerationAttributes={"Algorithm": name}, **length_of(inputs))
    assert answer["Mac"] == vector["expected"]["mac"]
    desk.ask("VerifyMac", **request, VerificationAttributes={"Algorithm": name}, Mac=answer["Mac"], **length_of(inputs))


@pytest.mark.parametrize("vector", vectors("mac", "dukpt_mac"))
def test_dukpt_macs_are_those_of_the_source(vector: dict[str, Any], desk: Desk) -> None:
    inputs = vector["inputs"]
    variant = inputs["variant"].removeprefix("mac_").upper()
    attributes = {DUKPT[inputs["algorithm"]]: {"KeySerialNumber": inputs["ksn"], "DukptKeyVariant": variant}}
    key = desk.key("B0", "TDES_2KEY", "X", inputs["bdk"])
    answer = desk.ask(
        "GenerateMac",
        KeyIdentifier=key,
        MessageData=message(inputs),
        GenerationAttributes=attributes,
        MacLength=inputs["length"],
    )
    assert answer["Mac"] == vector["expected"]["mac"]


MODES = {"common": ("EMV_COMMON_SESSION_KEY", "MASTERCARD_SESSION_KEY"), "visa_sm": ("VISA", "AMEX")}


@pytest.mark.parametrize("vector", vectors("emv", "script_mac"))
def test_script_macs_are_those_of_the_source(vector: dict[str, Any], desk: Desk) -> None:
    inputs = vector["inputs"]
    value = (
        {"ApplicationCryptogram": inputs["r"]} if "r" in inputs else {"ApplicationTransactionCounter": inputs["atc"]}
    )
    for mode in MODES[inputs["sk_method"]]:
        answer = desk.ask(
            "GenerateMac",
            KeyIdentifier=desk.key("E2", "TDES_2KEY", "X", inputs["imk"]),
            MessageData=message(inputs),
            GenerationAttributes={"EmvMac": emv(mode, value, inputs)},
            MacLength=len(vector["expected"]["mac"]) // 2,
        )
        assert answer["Mac"] == vector["expected"]["mac"]


def emv(mode: str, value: dict[str, str], inputs: dict[str, Any]) -> dict[str, Any]:
    return {
        "MajorKeyDerivationMode": f"EMV_OPTION_{inputs.get('mk_option', 'A')}",
        "PrimaryAccountNumber": inputs["pan"],
        "PanSequenceNumber": inputs["psn"],
        "SessionKeyDerivationMode": mode,
        "SessionKeyDerivationValue": value,
    }


@pytest.mark.parametrize(
    ("usage", "algorithm", "attributes", "octets"),
    [
        ("M1", "TDES_2KEY", {"Algorithm": "ISO9797_ALGORITHM1"}, 4),
        ("M3", "TDES_3KEY", {"Algorithm": "ISO9797_ALGORITHM3"}, 4),
        ("M0", "TDES_2KEY", {"Algorithm": "AS2805_4_1"}, 4),
        ("M6", "TDES_2KEY", {"Algorithm": "CMAC"}, 8),
        ("M6", "AES_256", {"Algorithm": "CMAC"}, 16),
        ("M7", "HMAC_SHA224", {"Algorithm": "HMAC"}, 28),
        ("M7", "HMAC_SHA512", {"Algorithm": "HMAC_SHA512"}, 64),
        ("M7", "AES_128", {"Algorithm": "HMAC_SHA384"}, 48),
        ("M7", "TDES_2KEY", {"Algorithm": "HMAC"}, 32),
    ],
)
def test_without_a_length_a_mac_has_its_usual_one(
    usage: str, algorithm: str, attributes: dict[str, str], octets: int, desk: Desk
) -> None:
    request = {"KeyIdentifier": desk.key(usage, algorithm, "C"), "MessageData": "31" * 16}
    answer = desk.ask("GenerateMac", **request, GenerationAttributes=attributes)
    assert len(answer["Mac"]) == 2 * octets
    desk.ask("VerifyMac", **request, VerificationAttributes=attributes, Mac=answer["Mac"])


def test_a_retail_mac_of_four_octets_begins_the_one_of_eight(desk: Desk) -> None:
    request = {
        "KeyIdentifier": desk.key("M3", "TDES_2KEY", "C", KEY),
        "MessageData": "3b31303838",
        "GenerationAttributes": {"Algorithm": "ISO9797_ALGORITHM3"},
    }
    whole = desk.ask("GenerateMac", **request, MacLength=8)["Mac"]
    assert desk.ask("GenerateMac", **request)["Mac"] == whole[:8]


def test_both_lengths_of_a_retail_mac_verify(desk: Desk) -> None:
    attributes = {"Algorithm": "ISO9797_ALGORITHM3"}
    request = {"KeyIdentifier": desk.key("M3", "TDES_2KEY", "C"), "MessageData": "31" * 8}
    whole = desk.ask("GenerateMac", **request, GenerationAttributes=attributes, MacLength=8)["Mac"]
    for digits in (8, 16):
        desk.ask("VerifyMac", **request, VerificationAttributes=attributes, Mac=whole[:digits])
    assert "8 or 16" in desk.refused("VerifyMac", **request, VerificationAttributes=attributes, Mac=whole[:12])
    desk.ask("VerifyMac", **request, VerificationAttributes=attributes, Mac=whole[:12], MacLength=6)
    stated = desk.refused("VerifyMac", **request, VerificationAttributes=attributes, Mac=whole[:12], MacLength=8)
    assert stated == "Mac has 6 octets and MacLength is 8"


def test_a_changed_mac_does_not_verify(desk: Desk) -> None:
    request = {"KeyIdentifier": desk.key("M6", "AES_128", "C"), "MessageData": "31" * 8}
    mac = desk.ask("GenerateMac", **request, GenerationAttributes={"Algorithm": "CMAC"})["Mac"]
    wrong = f"{int(mac, 16) ^ 1:032X}"
    with pytest.raises(MismatchError) as failure:
        desk.ask("VerifyMac", **request, VerificationAttributes={"Algorithm": "CMAC"}, Mac=wrong)
    assert failure.value.reason == "mac"


def test_what_the_service_says_of_messages_holds(desk: Desk) -> None:
    """CMAC takes eight octets and more; under DUKPT and EMV keys nothing is padded."""
    cmac = {"KeyIdentifier": desk.key("M6", "AES_128", "C"), "GenerationAttributes": {"Algorithm": "CMAC"}}
    assert "8 or more" in desk.refused("GenerateMac", **cmac, MessageData="31" * 7)
    bdk = desk.key("B0", "AES_128", "X", AES_BDK)
    ksn = {"KeySerialNumber": AES_KSN, "DukptKeyVariant": "REQUEST"}
    for member, kind, octets, block in (
        ("DukptIso9797Algorithm1", "AES_128", 24, 16),
        ("DukptIso9797Algorithm1", "TDES_2KEY", 12, 8),
        ("DukptIso9797Algorithm3", "TDES_2KEY", 12, 8),
    ):
        attributes = {member: {**ksn, "DukptDerivationType": kind}}
        refusal = desk.refused(
            "GenerateMac", KeyIdentifier=bdk, GenerationAttributes=attributes, MessageData="31" * octets
        )
        assert refusal == f"MessageData must be padded to a multiple of {block} octets"
    card = {"pan": "4111111111111111", "psn": "00"}
    attributes = {"EmvMac": emv("VISA", {"ApplicationTransactionCounter": "0001"}, card)}
    key = desk.key("E2", "TDES_2KEY", "X")
    assert "multiple of 8" in desk.refused(
        "GenerateMac", KeyIdentifier=key, GenerationAttributes=attributes, MessageData="31"
    )


@pytest.mark.parametrize("mode", ["EMV_COMMON_SESSION_KEY", "MASTERCARD_SESSION_KEY"])
def test_a_mode_takes_its_own_session_value(mode: str, desk: Desk) -> None:
    card = {"pan": "4111111111111111", "psn": "00"}
    attributes = {"EmvMac": emv(mode, {"ApplicationTransactionCounter": "0001"}, card)}
    refusal = desk.refused(
        "GenerateMac",
        KeyIdentifier=desk.key("E2", "TDES_2KEY", "X"),
        GenerationAttributes=attributes,
        MessageData="31" * 8,
    )
    assert refusal.endswith("with ApplicationCryptogram")


def test_the_hash_of_an_hmac_key_is_the_keys(desk: Desk) -> None:
    key = desk.key("M7", "HMAC_SHA256", "C")
    refusal = desk.refused(
        "GenerateMac", KeyIdentifier=key, GenerationAttributes={"Algorithm": "HMAC_SHA512"}, MessageData="31"
    )
    assert "HMAC_SHA256" in refusal


def test_a_mac_is_no_longer_than_it_is(desk: Desk) -> None:
    key = desk.key("M3", "TDES_2KEY", "C")
    attributes = {"Algorithm": "ISO9797_ALGORITHM3"}
    assert "MacLength 9" in desk.refused(
        "GenerateMac", KeyIdentifier=key, GenerationAttributes=attributes, MessageData="31", MacLength=9
    )


def test_dukpt_refuses_what_its_key_does_not_derive(desk: Desk) -> None:
    tdes, aes = desk.key("B0", "TDES_2KEY", "X", KEY), desk.key("B0", "AES_128", "X", AES_BDK)

    def ask(key: str, member: str, ksn: str, kind: str) -> None:
        attributes = {member: {"KeySerialNumber": ksn, "DukptKeyVariant": "REQUEST", "DukptDerivationType": kind}}
        desk.ask("GenerateMac", KeyIdentifier=key, GenerationAttributes=attributes, MessageData="31" * 16)

    ask(tdes, "DukptCmac", TDES_KSN, "TDES_2KEY")
    ask(aes, "DukptCmac", AES_KSN, "AES_128")
    for key, member, ksn, kind, said in (
        (tdes, "DukptCmac", TDES_KSN, "AES_128", "No AES_128 key is derived from a TDES base derivation key"),
        (tdes, "DukptCmac", AES_KSN, "TDES_2KEY", "DUKPT"),
        (aes, "DukptCmac", AES_KSN, "AES_256", "strength"),
        (aes, "DukptCmac", TDES_KSN, "AES_128", "DUKPT"),
        (aes, "DukptIso9797Algorithm3", AES_KSN, "AES_128", "takes a TDES key, and the working key is AES_128"),
    ):
        with pytest.raises(KeyExchangeError, match=said):
            ask(key, member, ksn, kind)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_generated_verifies(data: st.DataObject, desk: Desk) -> None:
    """Every algorithm, key size, variant and length; and with another message it does not."""
    key, attributes, block, longest = data.draw(st.sampled_from(everything(desk)))
    blocks = data.draw(st.integers(min_value=1, max_value=4))
    text = data.draw(st.binary(min_size=block * blocks, max_size=block * blocks))
    length = data.draw(st.integers(min_value=4, max_value=min(longest, LONGEST_STATED)))
    request = {"KeyIdentifier": key, "MacLength": length}
    mac = desk.ask("GenerateMac", **request, MessageData=text.hex(), GenerationAttributes=attributes)["Mac"]
    desk.ask("VerifyMac", **request, MessageData=text.hex(), VerificationAttributes=attributes, Mac=mac)
    other = bytes([text[0] ^ 1]) + text[1:]
    with pytest.raises(MismatchError):
        desk.ask("VerifyMac", **request, MessageData=other.hex(), VerificationAttributes=attributes, Mac=mac)


_MADE: list[tuple[str, dict[str, Any], int, int]] = []


def everything(desk: Desk) -> list[tuple[str, dict[str, Any], int, int]]:
    """Key, attributes, octets to whose multiple the message is cut, octets of the MAC."""
    if not _MADE:
        for sized in ("TDES_2KEY", "TDES_3KEY"):
            _MADE.append((desk.key("M1", sized, "C"), {"Algorithm": "ISO9797_ALGORITHM1"}, 8, 8))
            _MADE.append((desk.key("M3", sized, "C"), {"Algorithm": "ISO9797_ALGORITHM3"}, 8, 8))
            _MADE.append((desk.key("M0", sized, "C"), {"Algorithm": "AS2805_4_1"}, 8, 8))
            _MADE.append((desk.key("M6", sized, "C"), {"Algorithm": "CMAC"}, 8, 8))
        for sized in ("AES_128", "AES_192", "AES_256"):
            _MADE.append((desk.key("M6", sized, "C"), {"Algorithm": "CMAC"}, 8, 16))
        for bits, octets in ((224, 28), (256, 32), (384, 48), (512, 64)):
            _MADE.append((desk.key("M7", f"HMAC_SHA{bits}", "C"), {"Algorithm": "HMAC"}, 1, octets))
        for variant in ("REQUEST", "RESPONSE", "BIDIRECTIONAL"):
            tdes = {"KeySerialNumber": TDES_KSN, "DukptKeyVariant": variant}
            bdk = desk.key("B0", "TDES_2KEY", "X")
            _MADE.extend((bdk, {member: tdes}, 8, 8) for member in DUKPT.values())
            aes = {"KeySerialNumber": AES_KSN, "DukptKeyVariant": variant, "DukptDerivationType": "AES_128"}
            bdk = desk.key("B0", "AES_256", "X")
            _MADE.extend((bdk, {member: aes}, 16, 16) for member in ("DukptIso9797Algorithm1", "DukptCmac"))
        card = {"pan": "4111111111111111", "psn": "00"}
        issuer = desk.key("E2", "TDES_2KEY", "N")
        counter, cryptogram = {"ApplicationTransactionCounter": "00FF"}, {"ApplicationCryptogram": "0123456789ABCDEF"}
        for mode in ("EMV2000", "AMEX", "VISA", "UNION_PAY"):
            _MADE.append((issuer, {"EmvMac": emv(mode, counter, card)}, 8, 8))
        for mode in ("EMV_COMMON_SESSION_KEY", "MASTERCARD_SESSION_KEY"):
            _MADE.append((issuer, {"EmvMac": emv(mode, cryptogram, card)}, 8, 8))
    return _MADE
