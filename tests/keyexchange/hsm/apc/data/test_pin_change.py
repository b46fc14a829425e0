"""GenerateMacEmvPinChange: whole flows of cryptogram versions, every scheme against pyemv, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from pyemv import kd, sm

from keyexchange.crypto import TdesKey
from keyexchange.payment import Pin, PinBlockFormat, PinLayout, encrypt_pin
from keyexchange.secret import Secret
from tests.keyexchange.hsm.apc.data.desk import Desk
from tests.vectors import vectors

pytestmark = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")  # pyemv's keys

PEK = "0123456789ABCDEFFEDCBA98765432100011223344556677"
IMK_AC, IMK_SMI, IMK_SMC = (
    "0123456789ABCDEFFEDCBA9876543210",
    "FEDCBA98765432100123456789ABCDEF",
    "89ABCDEF0123456776543210FEDCBA98",
)
PAN, PSN, COUNTER, CRYPTOGRAM = "4111111111111111", "01", "001C", "7A788EA6B8A3E733"
MESSAGE = "8424000210001C7A788EA6B8A3E733"
CARD = {"MajorKeyDerivationMode": "EMV_OPTION_A", "PrimaryAccountNumber": PAN, "PanSequenceNumber": PSN}
FORMATS = {
    "ISO_FORMAT_0": PinBlockFormat.ISO_0,
    "ISO_FORMAT_1": PinBlockFormat.ISO_1,
    "ISO_FORMAT_3": PinBlockFormat.ISO_3,
}

Keys = dict[str, str]


@pytest.fixture(scope="module")
def keys(desk: Desk) -> Keys:
    return {
        "pek": desk.key("P0", "TDES_3KEY", "B", PEK),
        "ac": desk.key("E0", "TDES_2KEY", "X", IMK_AC),
        "smi": desk.key("E2", "TDES_2KEY", "X", IMK_SMI),
        "smc": desk.key("E1", "TDES_2KEY", "X", IMK_SMC),
    }


def under_pek(digits: str, pin_format: str = "ISO_FORMAT_0", pan: str = PAN) -> str:
    layout = PinLayout(FORMATS[pin_format], pan)
    return encrypt_pin(TdesKey(Secret(bytes.fromhex(PEK))), layout, Pin(digits)).hex()


def request(keys: Keys, member: dict[str, Any], pin: str = "9999", pan: str = PAN, **further: Any) -> dict[str, Any]:
    return {
        "NewPinPekIdentifier": keys["pek"],
        "NewEncryptedPinBlock": under_pek(pin, pan=pan),
        "PinBlockFormat": "ISO_FORMAT_0",
        "SecureMessagingIntegrityKeyIdentifier": keys["smi"],
        "SecureMessagingConfidentialityKeyIdentifier": keys["smc"],
        "MessageData": MESSAGE,
        "DerivationMethodAttributes": member,
    } | further


def current(keys: Keys, pin: str, pan: str = PAN) -> dict[str, Any]:
    attributes = {"CurrentPinPekIdentifier": keys["pek"], "CurrentEncryptedPinBlock": under_pek(pin, pan=pan)}
    return {"CurrentPinAttributes": attributes}


def visa(keys: Keys, **further: Any) -> dict[str, Any]:
    return {
        **CARD,
        "ApplicationTransactionCounter": COUNTER,
        "AuthorizationRequestKeyIdentifier": keys["ac"],
        **further,
    }


def common(mode: str, padding: str, position: str) -> dict[str, Any]:
    form = {"Mode": mode, "PinBlockPaddingType": padding, "PinBlockLengthPosition": position}
    return {"EmvCommon": {**CARD, "ApplicationCryptogram": CRYPTOGRAM, **form}}


def session_keys(derive: str) -> tuple[bytes, bytes]:
    """pyemv's, for confidentiality and integrity."""
    masters = (kd.derive_icc_mk_a(bytes.fromhex(imk), PAN, PSN) for imk in (IMK_SMC, IMK_SMI))
    if derive == "visa":
        confidentiality, integrity = (kd.derive_visa_sm_sk(key, bytes.fromhex(COUNTER)) for key in masters)
    else:
        confidentiality, integrity = (kd.derive_common_sk(key, bytes.fromhex(CRYPTOGRAM)) for key in masters)
    return confidentiality, integrity


FLOWS = {"VisaCVN10": "Visa", "VisaCVN18": "Visa"} | {f"MasterCardCVN{n}": "Mastercard" for n in (16, 17, 20, 21)}
"""Version 22 has Visa's block under another scheme's keys, and Interac a header alone: APC has no member for either."""


def is_a_flow(vector: Any) -> bool:
    return vector.values[0]["inputs"]["profile"] in FLOWS


@pytest.mark.parametrize("vector", [each for each in vectors("emv", "cvn_flow") if is_a_flow(each)])
def test_whole_commands_are_those_of_the_source(vector: Any, desk: Desk) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    names = {"ac": "E0", "smi": "E2", "smc": "E1"}
    keys = {name: desk.key(usage, "TDES_2KEY", "X", inputs[f"imk_{name}"]) for name, usage in names.items()}
    keys["pek"] = desk.key("P0", "TDES_3KEY", "B", PEK)
    scheme, counter = FLOWS[inputs["profile"]], inputs["tags"]["9f36"]
    card = CARD | {"PrimaryAccountNumber": inputs["pan"], "PanSequenceNumber": inputs["psn"]}
    commands = {"pin_change_command": ("02", None)}
    if scheme == "Visa":
        commands["pin_change_command_with_current_pin"] = ("01", inputs["current_pin"])
    found = {}
    for name, (parameter, old) in commands.items():
        header = f"842400{parameter}{'18' if scheme == 'Visa' else '10'}"
        member = {**card, "ApplicationCryptogram": expected["arqc"]}
        if scheme == "Visa":
            member = visa(keys, ApplicationTransactionCounter=counter) | card
            member |= current(keys, old, inputs["pan"]) if old else {}
        asked = request(keys, {scheme: member}, inputs["new_pin"], inputs["pan"])
        asked["MessageData"] = header + counter + expected["arqc"]
        answer = desk.ask("GenerateMacEmvPinChange", **asked)
        found[name] = header + answer["EncryptedPinBlock"] + answer["Mac"]
    assert found == {name: expected[name] for name in commands}


@pytest.mark.parametrize("old", [None, "8888"])
@pytest.mark.parametrize("scheme", ["Visa", "Amex"])
def test_visas_forms_are_pyemvs(desk: Desk, keys: Keys, scheme: str, old: str | None) -> None:
    member = visa(keys, **(current(keys, old) if old else {}))
    answer = desk.ask("GenerateMacEmvPinChange", **request(keys, {scheme: member}))
    confidentiality, integrity = session_keys("visa")
    block = sm.format_vis_pin_block(kd.derive_icc_mk_a(bytes.fromhex(IMK_AC), PAN, PSN), "9999", old)
    enciphered = sm.encrypt_command_data(confidentiality, block, sm.EncryptionType.VISA)
    mac = sm.generate_command_mac(integrity, bytes.fromhex(MESSAGE) + enciphered, 8)
    assert answer["EncryptedPinBlock"] == enciphered.hex().upper()
    assert answer["Mac"] == mac.hex().upper()
    told = answer["VisaAmexDerivationOutputs"]
    assert told["AuthorizationRequestKeyArn"] == keys["ac"]
    assert told.get("CurrentPinPekArn") == (keys["pek"] if old else None)


@pytest.mark.parametrize(
    ("member", "form"),
    [
        ({"Mastercard": {**CARD, "ApplicationCryptogram": CRYPTOGRAM}}, sm.EncryptionType.MASTERCARD),
        (common("CBC", "NO_PADDING", "NONE"), sm.EncryptionType.MASTERCARD),
        (common("CBC", "ISO_IEC_7816_4", "NONE"), sm.EncryptionType.EMV),
        (common("ECB", "ISO_IEC_7816_4", "FRONT_OF_PIN_BLOCK"), sm.EncryptionType.VISA),
    ],
)
def test_the_forms_of_common_session_keys_are_pyemvs(
    desk: Desk, keys: Keys, member: dict[str, Any], form: sm.EncryptionType
) -> None:
    answer = desk.ask("GenerateMacEmvPinChange", **request(keys, member, "123456"))
    confidentiality, integrity = session_keys("common")
    enciphered = sm.encrypt_command_data(confidentiality, sm.format_iso9564_2_pin_block("123456"), form)
    mac = sm.generate_command_mac(integrity, bytes.fromhex(MESSAGE) + enciphered, 8)
    assert (answer["EncryptedPinBlock"], answer["Mac"]) == (enciphered.hex().upper(), mac.hex().upper())
    assert "VisaAmexDerivationOutputs" not in answer


def test_emv_2000_has_session_keys_of_the_counter(desk: Desk, keys: Keys) -> None:
    member = {"Emv2000": {**CARD, "ApplicationTransactionCounter": COUNTER}}
    answer = desk.ask("GenerateMacEmvPinChange", **request(keys, member))
    masters = (kd.derive_icc_mk_a(bytes.fromhex(imk), PAN, PSN) for imk in (IMK_SMC, IMK_SMI))
    confidentiality, integrity = (kd.derive_emv2000_tree_sk(key, bytes.fromhex(COUNTER), 8, 4) for key in masters)
    enciphered = sm.encrypt_command_data(confidentiality, sm.format_iso9564_2_pin_block("9999"), sm.EncryptionType.EMV)
    assert answer["EncryptedPinBlock"] == enciphered.hex().upper()
    mac = sm.generate_command_mac(integrity, bytes.fromhex(MESSAGE) + enciphered, 8)
    assert answer["Mac"] == mac.hex().upper()


@pytest.mark.parametrize("pin_format", FORMATS)
def test_the_format_in_which_the_new_pin_comes_does_not_matter(desk: Desk, keys: Keys, pin_format: str) -> None:
    member = {"Mastercard": {**CARD, "ApplicationCryptogram": CRYPTOGRAM}}
    usual = desk.ask("GenerateMacEmvPinChange", **request(keys, member))
    other = request(keys, member, PinBlockFormat=pin_format, NewEncryptedPinBlock=under_pek("9999", pin_format))
    assert desk.ask("GenerateMacEmvPinChange", **other) == usual
    assert usual["NewPinPekArn"] == keys["pek"]
    assert usual["SecureMessagingIntegrityKeyArn"] == keys["smi"]
    assert usual["SecureMessagingConfidentialityKeyArn"] == keys["smc"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"NewEncryptedPinBlock": "0123456789ABCDEF"}, "Pin block provided is invalid"),
        (
            {"DerivationMethodAttributes": common("ECB", "NO_PADDING", "FRONT_OF_PIN_BLOCK")},
            "no whole blocks without padding",
        ),
    ],
)
def test_bad_input_is_refused(desk: Desk, keys: Keys, change: dict[str, Any], words: str) -> None:
    member = {"Mastercard": {**CARD, "ApplicationCryptogram": CRYPTOGRAM}}
    assert words in desk.refused("GenerateMacEmvPinChange", **request(keys, member, **change))


@pytest.mark.parametrize(("name", "usage"), [("smi", "E1"), ("smc", "E2"), ("ac", "E1"), ("pek", "D0")])
def test_every_key_has_its_usage(desk: Desk, keys: Keys, name: str, usage: str) -> None:
    other = keys | {name: desk.key(usage, "TDES_2KEY", "B" if usage == "D0" else "X")}
    assert "KeyUsages not allowed" in desk.refused("GenerateMacEmvPinChange", **request(other, {"Visa": visa(other)}))
