"""GenerateMacEmvPinChange: every scheme, option, format and form."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from tests.keyexchange.hsm.apc.data.walks.cryptograms import PANS
from tests.keyexchange.hsm.apc.data.walks.customer import Customer

FORMATS = ("ISO_FORMAT_0", "ISO_FORMAT_1", "ISO_FORMAT_3")
CRYPTOGRAM = {"ApplicationCryptogram": "1234567890ABCDEF"}
COUNTER = {"ApplicationTransactionCounter": "005E"}
FORMS = [
    {"Mode": mode, "PinBlockPaddingType": padding, "PinBlockLengthPosition": position}
    for mode, (padding, position) in product(
        ("ECB", "CBC"), (("ISO_IEC_7816_4", "NONE"), ("ISO_IEC_7816_4", "FRONT_OF_PIN_BLOCK"), ("NO_PADDING", "NONE"))
    )
]
"""A length octet without padding leaves the block unaligned."""


def walk(customer: Customer) -> None:
    for pin_format, (option, pan) in product(FORMATS, PANS.items()):
        card = {"MajorKeyDerivationMode": option, "PrimaryAccountNumber": pan, "PanSequenceNumber": "00"}
        for scheme, members in _schemes(customer, pin_format, pan):
            answer = customer.ask(
                "GenerateMacEmvPinChange", **_request(customer, pin_format, pan, scheme, card | members)
            )
            assert len(answer["Mac"]) == 16
            assert len(answer["EncryptedPinBlock"]) in (16, 32)
            assert ("VisaAmexDerivationOutputs" in answer) is (scheme in ("Visa", "Amex"))
    odd = card | CRYPTOGRAM | {"Mode": "ECB", "PinBlockPaddingType": "NO_PADDING"}
    odd |= {"PinBlockLengthPosition": "FRONT_OF_PIN_BLOCK"}
    customer.refused("GenerateMacEmvPinChange", **_request(customer, pin_format, pan, "EmvCommon", odd))


def _schemes(customer: Customer, pin_format: str, pan: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from (("EmvCommon", CRYPTOGRAM | form) for form in FORMS)
    yield "Mastercard", CRYPTOGRAM
    yield "Emv2000", COUNTER
    for scheme in ("Visa", "Amex"):
        tied = COUNTER | {"AuthorizationRequestKeyIdentifier": customer.key("E0", "TDES_2KEY", "X")}
        current = {
            "CurrentPinPekIdentifier": customer.key("P0", "TDES_2KEY", "B"),
            "CurrentEncryptedPinBlock": _new_pin(customer, pin_format, pan),
        }
        yield scheme, tied
        yield scheme, tied | {"CurrentPinAttributes": current}


def _request(
    customer: Customer, pin_format: str, pan: str, scheme: str, member: dict[str, Any]
) -> dict[str, Any]:  # fmt: skip
    return {
        "NewPinPekIdentifier": customer.key("P0", "TDES_2KEY", "B"),
        "NewEncryptedPinBlock": _new_pin(customer, pin_format, pan),
        "PinBlockFormat": pin_format,
        "SecureMessagingIntegrityKeyIdentifier": customer.key("E2", "TDES_2KEY", "X"),
        "SecureMessagingConfidentialityKeyIdentifier": customer.key("E1", "TDES_2KEY", "X"),
        "MessageData": "8424000210001C7A788EA6B8A3E733",
        "DerivationMethodAttributes": {scheme: member},
    }


def _new_pin(customer: Customer, pin_format: str, pan: str) -> str:
    made = customer.ask(
        "GeneratePinData",
        GenerationKeyIdentifier=customer.key("V2", "TDES_2KEY", "C"),
        EncryptionKeyIdentifier=customer.key("P0", "TDES_2KEY", "B"),
        GenerationAttributes={"VisaPin": {"PinVerificationKeyIndex": 1}},
        PinBlockFormat=pin_format,
        PrimaryAccountNumber=pan,
    )
    return str(made["EncryptedPinBlock"])
