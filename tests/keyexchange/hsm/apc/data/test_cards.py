"""GenerateCardValidationData and VerifyCardValidationData: known answers, every member, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyexchange.errors import MismatchError
from tests.keyexchange.hsm.apc.data.desk import Desk
from tests.vectors import vectors

PAN, AMEX_PAN = "4111111111111111", "371449635398431"
KEY = "0123456789ABCDEFFEDCBA9876543210"
CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

COUNTED = {"PanSequenceNumber": "01", "ApplicationTransactionCounter": "00A5"}
DATED = {"CardExpiryDate": "2812", "ServiceCode": "201"}
MEMBERS: dict[str, tuple[str, str, dict[str, str]]] = {
    "CardVerificationValue1": ("C0", PAN, DATED),
    "CardVerificationValue2": ("C0", PAN, {"CardExpiryDate": "2812"}),
    "AmexCardSecurityCodeVersion1": ("C0", AMEX_PAN, {"CardExpiryDate": "2812"}),
    "AmexCardSecurityCodeVersion2": ("C0", AMEX_PAN, DATED),
    "DynamicCardVerificationCode": (
        "E4",
        PAN,
        {**COUNTED, "UnpredictableNumber": "0000899A", "TrackData": "4111111111111111D28122010000000000000F"},
    ),
    "DynamicCardVerificationValue": ("E6", PAN, {**COUNTED, **DATED}),
    "CardHolderVerificationValue": ("E6", PAN, {**COUNTED, "UnpredictableNumber": "99"}),
}
"""Usage of the key, PAN and the member itself."""

CHANGES: dict[str, str] = {
    "CardExpiryDate": "2811",
    "ServiceCode": "202",
    "PanSequenceNumber": "02",
    "ApplicationTransactionCounter": "00A6",
    "UnpredictableNumber": "9B",
    "TrackData": "4111111111111111D28122010000000000001F",
}

Keys = dict[str, str]


@pytest.fixture(scope="module")
def keys(desk: Desk) -> Keys:
    return {usage: desk.key(usage, "TDES_2KEY", "C" if usage == "C0" else "X", KEY) for usage in ("C0", "E4", "E6")}


def generation(key: str, member: dict[str, Any], pan: str = PAN, **further: Any) -> dict[str, Any]:
    return {"KeyIdentifier": key, "PrimaryAccountNumber": pan, "GenerationAttributes": member, **further}


def verification(key: str, member: dict[str, Any], value: str, pan: str = PAN) -> dict[str, Any]:
    attributes = {"VerificationAttributes": member, "ValidationData": value}
    return {"KeyIdentifier": key, "PrimaryAccountNumber": pan, **attributes}


def answered(desk: Desk, key: str, member: dict[str, Any], pan: str, length: int) -> str:
    request = generation(key, member, pan, ValidationDataLength=length)
    value: str = desk.ask("GenerateCardValidationData", **request)["ValidationData"]
    desk.ask("VerifyCardValidationData", **verification(key, member, value, pan))
    return value


def cvv_member(inputs: dict[str, Any]) -> dict[str, Any]:
    if inputs["service_code"] == "000":
        return {"CardVerificationValue2": {"CardExpiryDate": inputs["expiry"]}}
    return {
        "CardVerificationValue1": {"CardExpiryDate": inputs["expiry"], "ServiceCode": inputs["service_code"]},
    }


@pytest.mark.parametrize("vector", vectors("card", "cvv"))
def test_cvvs_are_those_of_the_source(vector: Any, desk: Desk) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    key = desk.key("C0", "TDES_2KEY", "C", inputs["cvk"])
    value = answered(desk, key, cvv_member(inputs), inputs["pan"], len(expected["cvv"]))
    assert value == expected["cvv"]


@pytest.mark.parametrize("vector", vectors("card", "cavv"))
def test_a_cavv_is_a_cvv_of_other_fields(vector: Any, desk: Desk) -> None:
    inputs = vector["inputs"]
    codes = inputs["authentication_results_code"] + inputs["second_factor_results_code"]
    member = {"CardVerificationValue1": {"CardExpiryDate": inputs["unpredictable_number"], "ServiceCode": codes}}
    key = desk.key("C0", "TDES_2KEY", "C", inputs["cvk"])
    assert answered(desk, key, member, inputs["pan"], 3) == vector["expected"]["cavv"]


@pytest.mark.parametrize("vector", vectors("card", "amex_csc"))
def test_card_security_codes_are_those_of_the_source(vector: Any, desk: Desk) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    details = {"CardExpiryDate": inputs["expiry"]}
    if inputs["version"] == 2:
        details["ServiceCode"] = inputs["service_code"]
    key = desk.key("C0", "TDES_2KEY", "C", inputs["csck"])
    member = {f"AmexCardSecurityCodeVersion{inputs['version']}": details}
    printed = {name: value for name, value in expected.items() if name.startswith("csc")}
    assert {name: answered(desk, key, member, inputs["pan"], int(name[3])) for name in printed} == printed


@pytest.mark.parametrize(
    "vector", [each for each in vectors("card", "dcvv") if each.values[0]["inputs"]["derivation"] == "option A"]
)
def test_dynamic_cvvs_are_those_of_the_source(vector: Any, desk: Desk) -> None:
    inputs = vector["inputs"]
    key = desk.key("E6", "TDES_2KEY", "X", inputs["imk"])
    details = {
        "PanSequenceNumber": inputs["psn"],
        "CardExpiryDate": inputs["expiry"],
        "ServiceCode": inputs["service_code"],
        "ApplicationTransactionCounter": inputs["atc"],
    }
    value = answered(desk, key, {"DynamicCardVerificationValue": details}, inputs["pan"], 3)
    assert value == vector["expected"]["dcvv"]


def is_of_option_a(vector: Any) -> bool:
    inputs = vector.values[0]["inputs"]
    return inputs.get("derivation") == "option A" and "track_data" in inputs


@pytest.mark.parametrize("vector", [each for each in vectors("card", "cvc3") if is_of_option_a(each)])
def test_cvc3s_are_those_of_the_source(vector: Any, desk: Desk) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    key = desk.key("E4", "TDES_2KEY", "X", inputs["imk"])
    details = {
        "PanSequenceNumber": inputs["psn"],
        "UnpredictableNumber": inputs["unpredictable_number"],
        "ApplicationTransactionCounter": inputs["atc"],
        "TrackData": inputs["track_data"],
    }
    member = {"DynamicCardVerificationCode": details}
    assert answered(desk, key, member, inputs["pan"], 5) == expected["full"]
    assert answered(desk, key, member, inputs["pan"], 3) == expected["full"][-3:]


@pytest.mark.parametrize("name", MEMBERS)
@pytest.mark.parametrize("length", [None, 3, 4, 5])
def test_every_member_verifies_what_it_generated(desk: Desk, keys: Keys, name: str, length: int | None) -> None:
    usage, pan, details = MEMBERS[name]
    wanted = {} if length is None else {"ValidationDataLength": length}
    answer = desk.ask("GenerateCardValidationData", **generation(keys[usage], {name: details}, pan, **wanted))
    assert len(answer["ValidationData"]) == (length or 3)
    assert answer["KeyArn"] == keys[usage]
    verified = desk.ask(
        "VerifyCardValidationData", **verification(keys[usage], {name: details}, answer["ValidationData"], pan)
    )
    assert verified == {"KeyArn": keys[usage], "KeyCheckValue": "08D7B4"}


@CALM
@given(name=st.sampled_from(sorted(MEMBERS)), value=st.text("0123456789", min_size=5, max_size=5))
def test_a_wrong_value_never_verifies(desk: Desk, keys: Keys, name: str, value: str) -> None:
    usage, pan, details = MEMBERS[name]
    request = verification(keys[usage], {name: details}, value, pan)
    right = answered(desk, keys[usage], {name: details}, pan, 5)
    if value == right:
        desk.ask("VerifyCardValidationData", **request)
    else:
        assert desk.failed("VerifyCardValidationData", **request) == "INVALID_VALIDATION_DATA"


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, (_, _, details) in MEMBERS.items() for field in details]
)
def test_every_field_counts(desk: Desk, keys: Keys, name: str, field: str) -> None:
    usage, pan, details = MEMBERS[name]
    value = answered(desk, keys[usage], {name: details}, pan, 5)
    changed = {name: details | {field: CHANGES[field]}}
    assert desk.failed("VerifyCardValidationData", **verification(keys[usage], changed, value, pan))


def test_discovers_code_is_only_verified(desk: Desk, keys: Keys) -> None:
    details = {"CardExpiryDate": "2812", "UnpredictableNumber": "1234", "ApplicationTransactionCounter": "0001"}
    member = {"DiscoverDynamicCardVerificationCode": details}
    outcomes = {
        value: desk.failed("VerifyCardValidationData", **verification(keys["E6"], member, value))
        for value in ("000", "111")
    }
    assert set(outcomes.values()) == {"INVALID_VALIDATION_DATA"}
    values = (f"{number:03d}" for number in range(1000))
    right = [value for value in values if verifies(desk, verification(keys["E6"], member, value))]
    assert len(right) == 1


def verifies(desk: Desk, request: dict[str, Any]) -> bool:
    try:
        desk.ask("VerifyCardValidationData", **request)
    except MismatchError:
        return False
    return True


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("AmexCardSecurityCodeVersion1", {"PrimaryAccountNumber": PAN}, "15 decimal digits"),
        ("AmexCardSecurityCodeVersion2", {"PrimaryAccountNumber": "401449635398431"}, "American Express"),
    ],
)
def test_a_card_of_another_scheme_is_refused(
    desk: Desk, keys: Keys, name: str, change: dict[str, str], words: str
) -> None:
    usage, pan, details = MEMBERS[name]
    request = generation(keys[usage], {name: details}, pan) | change
    assert words in desk.refused("GenerateCardValidationData", **request)


def test_track_data_are_whole_octets(desk: Desk, keys: Keys) -> None:
    _, _, details = MEMBERS["DynamicCardVerificationCode"]
    member = {"DynamicCardVerificationCode": details | {"TrackData": "123"}}
    assert "TrackData" in desk.refused("GenerateCardValidationData", **generation(keys["E4"], member))


@pytest.mark.parametrize("name", MEMBERS)
def test_keys_of_another_usage_are_refused(desk: Desk, keys: Keys, name: str) -> None:
    usage, pan, details = MEMBERS[name]
    other = keys["C0" if usage != "C0" else "E6"]
    for operation, request in (
        ("GenerateCardValidationData", generation(other, {name: details}, pan)),
        ("VerifyCardValidationData", verification(other, {name: details}, "123", pan)),
    ):
        assert "KeyUsages not allowed" in desk.refused(operation, **request)


def test_a_triple_length_key_is_for_card_security_codes_alone(desk: Desk) -> None:
    key = desk.key("C0", "TDES_3KEY", "C")
    _, pan, details = MEMBERS["AmexCardSecurityCodeVersion1"]
    answered(desk, key, {"AmexCardSecurityCodeVersion1": details}, pan, 4)
    cvv = generation(key, {"CardVerificationValue2": {"CardExpiryDate": "2812"}})
    assert "KeyAlgorithm not allowed" in desk.refused("GenerateCardValidationData", **cvv)


@pytest.mark.parametrize(
    ("mode", "operation"), [("G", "VerifyCardValidationData"), ("V", "GenerateCardValidationData")]
)
def test_a_key_of_one_way_does_not_go_the_other(desk: Desk, mode: str, operation: str) -> None:
    key, member = desk.key("C0", "TDES_2KEY", mode), {"CardVerificationValue2": {"CardExpiryDate": "2812"}}
    requests = {
        "GenerateCardValidationData": generation(key, member),
        "VerifyCardValidationData": verification(key, member, "123"),
    }
    assert "KeyModesOfUse not allowed" in desk.refused(operation, **requests[operation])
