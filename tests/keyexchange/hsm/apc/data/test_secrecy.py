"""PINs and cards over HTTP, as boto3 has them: answers and errors as modelled, and nothing of them in the log."""

from __future__ import annotations

import base64
import logging
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.hashes import SHA256

from keyexchange import pki
from keyexchange.crypto import TdesKey
from keyexchange.payment import Pin, PinBlockFormat, PinLayout, encrypt_pin
from keyexchange.secret import Secret
from tests.apc_server import data_client

PAN, PIN = "4929123412341234", "739105826417"
PEK = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
TRACK = "4929123412341234D2812201000000000000"
MODES = {"B": ("Encrypt", "Decrypt", "Wrap", "Unwrap"), "C": ("Generate", "Verify"), "X": ("DeriveKey",)}
USAGES = {
    "C0": "TR31_C0_CARD_VERIFICATION_KEY",
    "E0": "TR31_E0_EMV_MKEY_APP_CRYPTOGRAMS",
    "E4": "TR31_E4_EMV_MKEY_DYNAMIC_NUMBERS",
    "P0": "TR31_P0_PIN_ENCRYPTION_KEY",
    "V1": "TR31_V1_IBM3624_PIN_VERIFICATION_KEY",
    "V2": "TR31_V2_VISA_PIN_VERIFICATION_KEY",
}


def attributes(usage: str, mode: str) -> dict[str, Any]:
    modes = dict.fromkeys(MODES[mode], True)
    named = {"KeyUsage": USAGES[usage], "KeyAlgorithm": "TDES_2KEY", "KeyClass": "SYMMETRIC_KEY"}
    return {**named, "KeyModesOfUse": modes}


def create(client: Any, usage: str, mode: str) -> str:
    arn: str = client.create_key(Exportable=True, KeyAttributes=attributes(usage, mode))["Key"]["KeyArn"]
    return arn


def import_pek(client: Any) -> str:
    """A PIN encryption key that this test knows."""
    parameters = client.get_parameters_for_import(KeyMaterialType="KEY_CRYPTOGRAM", WrappingKeyAlgorithm="RSA_2048")
    public_key = pki.load(base64.b64decode(parameters["WrappingKeyCertificate"])).public_key()
    assert isinstance(public_key, rsa.RSAPublicKey)
    wrapped = public_key.encrypt(PEK, OAEP(MGF1(SHA256()), SHA256(), None))
    cryptogram = {
        "Exportable": False,
        "ImportToken": parameters["ImportToken"],
        "KeyAttributes": attributes("P0", "B"),
        "WrappedKeyCryptogram": wrapped.hex().upper(),
        "WrappingSpec": "RSA_OAEP_SHA_256",
    }
    arn: str = client.import_key(KeyMaterial={"KeyCryptogram": cryptogram})["Key"]["KeyArn"]
    return arn


def failure(ask: Any, **request: Any) -> Any:
    with pytest.raises(ClientError) as refusal:
        ask(**request)
    assert PAN not in str(refusal.value)
    return refusal.value.response


def test_nothing_of_pins_and_cards_is_in_the_log(apc_url: str, client: Any, caplog: pytest.LogCaptureFixture) -> None:
    data = data_client(apc_url)
    pek, ibm, pvk, cvk, dynamic = (
        import_pek(client),
        *(create(client, *kind) for kind in (("V1", "C"), ("V2", "C"), ("C0", "C"), ("E4", "X"))),
    )
    caplog.set_level(logging.DEBUG, logger="keyexchange.hsm")
    block = encrypt_pin(TdesKey(Secret(PEK)), PinLayout(PinBlockFormat.ISO_0, PAN), Pin(PIN)).hex().upper()
    table, validation = "9876543210654321", "492912341234"
    card = {"DecimalizationTable": table, "PinValidationData": validation, "PinValidationDataPadCharacter": "D"}
    place = {"EncryptionKeyIdentifier": pek, "PinBlockFormat": "ISO_FORMAT_0", "PrimaryAccountNumber": PAN}
    offset = data.generate_pin_data(
        GenerationKeyIdentifier=ibm,
        GenerationAttributes={"Ibm3624PinOffset": {"EncryptedPinBlock": block, **card}},
        **place,
    )["PinData"]["PinOffset"]
    stated = {"VerificationKeyIdentifier": ibm, "EncryptedPinBlock": block, "PinDataLength": len(PIN), **place}
    data.verify_pin_data(VerificationAttributes={"Ibm3624Pin": {**card, "PinOffset": offset}}, **stated)
    wrong = "".join(str((int(digit) + 1) % 10) for digit in offset)
    answer = failure(
        data.verify_pin_data, VerificationAttributes={"Ibm3624Pin": {**card, "PinOffset": wrong}}, **stated
    )
    assert answer["Error"] == {
        "Code": "VerificationFailedException",
        "Message": "Pin block verification failed.",
    }
    assert answer["Reason"] == "INVALID_PIN"
    unreadable = failure(
        data.verify_pin_data,
        VerificationAttributes={"VisaPin": {"PinVerificationKeyIndex": 1, "VerificationValue": "1234"}},
        **(stated | {"VerificationKeyIdentifier": pvk, "EncryptedPinBlock": block[::-1]}),
    )
    assert unreadable["Error"]["Code"] == "ValidationException"
    pan = {"PrimaryAccountNumber": PAN}
    other = data.translate_pin_data(
        IncomingKeyIdentifier=pek,
        OutgoingKeyIdentifier=create(client, "P0", "B"),
        EncryptedPinBlock=block,
        IncomingTranslationAttributes={"IsoFormat0": pan},
        OutgoingTranslationAttributes={"IsoFormat3": pan},
    )["PinBlock"]
    member = {"CardVerificationValue1": {"CardExpiryDate": "2812", "ServiceCode": "201"}}
    value = data.generate_card_validation_data(
        KeyIdentifier=cvk, GenerationAttributes=member, ValidationDataLength=5, **pan
    )["ValidationData"]
    changed = failure(
        data.verify_card_validation_data,
        KeyIdentifier=cvk,
        VerificationAttributes=member,
        ValidationData=str((int(value) + 1) % 100000).zfill(5),
        **pan,
    )
    assert (changed["Error"]["Code"], changed["Reason"]) == ("VerificationFailedException", "INVALID_VALIDATION_DATA")
    counted = {"UnpredictableNumber": "00112233", "PanSequenceNumber": "01", "ApplicationTransactionCounter": "000B"}
    data.generate_card_validation_data(
        KeyIdentifier=dynamic,
        GenerationAttributes={"DynamicCardVerificationCode": {**counted, "TrackData": TRACK}},
        **pan,
    )
    log = caplog.text
    assert "VerifyPinData" in log
    assert [text for text in (PAN, PIN, block, other, offset, wrong, table, validation, TRACK) if text in log] == []
    assert f"'ValidationData': '{value}'" not in log


def test_a_cryptogram_that_does_not_verify_is_answered_as_modelled(apc_url: str, client: Any) -> None:
    data, imk = data_client(apc_url), create(client, "E0", "X")
    request = {
        "KeyIdentifier": imk,
        "TransactionData": "00" * 40,
        "MajorKeyDerivationMode": "EMV_OPTION_A",
        "SessionKeyDerivationAttributes": {"Visa": {"PrimaryAccountNumber": PAN, "PanSequenceNumber": "00"}},
    }
    cryptogram = data.generate_auth_request_cryptogram(**request)["AuthRequestCryptogram"]
    data.verify_auth_request_cryptogram(AuthRequestCryptogram=cryptogram, **request)
    answer = failure(data.verify_auth_request_cryptogram, AuthRequestCryptogram=cryptogram[::-1], **request)
    assert answer["Error"]["Message"] == "Auth request cryptogram verification failed."
    assert answer["Reason"] == "INVALID_AUTH_REQUEST_CRYPTOGRAM"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
