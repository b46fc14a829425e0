"""Ways by which a caller might lead out a PIN or guess a short secret: where the HSM can close one, it is closed."""

from __future__ import annotations

from typing import Any

import pytest

from keyexchange.crypto import TdesKey
from keyexchange.errors import KeyExchangeError
from keyexchange.payment import Pin, PinBlockFormat, PinLayout, encrypt_pin
from keyexchange.secret import Secret
from tests.keyexchange.hsm.apc.data.desk import Desk
from tests.keyexchange.hsm.apc.data.other_side import meet

PAN, PIN = "4929123412341234", "739105"
PEK = "0123456789ABCDEFFEDCBA9876543210"
SKEWED = {"one digit": "0" * 16, "seven digits": "0123456012345601", "one digit five times": "0123456789000012"}
HELD = {"PinBlockFormat": "ISO_FORMAT_0", "PrimaryAccountNumber": PAN}


def block_of(digits: str) -> str:
    layout = PinLayout(PinBlockFormat.ISO_0, PAN)
    return encrypt_pin(TdesKey(Secret(bytes.fromhex(PEK))), layout, Pin(digits)).hex().upper()


@pytest.fixture(scope="module")
def pek(desk: Desk) -> str:
    return desk.key("P0", "TDES_2KEY", "B", PEK)


@pytest.fixture(scope="module")
def ibm(desk: Desk) -> str:
    return desk.key("V1", "TDES_2KEY", "C")


def card(table: str) -> dict[str, Any]:
    return {"DecimalizationTable": table, "PinValidationData": "1234", "PinValidationDataPadCharacter": "D"}


@pytest.mark.parametrize("table", SKEWED.values(), ids=SKEWED)
@pytest.mark.parametrize(
    ("member", "more"),
    [
        ("Ibm3624PinOffset", {"EncryptedPinBlock": block_of(PIN)}),
        ("Ibm3624PinFromOffset", {"PinOffset": PIN}),
        ("Ibm3624NaturalPin", {}),
        ("Ibm3624RandomPin", {}),
    ],
)
def test_a_table_that_tells_the_natural_pin_makes_no_pin_and_no_offset(
    desk: Desk, pek: str, ibm: str, table: str, member: str, more: dict[str, Any]
) -> None:
    """With sixteen zeros an offset is the PIN, and the PIN of an offset is whatever the caller wants."""
    keys = {"GenerationKeyIdentifier": ibm, "EncryptionKeyIdentifier": pek}
    message = desk.refused("GeneratePinData", GenerationAttributes={member: {**card(table), **more}}, **keys, **HELD)
    assert "decimalisation table" in message
    assert PIN not in message


@pytest.mark.parametrize("table", SKEWED.values(), ids=SKEWED)
def test_a_table_that_tells_the_natural_pin_verifies_no_guess(desk: Desk, pek: str, ibm: str, table: str) -> None:
    keys = {"VerificationKeyIdentifier": ibm, "EncryptionKeyIdentifier": pek, "EncryptedPinBlock": block_of(PIN)}

    def guess(digits: str) -> str:
        member = {"Ibm3624Pin": {**card(table), "PinOffset": digits}}
        return desk.refused("VerifyPinData", VerificationAttributes=member, **keys, **HELD, PinDataLength=len(digits))

    assert guess(PIN) == guess("000000")
    assert "decimalisation table" in guess(PIN)


@pytest.mark.parametrize("usage", ["P0", None])
def test_a_pin_block_under_an_agreed_key_is_not_decrypted_as_data(desk: Desk, pek: str, usage: str | None) -> None:
    other, pan = meet(desk, usage), {"PrimaryAccountNumber": PAN}
    translated = desk.ask(
        "TranslatePinData",
        IncomingKeyIdentifier=pek,
        OutgoingKeyIdentifier=other.key_pair,
        OutgoingWrappedKey=other.wrapped_key("TDES_2KEY"),
        EncryptedPinBlock=block_of(PIN),
        IncomingTranslationAttributes={"IsoFormat0": pan},
        OutgoingTranslationAttributes={"IsoFormat0": pan},
    )["PinBlock"]
    clear = TdesKey(Secret(other.key("TDES_2KEY"))).decrypt_ecb(bytes.fromhex(translated)).hex()
    assert f"{int(clear, 16) ^ int(PAN[-13:-1], 16):016X}" == f"06{PIN}".ljust(16, "F")  # what DecryptData would show
    plain = {"Symmetric": {"Mode": "ECB"}}
    ask = {"KeyIdentifier": other.key_pair, "WrappedKey": other.wrapped_key("TDES_2KEY")}
    refusals = {
        desk.refused("DecryptData", CipherText=translated, DecryptionAttributes=plain, **ask),
        desk.refused("EncryptData", PlainText=clear, EncryptionAttributes=plain, **ask),
    }
    assert refusals == {
        "KeyUsages not allowed for this operation: TR31_P0_PIN_ENCRYPTION_KEY instead of "
        "TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY"
    }


@pytest.mark.parametrize("same", [True, False])
def test_a_pin_change_is_read_with_its_own_confidentiality_key_alone(desk: Desk, pek: str, same: bool) -> None:
    """The page calls this way open: the guide allows E1 keys for both operations. Keys apart close it."""
    of_changes, of_data, integrity = (desk.key(usage, "TDES_2KEY", "X") for usage in ("E1", "E1", "E2"))
    issued = {"MajorKeyDerivationMode": "EMV_OPTION_A", "PrimaryAccountNumber": PAN, "PanSequenceNumber": "00"}
    session = "0102030405060708"
    change = desk.ask(
        "GenerateMacEmvPinChange",
        NewPinPekIdentifier=pek,
        NewEncryptedPinBlock=block_of(PIN),
        PinBlockFormat="ISO_FORMAT_0",
        SecureMessagingIntegrityKeyIdentifier=integrity,
        SecureMessagingConfidentialityKeyIdentifier=of_changes,
        MessageData="00" * 8,
        DerivationMethodAttributes={"Mastercard": {**issued, "ApplicationCryptogram": session}},
    )
    read = desk.ask(
        "DecryptData",
        KeyIdentifier=of_changes if same else of_data,
        CipherText=change["EncryptedPinBlock"],
        DecryptionAttributes={"Emv": {**issued, "SessionDerivationData": session, "Mode": "ECB"}},
    )
    assert (read["PlainText"] == f"26{PIN}".ljust(16, "F")) is same


CVV1 = {"CardExpiryDate": "2812", "ServiceCode": "201"}
SECRETS: dict[str, tuple[str, str, dict[str, Any], str, tuple[str, ...]]] = {
    "card value": ("VerifyCardValidationData", "C0", {"CardVerificationValue1": CVV1}, "ValidationData",
                   ("123", "456", "7777", "88888")),
    "expiry date": ("VerifyCardValidationData", "C0", {"CardVerificationValue1": CVV1}, "CardExpiryDate",
                    ("2812", "0129", "9913", "0000")),
    "service code": ("VerifyCardValidationData", "C0", {"CardVerificationValue1": CVV1}, "ServiceCode",
                     ("201", "101", "000", "999")),
    "PVV": ("VerifyPinData", "V2", {"VisaPin": {"PinVerificationKeyIndex": 1, "VerificationValue": "1234"}},
            "VerificationValue", ("1234", "9876", "0000", "5555")),
    "PVV of five digits": ("VerifyPinData", "V2", {"VisaPin": {"PinVerificationKeyIndex": 1}},
                           "VerificationValue", ("12345", "98765")),
    "offset": ("VerifyPinData", "V1", {"Ibm3624Pin": {**card("0123456789012345"), "PinOffset": "1234"}}, "PinOffset",
               ("1234", "4321", "000000")),
}  # fmt: skip
"""Operation, usage of its key, VerificationAttributes, the member that holds the secret, values that do not verify."""
SPOILT = {
    "nothing else": {},
    "another key": {"KeyIdentifier": "D0"},
    "no key": {"KeyIdentifier": "alias/nobody"},
    "a short PAN": {"PrimaryAccountNumber": "49"},
    "a PAN that is none": {"PrimaryAccountNumber": "4929X23412341234"},
}


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_a_refusal_says_the_same_whatever_the_secret_is(
    desk: Desk, pek: str, secret: tuple[str, str, dict[str, Any], str, tuple[str, ...]], spoilt: dict[str, str]
) -> None:
    """Secrets of three or four digits stand by chance in any text, so texts are compared instead of searched."""
    operation, usage, attributes, member, values = secret
    request = _verification(operation, desk.key(usage, "TDES_2KEY", "C", PEK), pek) | {
        "VerificationAttributes": attributes
    }
    for name, value in spoilt.items():
        place = "VerificationKeyIdentifier" if operation == "VerifyPinData" and name == "KeyIdentifier" else name
        request[place] = desk.key("D0", "TDES_2KEY", "B") if value == "D0" else value
    said = {_refusal(desk, operation, _with(request, member, value)) for value in values}
    assert len(said) == 1


@pytest.mark.parametrize(
    ("operation", "usage", "attributes", "member", "values"),
    [
        ("VerifyCardValidationData", "C0", {"CardVerificationValue1": CVV1}, "CardExpiryDate", ("28X2", "0Y29")),
        ("VerifyCardValidationData", "C0", {"CardVerificationValue1": CVV1}, "ServiceCode", ("2O1", "I01")),
        ("VerifyCardValidationData", "C0", {"CardVerificationValue1": CVV1}, "ValidationData", ("12X", "45Y")),
    ],
)
def test_a_secret_that_is_not_well_formed_is_not_quoted(
    desk: Desk, pek: str, operation: str, usage: str, attributes: dict[str, Any], member: str, values: tuple[str, str]
) -> None:
    request = _verification(operation, desk.key(usage, "TDES_2KEY", "C", PEK), pek) | {
        "VerificationAttributes": attributes
    }
    first, second = (desk.refused(operation, **_with(request, member, value)) for value in values)
    assert first == second


def _verification(operation: str, key: str, pek: str) -> dict[str, Any]:
    if operation == "VerifyCardValidationData":
        return {"KeyIdentifier": key, "PrimaryAccountNumber": PAN, "ValidationData": "123"}
    keys = {"VerificationKeyIdentifier": key, "EncryptionKeyIdentifier": pek}
    return {**keys, "EncryptedPinBlock": block_of(PIN), **HELD}


def _with(request: dict[str, Any], member: str, value: str) -> dict[str, Any]:
    if member == "ValidationData":
        return request | {member: value}
    [(name, details)] = request["VerificationAttributes"].items()
    return request | {"VerificationAttributes": {name: {**details, member: value}}}


def _refusal(desk: Desk, operation: str, request: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(KeyExchangeError) as refusal:
        desk.ask(operation, **request)
    return type(refusal.value).__name__, str(refusal.value)
