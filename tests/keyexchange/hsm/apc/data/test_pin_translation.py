"""TranslatePinData: known answers, there and back across all formats and kinds of keys, and what it refuses."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyexchange import tr31
from keyexchange.crypto import AesKey, TdesKey
from keyexchange.payment import Pin, PinBlockFormat, PinLayout, decrypt_pin, encrypt_pin, session_pin_key
from keyexchange.secret import Secret
from tests.keyexchange.hsm.apc.data.desk import Desk
from tests.vectors import vectors

PAN = "4111111111111111"
PEK = "0123456789ABCDEFFEDCBA98765432100011223344556677"
AES_PEK = "00112233445566778899AABBCCDDEEFF"
KEK = "89ABCDEF0123456776543210FEDCBA98"
TDES_BDK, AES_BDK = "8A8349794C9EE9A4C2927098F249FED6", "FEDCBA9876543210F1F1F1F1F1F1F1F1"
TDES_KSN, AES_KSN = "FFFF9876543210E00008", "123456789012345600000001"
AS2805 = {"SystemTraceAuditNumber": "000123", "TransactionAmount": "000000012345"}
UNREADABLE = "Pin block provided is invalid. Please check your input to ensure all field values are correct."
CALM = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

FORMATS = {
    "IsoFormat0": PinBlockFormat.ISO_0,
    "As2805Format0": PinBlockFormat.ISO_0,
    "IsoFormat1": PinBlockFormat.ISO_1,
    "IsoFormat3": PinBlockFormat.ISO_3,
    "IsoFormat4": PinBlockFormat.ISO_4,
}
TDES_FORMATS = [name for name in FORMATS if name != "IsoFormat4"]

Sides = dict[str, dict[str, Any]]


def secret(octets: str) -> Secret:
    return Secret(bytes.fromhex(octets))


def wrapped_pek(octets: str, letter: str) -> dict[str, Any]:
    block = tr31.wrap(tr31.Kbpk("T", secret(KEK)), tr31.Header("B", "P0", letter, "B"), secret(octets))
    return {"WrappedKeyMaterial": {"Tr31KeyBlock": block}}


@pytest.fixture(scope="module")
def sides(desk: Desk) -> Sides:
    """Members of a request without Incoming or Outgoing before them, by kind of key."""
    tdes_bdk, aes_bdk = desk.key("B0", "TDES_2KEY", "X", TDES_BDK), desk.key("B0", "AES_128", "X", AES_BDK)
    kek = desk.key("K0", "TDES_2KEY", "B", KEK)
    return {
        "tdes": {"KeyIdentifier": desk.key("P0", "TDES_3KEY", "B", PEK)},
        "aes": {"KeyIdentifier": desk.key("P0", "AES_128", "B", AES_PEK)},
        "tdes-dukpt": {"KeyIdentifier": tdes_bdk, "DukptAttributes": {"KeySerialNumber": TDES_KSN}},
        "aes-dukpt": {"KeyIdentifier": aes_bdk, "DukptAttributes": {"KeySerialNumber": AES_KSN}},
        "aes-dukpt-tdes": {
            "KeyIdentifier": aes_bdk,
            "DukptAttributes": {"KeySerialNumber": AES_KSN, "DukptKeyDerivationType": "TDES_2KEY"},
        },
        "wrapped": {"KeyIdentifier": kek, "WrappedKey": wrapped_pek(TDES_BDK, "T")},
    }


KINDS = {
    "tdes": TDES_FORMATS,
    "tdes-dukpt": TDES_FORMATS,
    "aes-dukpt-tdes": TDES_FORMATS,
    "wrapped": TDES_FORMATS,
    "aes": ["IsoFormat4"],
    "aes-dukpt": ["IsoFormat4"],
}
TIED = [(kind, name) for kind, names in KINDS.items() for name in names if name != "IsoFormat1"]
"""Where a PIN can go that is tied to a PAN: no block with a PAN becomes one without."""


def layout(name: str, pan: str = PAN) -> dict[str, Any]:
    return {name: {} if name == "IsoFormat1" else {"PrimaryAccountNumber": pan}}


def request(incoming: dict[str, Any], outgoing: dict[str, Any], block: str, formats: tuple[str, str]) -> dict[str, Any]:
    before, after = formats
    return {
        **{f"Incoming{name}": value for name, value in incoming.items()},
        **{f"Outgoing{name}": value for name, value in outgoing.items()},
        "IncomingTranslationAttributes": layout(before),
        "OutgoingTranslationAttributes": layout(after),
        "EncryptedPinBlock": block,
    }


def pin_block(digits: str, pin_format: PinBlockFormat = PinBlockFormat.ISO_0) -> str:
    """Under the TDES PEK."""
    return encrypt_pin(TdesKey(secret(PEK)), PinLayout(pin_format, PAN), Pin(digits)).hex()


def opened(block: str) -> str:
    return decrypt_pin(TdesKey(secret(PEK)), PinLayout(PinBlockFormat.ISO_0, PAN), bytes.fromhex(block)).reveal()


@pytest.mark.parametrize("vector", vectors("pin", "translate_pin_data"))
def test_the_translation_that_a_live_service_made(vector: Any, desk: Desk) -> None:
    inputs = vector["inputs"]
    pan = {"IsoFormat0": {"PrimaryAccountNumber": inputs["account"] + "0"}}
    outgoing = desk.key("P0", "TDES_2KEY", "E", inputs["outgoing_key"])
    answer = desk.ask(
        "TranslatePinData",
        IncomingKeyIdentifier=desk.key("P0", "TDES_2KEY", "D", inputs["incoming_key"]),
        OutgoingKeyIdentifier=outgoing,
        IncomingTranslationAttributes=pan,
        OutgoingTranslationAttributes=pan,
        EncryptedPinBlock=inputs["incoming_block"],
    )
    assert answer["PinBlock"] == vector["expected"]["outgoing_block"]
    assert answer["KeyArn"] == outgoing


@pytest.mark.parametrize("vector", vectors("apc_data", "dukpt_encrypt_pin"))
def test_pins_under_dukpt_arrive(vector: Any, desk: Desk, sides: Sides) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    bdk = {
        "KeyIdentifier": desk.key("B0", "TDES_2KEY", "X", inputs["bdk"]),
        "DukptAttributes": {"KeySerialNumber": inputs["ksn"], "DukptKeyDerivationType": "TDES_2KEY"},
    }
    pan = {"IsoFormat0": {"PrimaryAccountNumber": inputs["pan"]}}
    asked = request(sides["tdes"], bdk, "", ("IsoFormat0", "IsoFormat0")) | {
        "IncomingTranslationAttributes": pan,
        "OutgoingTranslationAttributes": pan,
    }
    held = PinLayout(PinBlockFormat.ISO_0, inputs["pan"])
    asked["EncryptedPinBlock"] = encrypt_pin(TdesKey(secret(PEK)), held, Pin(inputs["pin"])).hex()
    assert desk.ask("TranslatePinData", **asked)["PinBlock"] == expected["encrypted_pin_block"]


@pytest.mark.parametrize("vector", vectors("dukpt_aes", "aes_dukpt_pin_key"))
def test_pins_under_aes_dukpt_are_under_the_key_of_the_source(vector: Any, desk: Desk, sides: Sides) -> None:
    inputs = vector["inputs"]
    bdk = {
        "KeyIdentifier": desk.key("B0", "AES_128", "X", inputs["bdk"]),
        "DukptAttributes": {"KeySerialNumber": inputs["ksn"], "DukptKeyDerivationType": "AES_128"},
    }
    key = AesKey(secret(vector["expected"]["pin_key"]))
    asked = request(sides["tdes"], bdk, pin_block("1234"), ("IsoFormat0", "IsoFormat4"))
    block = desk.ask("TranslatePinData", **asked)["PinBlock"]
    assert decrypt_pin(key, PinLayout(PinBlockFormat.ISO_4, PAN), bytes.fromhex(block)) == Pin("1234")


@pytest.mark.parametrize(("there", "name"), TIED)
def test_there_and_back_is_the_same_pin(desk: Desk, sides: Sides, there: str, name: str) -> None:
    for digits in ("1234", "987654", "123456789012"):
        out = desk.ask(
            "TranslatePinData", **request(sides["tdes"], sides[there], pin_block(digits), ("IsoFormat0", name))
        )
        back = request(sides[there], sides["tdes"], out["PinBlock"], (name, "IsoFormat0"))
        assert opened(desk.ask("TranslatePinData", **back)["PinBlock"]) == digits


@CALM
@given(
    route=st.lists(st.sampled_from(TIED), min_size=1, max_size=4),
    pin=st.text("0123456789", min_size=4, max_size=12),
)
def test_any_route_keeps_the_pin(desk: Desk, sides: Sides, route: list[tuple[str, str]], pin: str) -> None:
    block = pin_block(pin)
    stops = [("tdes", "IsoFormat0"), *route, ("tdes", "IsoFormat0")]
    for (here, before), (there, after) in itertools.pairwise(stops):
        block = desk.ask("TranslatePinData", **request(sides[here], sides[there], block, (before, after)))["PinBlock"]
    assert opened(block) == pin


def test_a_block_without_a_pan_gets_one_and_stays_one(desk: Desk, sides: Sides) -> None:
    block = pin_block("4321", PinBlockFormat.ISO_1)
    same = request(sides["tdes"], sides["wrapped"], block, ("IsoFormat1", "IsoFormat1"))
    again = desk.ask("TranslatePinData", **same)["PinBlock"]
    with_pan = request(sides["wrapped"], sides["tdes"], again, ("IsoFormat1", "IsoFormat0"))
    assert opened(desk.ask("TranslatePinData", **with_pan)["PinBlock"]) == "4321"


@pytest.mark.parametrize("name", ["IsoFormat0", "As2805Format0"])
def test_a_pin_under_an_as2805_session_key_arrives(desk: Desk, sides: Sides, name: str) -> None:
    key = session_pin_key(TdesKey(secret(PEK)), AS2805["SystemTraceAuditNumber"], AS2805["TransactionAmount"])
    block = encrypt_pin(key, PinLayout(PinBlockFormat.ISO_0, PAN), Pin("5678")).hex()
    asked = request(sides["tdes"], sides["tdes"], block, (name, "IsoFormat0"))
    answer = desk.ask("TranslatePinData", **asked, IncomingAs2805Attributes=AS2805)
    assert opened(answer["PinBlock"]) == "5678"
    other = AS2805 | {"TransactionAmount": "000000012346"}
    assert desk.refused("TranslatePinData", **asked, IncomingAs2805Attributes=other) == UNREADABLE


def test_the_answer_names_the_wrapping_key_and_the_wrapped_keys_check_value(desk: Desk, sides: Sides) -> None:
    asked = request(sides["tdes"], sides["wrapped"], pin_block("1234"), ("IsoFormat0", "IsoFormat0"))
    answer = desk.ask("TranslatePinData", **asked)
    assert answer["KeyArn"] == sides["wrapped"]["KeyIdentifier"]
    assert answer["KeyCheckValue"] == TdesKey(secret(TDES_BDK)).encrypt_ecb(bytes(8))[:3].hex().upper()


def test_the_pan_stays(desk: Desk, sides: Sides) -> None:
    asked = request(sides["tdes"], sides["tdes"], pin_block("1234"), ("IsoFormat0", "IsoFormat3"))
    asked["OutgoingTranslationAttributes"] = layout("IsoFormat3", "4222222222222220")
    assert "PAN changes" in desk.refused("TranslatePinData", **asked)


@pytest.mark.parametrize("name", ["IsoFormat0", "IsoFormat3"])
def test_a_pan_is_not_dropped(desk: Desk, sides: Sides, name: str) -> None:
    block = pin_block("1234", FORMATS[name])
    asked = request(sides["tdes"], sides["tdes"], block, (name, "IsoFormat1"))
    assert "not translated" in desk.refused("TranslatePinData", **asked)


@pytest.mark.parametrize(
    ("incoming", "formats", "change", "words"),
    [
        ("tdes", ("IsoFormat3", "IsoFormat0"), {}, UNREADABLE),
        ("tdes", ("IsoFormat4", "IsoFormat0"), {}, "not encrypted under this kind of key"),
        ("aes", ("IsoFormat0", "IsoFormat0"), {}, "not encrypted under this kind of key"),
        ("tdes", ("IsoFormat0", "IsoFormat0"), {"EncryptedPinBlock": "00" * 9}, "octets"),
        ("tdes", ("IsoFormat0", "IsoFormat0"), {"IncomingDukptAttributes": {"KeySerialNumber": TDES_KSN}}, "KeyUsages"),
        (
            "tdes-dukpt",
            ("IsoFormat0", "IsoFormat0"),
            {"IncomingDukptAttributes": {"KeySerialNumber": AES_KSN}},
            "octets",
        ),
        (
            "aes-dukpt",
            ("IsoFormat4", "IsoFormat0"),
            {"IncomingDukptAttributes": {"KeySerialNumber": TDES_KSN}},
            "octets",
        ),
        ("tdes-dukpt", ("IsoFormat0", "IsoFormat0"), {"IncomingAs2805Attributes": AS2805}, "do not go together"),
        ("aes", ("IsoFormat4", "IsoFormat0"), {"IncomingAs2805Attributes": AS2805}, "AS2805"),
        (
            "tdes-dukpt",
            ("IsoFormat0", "IsoFormat0"),
            {"IncomingDukptAttributes": {"KeySerialNumber": TDES_KSN, "DukptKeyDerivationType": "AES_128"}},
            "No AES_128 key is derived from a TDES base derivation key",
        ),
        (
            "aes-dukpt",
            ("IsoFormat4", "IsoFormat0"),
            {"IncomingDukptAttributes": {"KeySerialNumber": AES_KSN, "DukptKeyDerivationType": "AES_256"}},
            "strength",
        ),
    ],
)
def test_what_does_not_fit_is_refused(
    desk: Desk, sides: Sides, incoming: str, formats: tuple[str, str], change: dict[str, Any], words: str
) -> None:
    block = "00" * 16 if incoming.startswith("aes") else pin_block("1234")
    asked = request(sides[incoming], sides["tdes"], block, formats) | change
    assert words in desk.refused("TranslatePinData", **asked)


def test_a_key_that_only_encrypts_opens_no_block(desk: Desk, sides: Sides) -> None:
    only = {"KeyIdentifier": desk.key("P0", "TDES_3KEY", "E", PEK)}
    asked = request(only, sides["tdes"], pin_block("1234"), ("IsoFormat0", "IsoFormat0"))
    assert "KeyModesOfUse" in desk.refused("TranslatePinData", **asked)
    asked = request(sides["tdes"], only, pin_block("1234"), ("IsoFormat0", "IsoFormat0"))
    assert desk.ask("TranslatePinData", **asked)["KeyArn"] == only["KeyIdentifier"]
