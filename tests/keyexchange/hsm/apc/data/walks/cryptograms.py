"""GenerateAuthRequestCryptogram and VerifyAuthRequestCryptogram: every scheme, option and answer."""

from __future__ import annotations

from typing import Any

from tests.keyexchange.hsm.apc.data.walks.customer import Customer

PANS = {"EMV_OPTION_A": "4929123412341234", "EMV_OPTION_B": "4929123412341234567"}
"""PANs that the options of EMV Book 2, A1.4 are for, by MajorKeyDerivationMode."""
TRANSACTION = "0000000010000000000000000840008000080008402012080023090AB3C3D800"
COUNTER, NUMBER = {"ApplicationTransactionCounter": "000B"}, {"UnpredictableNumber": "01020304"}
SCHEMES: dict[str, dict[str, str]] = {
    "EmvCommon": COUNTER,
    "Mastercard": COUNTER | NUMBER,
    "Emv2000": COUNTER,
    "Amex": {},
    "Visa": {},
    "UnionPay": COUNTER,
}
RESPONSES: list[dict[str, Any]] = [
    {"ArpcMethod1": {"AuthResponseCode": "3030"}},
    {"ArpcMethod2": {"CardStatusUpdate": "00820000"}},
    {"ArpcMethod2": {"CardStatusUpdate": "00820000", "ProprietaryAuthenticationData": "C1D2E3F405162738"}},
]


def walk(customer: Customer) -> None:
    key = customer.key("E0", "TDES_2KEY", "X")
    for option, pan in PANS.items():
        for scheme, members in SCHEMES.items():
            card = {"PrimaryAccountNumber": pan, "PanSequenceNumber": "00", **members}
            asked = {
                "KeyIdentifier": key,
                "TransactionData": TRANSACTION,
                "MajorKeyDerivationMode": option,
                "SessionKeyDerivationAttributes": {scheme: card},
            }
            cryptogram = customer.ask("GenerateAuthRequestCryptogram", **asked)["AuthRequestCryptogram"]
            verify = asked | {"AuthRequestCryptogram": cryptogram}
            assert "AuthResponseValue" not in customer.ask("VerifyAuthRequestCryptogram", **verify)
            for response in RESPONSES:
                answer = customer.ask("VerifyAuthRequestCryptogram", **verify, AuthResponseAttributes=response)
                assert len(answer["AuthResponseValue"]) == (16 if "ArpcMethod1" in response else 8)
            wrong = asked | {"AuthRequestCryptogram": f"{int(cryptogram[0], 16) ^ 1:X}{cryptogram[1:]}"}
            assert customer.failed("VerifyAuthRequestCryptogram", **wrong) == "INVALID_AUTH_REQUEST_CRYPTOGRAM"
