"""GenerateAuthRequestCryptogram and VerifyAuthRequestCryptogram: AWS's own examples, pyemv's, jPOS's, and refusals."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyexchange.payment import Padding
from tests.keyexchange.hsm.apc.data.desk import Desk
from tests.vectors import vectors

IMK = "0123456789ABCDEFFEDCBA9876543210"
PAN, LONG_PAN = "9137631040001422", "91376310400014225"
DATA = "0123456789ABCDEF" * 4
CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

CARD = {"PrimaryAccountNumber": PAN, "PanSequenceNumber": "01"}
COUNTED = {**CARD, "ApplicationTransactionCounter": "000B"}
SCHEMES: dict[str, dict[str, str]] = {
    "EmvCommon": COUNTED,
    "Mastercard": {**COUNTED, "UnpredictableNumber": "11223344"},
    "Emv2000": COUNTED,
    "Amex": CARD,
    "Visa": CARD,
    "UnionPay": COUNTED,
}
FLOWS = {
    "VisaCVN10": "Visa",
    "VisaCVN18": "EmvCommon",
    "VisaCVN22": "EmvCommon",
    "MasterCardCVN16": "Mastercard",
    "MasterCardCVN17": "Mastercard",
    "MasterCardCVN20": "EmvCommon",
    "MasterCardCVN21": "EmvCommon",
}
"""Cryptogram versions of the source to the member that APC has for them. Interac answers under another key."""

METHODS = {"none": "Visa", "common": "EmvCommon", "mastercard": "Mastercard", "emv2000": "Emv2000"}


def request(key: str, scheme: str, member: dict[str, str], data: str = DATA, mode: str = "A") -> dict[str, Any]:
    return {
        "KeyIdentifier": key,
        "TransactionData": data,
        "MajorKeyDerivationMode": f"EMV_OPTION_{mode}",
        "SessionKeyDerivationAttributes": {scheme: member},
    }


def padded(inputs: dict[str, Any]) -> str:
    """Transaction data as a caller sends them."""
    return Padding(inputs["padding"]).apply(bytes.fromhex(inputs["data"]), 8).hex()


@pytest.fixture(scope="module")
def imk(desk: Desk) -> str:
    return desk.key("E0", "TDES_2KEY", "X", IMK)


@pytest.mark.parametrize("vector", vectors("apc_data", "verify_auth_request_cryptogram"))
def test_the_examples_of_the_user_guide_verify(vector: Any, desk: Desk) -> None:
    inputs = vector["inputs"]
    key = desk.key("E0", "TDES_2KEY", "X", inputs["imk"])
    member = {"PrimaryAccountNumber": inputs["pan"], "PanSequenceNumber": inputs["psn"]}
    if "atc" in inputs:
        member["ApplicationTransactionCounter"] = inputs["atc"]
    asked = request(key, inputs["scheme"], member, inputs["transaction_data"])
    answer = desk.ask("VerifyAuthRequestCryptogram", **asked, AuthRequestCryptogram=vector["expected"]["arqc"])
    assert answer == {"KeyArn": key, "KeyCheckValue": inputs["kcv"]}


def has_arqc(vector: Any) -> bool:
    return "arqc_with_udk_padding_1" in vector.values[0]["expected"]


@pytest.mark.parametrize("vector", [each for each in vectors("emv", "icc_master_key") if has_arqc(each)])
def test_the_cards_of_awss_sample_verify(vector: Any, desk: Desk) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    key = desk.key("E0", "TDES_2KEY", "X", inputs["imk"])
    member = {"PrimaryAccountNumber": inputs["pan"], "PanSequenceNumber": inputs["psn"]}
    asked = request(key, "Amex", member, inputs["transaction_data"])
    answer = desk.ask("GenerateAuthRequestCryptogram", **asked)
    assert answer["AuthRequestCryptogram"] == expected["arqc_with_udk_padding_1"]
    desk.ask("VerifyAuthRequestCryptogram", **asked, AuthRequestCryptogram=answer["AuthRequestCryptogram"])


def is_a_flow(vector: Any) -> bool:
    return vector.values[0]["inputs"]["profile"] in FLOWS


@pytest.mark.parametrize("vector", [each for each in vectors("emv", "cvn_flow") if is_a_flow(each)])
def test_cryptogram_and_answer_are_those_of_the_source(vector: Any, desk: Desk) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    key, tags = desk.key("E0", "TDES_2KEY", "X", inputs["imk_ac"]), inputs["tags"]
    member = {"PrimaryAccountNumber": inputs["pan"], "PanSequenceNumber": inputs["psn"]}
    scheme = FLOWS[inputs["profile"]]
    if scheme != "Visa":
        member["ApplicationTransactionCounter"] = tags["9f36"]
    if scheme == "Mastercard":
        member["UnpredictableNumber"] = tags["9f37"]
    asked = request(key, scheme, member, padded(inputs))
    assert desk.ask("GenerateAuthRequestCryptogram", **asked)["AuthRequestCryptogram"] == expected["arqc"]
    method = {
        1: lambda given: {"ArpcMethod1": {"AuthResponseCode": given["arpc_rc"]}},
        2: lambda given: {"ArpcMethod2": {"CardStatusUpdate": given["csu"]}},
    }[inputs["arpc_method"]]
    asked |= {"AuthRequestCryptogram": expected["arqc"], "AuthResponseAttributes": method(inputs["arpc_input"])}
    assert desk.ask("VerifyAuthRequestCryptogram", **asked)["AuthResponseValue"] == expected["arpc"]


def is_by_counter(vector: Any) -> bool:
    inputs = vector.values[0]["inputs"]
    takes_option = inputs["mk_option"] == "A" or len(inputs["pan"]) > 16
    return inputs["sk_method"] in METHODS and takes_option and ("atc" in inputs or inputs["sk_method"] == "none")


@pytest.mark.parametrize("vector", [each for each in vectors("emv", "cryptogram") if is_by_counter(each)])
def test_cryptograms_are_those_of_the_source(vector: Any, desk: Desk) -> None:
    inputs = vector["inputs"]
    scheme = METHODS[inputs["sk_method"]]
    member = {"PrimaryAccountNumber": inputs["pan"], "PanSequenceNumber": inputs["psn"]}
    if scheme != "Visa":
        member["ApplicationTransactionCounter"] = inputs["atc"]
    if scheme == "Mastercard":
        member["UnpredictableNumber"] = inputs["un"]
    key = desk.key("E0", "TDES_2KEY", "X", inputs["imk"])
    asked = request(key, scheme, member, padded(inputs), inputs["mk_option"])
    assert desk.ask("GenerateAuthRequestCryptogram", **asked)["AuthRequestCryptogram"] == vector["expected"]["arqc"]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("mode", ["A", "B"])
def test_every_scheme_verifies_what_it_generated(desk: Desk, imk: str, scheme: str, mode: str) -> None:
    member = SCHEMES[scheme] | {"PrimaryAccountNumber": LONG_PAN}
    asked = request(imk, scheme, member, mode=mode)
    cryptogram = desk.ask("GenerateAuthRequestCryptogram", **asked)["AuthRequestCryptogram"]
    answer = desk.ask("VerifyAuthRequestCryptogram", **asked, AuthRequestCryptogram=cryptogram)
    assert answer == {"KeyArn": imk, "KeyCheckValue": "08D7B4"}
    for method, length in ((1, 16), (2, 8)):
        details = {"AuthResponseCode": "3030"} if method == 1 else {"CardStatusUpdate": "00820000"}
        asked |= {"AuthRequestCryptogram": cryptogram, "AuthResponseAttributes": {f"ArpcMethod{method}": details}}
        assert len(desk.ask("VerifyAuthRequestCryptogram", **asked)["AuthResponseValue"]) == length


@CALM
@given(scheme=st.sampled_from(sorted(SCHEMES)), bit=st.integers(0, 63))
def test_one_flipped_bit_never_verifies(desk: Desk, imk: str, scheme: str, bit: int) -> None:
    asked = request(imk, scheme, SCHEMES[scheme])
    cryptogram = int(desk.ask("GenerateAuthRequestCryptogram", **asked)["AuthRequestCryptogram"], 16)
    asked["AuthRequestCryptogram"] = f"{cryptogram ^ 1 << bit:016X}"
    assert desk.failed("VerifyAuthRequestCryptogram", **asked) == "INVALID_AUTH_REQUEST_CRYPTOGRAM"


def test_proprietary_data_count(desk: Desk, imk: str) -> None:
    asked = request(imk, "Visa", CARD)
    asked["AuthRequestCryptogram"] = desk.ask("GenerateAuthRequestCryptogram", **asked)["AuthRequestCryptogram"]
    answers = set()
    for proprietary in ({}, {"ProprietaryAuthenticationData": "12"}, {"ProprietaryAuthenticationData": "12" * 8}):
        details = {"CardStatusUpdate": "12345678", **proprietary}
        answer = desk.ask("VerifyAuthRequestCryptogram", **asked, AuthResponseAttributes={"ArpcMethod2": details})
        answers.add(answer["AuthResponseValue"])
    assert len(answers) == 3
    odd = {"ArpcMethod2": {"CardStatusUpdate": "12345678", "ProprietaryAuthenticationData": "123"}}
    assert "even number" in desk.refused("VerifyAuthRequestCryptogram", **asked, AuthResponseAttributes=odd)


@pytest.mark.parametrize("data", ["00" * 7, "00" * 9])
def test_transaction_data_come_padded(desk: Desk, imk: str, data: str) -> None:
    assert "must be padded" in desk.refused("GenerateAuthRequestCryptogram", **request(imk, "Visa", CARD, data))


def test_transaction_data_are_whole_octets(desk: Desk, imk: str) -> None:
    assert "even number" in desk.refused("GenerateAuthRequestCryptogram", **request(imk, "Visa", CARD, "0" * 15))


def test_option_b_is_for_long_pans(desk: Desk, imk: str) -> None:
    message = desk.refused("GenerateAuthRequestCryptogram", **request(imk, "Visa", CARD, mode="B"))
    assert message == "PAN length is invalid for EMV major key derivation mode EMV_OPTION_B"


@pytest.mark.parametrize(("usage", "algorithm"), [("E1", "TDES_2KEY"), ("E0", "TDES_3KEY")])
def test_it_takes_an_issuer_master_key_for_cryptograms(desk: Desk, usage: str, algorithm: str) -> None:
    asked = request(desk.key(usage, algorithm, "X"), "Visa", CARD)
    assert "not allowed for this operation" in desk.refused("GenerateAuthRequestCryptogram", **asked)
