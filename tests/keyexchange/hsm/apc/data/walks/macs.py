"""GenerateMac and VerifyMac: generated, verified, and not verified when changed."""

from __future__ import annotations

from typing import Any

from tests.keyexchange.hsm.apc.data.walks.cryptograms import PANS
from tests.keyexchange.hsm.apc.data.walks.customer import Customer

MESSAGE = "3B313038383439303031303733393431353D32343038323236303030373030303F33" + "00" * 6
AES_KSN, TDES_KSNS = "123456789012345600000003", ("FFFF9876543210E00008", "9876543210E00008")
CIPHERS = ("TDES_2KEY", "TDES_3KEY", "AES_128", "AES_192", "AES_256")
VARIANTS = ("REQUEST", "RESPONSE", "BIDIRECTIONAL")
KEYS = {
    "ISO9797_ALGORITHM1": ("M1", CIPHERS[:2]),
    "ISO9797_ALGORITHM3": ("M3", CIPHERS[:2]),
    "CMAC": ("M6", CIPHERS),
    "AS2805_4_1": ("M0", CIPHERS[:2]),
    "HMAC": ("M7", ("HMAC_SHA224", "HMAC_SHA256", "HMAC_SHA384", "HMAC_SHA512")),
    **{f"HMAC_SHA{bits}": ("M7", (f"HMAC_SHA{bits}",)) for bits in (224, 256, 384, 512)},
}
SESSION = {
    "EMV_COMMON_SESSION_KEY": {"ApplicationCryptogram": "0123456789ABCDEF"},
    "MASTERCARD_SESSION_KEY": {"ApplicationCryptogram": "0123456789ABCDEF"},
    "EMV2000": {"ApplicationTransactionCounter": "000B"},
    "AMEX": {"ApplicationTransactionCounter": "000B"},
    "VISA": {"ApplicationTransactionCounter": "000B"},
    "UNION_PAY": {"ApplicationTransactionCounter": "000B"},
}


def walk(customer: Customer) -> None:
    for algorithm, (usage, key_algorithms) in KEYS.items():
        for key_algorithm in key_algorithms:
            _to_and_fro(customer, customer.key(usage, key_algorithm, "C"), {"Algorithm": algorithm})
    for mode, value in SESSION.items():
        for option, pan in PANS.items():
            attributes = {
                "MajorKeyDerivationMode": option, "PrimaryAccountNumber": pan, "PanSequenceNumber": "01",
                "SessionKeyDerivationMode": mode, "SessionKeyDerivationValue": value,
            }  # fmt: skip
            _to_and_fro(customer, customer.key("E2", "TDES_2KEY", "X"), {"EmvMac": attributes})
    _dukpt(customer)


def _dukpt(customer: Customer) -> None:
    tdes, aes = customer.key("B0", "TDES_2KEY", "X"), customer.key("B0", "AES_256", "X")
    for variant in VARIANTS:
        for ksn in TDES_KSNS:
            for member in ("DukptIso9797Algorithm1", "DukptIso9797Algorithm3", "DukptCmac"):
                _to_and_fro(customer, tdes, {member: {"KeySerialNumber": ksn, "DukptKeyVariant": variant}})
        for kind in CIPHERS:
            attributes = {"KeySerialNumber": AES_KSN, "DukptKeyVariant": variant, "DukptDerivationType": kind}
            _to_and_fro(customer, aes, {"DukptIso9797Algorithm1": attributes})
            _to_and_fro(customer, aes, {"DukptCmac": attributes})
            if kind in CIPHERS[:2]:
                _to_and_fro(customer, aes, {"DukptIso9797Algorithm3": attributes})
            else:
                retail: dict[str, Any] = {"DukptIso9797Algorithm3": attributes}
                asked = {"KeyIdentifier": aes, "MessageData": MESSAGE}
                customer.refused("GenerateMac", **asked, GenerationAttributes=retail)
                customer.refused("VerifyMac", **asked, Mac="00" * 4, VerificationAttributes=retail)


def _to_and_fro(customer: Customer, key: str, attributes: dict[str, Any]) -> None:
    message = MESSAGE + "00" * (-len(MESSAGE) // 2 % 16)
    asked = {"KeyIdentifier": key, "MessageData": message}
    for length in ({}, {"MacLength": 4}, {"MacLength": 8}):
        mac = customer.ask("GenerateMac", **asked, GenerationAttributes=attributes, **length)["Mac"]
        assert len(mac) == 2 * length.get("MacLength", len(mac) // 2)
        verified = customer.ask("VerifyMac", **asked, Mac=mac, VerificationAttributes=attributes, **length)
        assert verified["KeyArn"] == key
        changed = f"{int(mac[0], 16) ^ 1:X}{mac[1:]}"
        reason = customer.failed("VerifyMac", **asked, Mac=changed, VerificationAttributes=attributes, **length)
        assert reason == "INVALID_MAC"
