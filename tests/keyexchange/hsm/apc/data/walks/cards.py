"""GenerateCardValidationData and VerifyCardValidationData: every member, every length, and a wrong digit."""

from __future__ import annotations

from typing import Any

from tests.keyexchange.hsm.apc.data.walks.customer import Customer

PAN, AMEX = "4929123412341234", "371449635398431"
EXPIRY, SERVICE = {"CardExpiryDate": "2812"}, {"ServiceCode": "201"}
NUMBER = {"UnpredictableNumber": "00112233"}
COUNTED = {"PanSequenceNumber": "01", "ApplicationTransactionCounter": "000B"}
TRACK = {"TrackData": "4929123412341234D2812201000000000000"}
MEMBERS: dict[str, tuple[tuple[str, str], str, dict[str, str]]] = {
    "AmexCardSecurityCodeVersion1": (("C0", "C"), AMEX, EXPIRY),
    "AmexCardSecurityCodeVersion2": (("C0", "C"), AMEX, EXPIRY | SERVICE),
    "CardVerificationValue1": (("C0", "C"), PAN, EXPIRY | SERVICE),
    "CardVerificationValue2": (("C0", "C"), PAN, EXPIRY),
    "CardHolderVerificationValue": (("E6", "X"), PAN, NUMBER | COUNTED),
    "DynamicCardVerificationCode": (("E4", "X"), PAN, NUMBER | COUNTED | TRACK),
    "DynamicCardVerificationValue": (("E6", "X"), PAN, EXPIRY | SERVICE | COUNTED),
}
DISCOVER = EXPIRY | NUMBER | {"ApplicationTransactionCounter": "000B"}


def walk(customer: Customer) -> None:
    for name, ((usage, mode), pan, members) in MEMBERS.items():
        key = {"KeyIdentifier": customer.key(usage, "TDES_2KEY", mode), "PrimaryAccountNumber": pan}
        for length in ({}, {"ValidationDataLength": 3}, {"ValidationDataLength": 4}, {"ValidationDataLength": 5}):
            answer = customer.ask("GenerateCardValidationData", **key, GenerationAttributes={name: members}, **length)
            value = answer["ValidationData"]
            assert len(value) == length.get("ValidationDataLength", 3)
            _verify(customer, key, {name: members}, value)
    _icvv_and_cavv(customer)
    _discover(customer)


def _icvv_and_cavv(customer: Customer) -> None:
    """Values that are a CVV of other fields: a chip's service code 999; a CAVV's number and results codes."""
    key = {"KeyIdentifier": customer.key("C0", "TDES_2KEY", "C"), "PrimaryAccountNumber": PAN}
    values = set()
    for expiry, service in (("2812", "201"), ("2812", "999"), ("1234", "701")):
        fields = {"CardVerificationValue1": {"CardExpiryDate": expiry, "ServiceCode": service}}
        made = customer.ask("GenerateCardValidationData", **key, GenerationAttributes=fields, ValidationDataLength=5)
        _verify(customer, key, fields, made["ValidationData"])
        values.add(made["ValidationData"])
    assert len(values) > 1


def _discover(customer: Customer) -> None:
    """The service generates no such value, so the walk tries until one of three digits verifies."""
    asked: dict[str, Any] = {
        "KeyIdentifier": customer.key("E6", "TDES_2KEY", "X"),
        "PrimaryAccountNumber": PAN,
        "VerificationAttributes": {"DiscoverDynamicCardVerificationCode": DISCOVER},
    }
    for number in range(1000):
        try:
            customer.ask("VerifyCardValidationData", **asked, ValidationData=f"{number:03}")
        except customer.data.exceptions.VerificationFailedException:
            continue
        return
    raise AssertionError("no value verifies")


def _verify(customer: Customer, key: dict[str, Any], attributes: dict[str, Any], value: str) -> None:
    asked = key | {"VerificationAttributes": attributes}
    assert customer.ask("VerifyCardValidationData", **asked, ValidationData=value)["KeyArn"] == key["KeyIdentifier"]
    wrong = f"{(int(value[0]) + 1) % 10}{value[1:]}"
    assert customer.failed("VerifyCardValidationData", **asked, ValidationData=wrong) == "INVALID_VALIDATION_DATA"
