"""GenerateCardValidationData and VerifyCardValidationData.

Source: APC Data Plane API reference, GenerateCardValidationData (three digits unless told otherwise),
CardGenerationAttributes, CardVerificationAttributes; User Guide, "Generate card data" (CVV2 is a CVV of service code
000). How the service makes CardHolderVerificationValue and DiscoverDynamicCardVerificationCode is not public: their
values here verify here alone (docs/reference/payment-algorithms.md).

No member says how card keys are derived: option A is taken, and PAN sequence number 00 where a member has none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from keyexchange.crypto import TdesKey
from keyexchange.hsm.apc.context import Context, data_operation
from keyexchange.hsm.apc.data import keys
from keyexchange.hsm.apc.data.emv import card_master_key
from keyexchange.hsm.apc.data.keys import DataKey
from keyexchange.hsm.apc.data.uses import Use
from keyexchange.hsm.apc.data.values import chosen, even_octets
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.device import Hsm
from keyexchange.payment import (
    CVV2_SERVICE_CODE,
    CardValue,
    CscVersion1,
    CscVersion2,
    Cvc3,
    Cvv,
    Dcvv,
    DerivedCavv,
    DiscoverDcvv,
    iv_cvc3,
)
from keyexchange.payment.emv import MasterKeyOption

_USUAL_LENGTH = 3
_NO_SEQUENCE_NUMBER = "00"


class _Method(NamedTuple):
    """A member of CardGenerationAttributes or CardVerificationAttributes.

    Args:
        generate: what its key is used for when a value is generated.
        verify: what its key is used for when one is verified.
        derived: whether the value is under a key of the card that derives from the key.
        value: from that key, PAN and member.
    """

    generate: Use
    verify: Use
    derived: bool
    value: Callable[[TdesKey, str, Values], CardValue]

    def of_card(self, hsm: Hsm, named: DataKey, pan: str, member: Values) -> tuple[TdesKey, CardValue]:
        """The key under which a card's value is, and what the value is made of.

        Raises:
            ApiError, FormatError: PAN or member are not what they should be.
        """
        key = named.tdes
        if self.derived:
            sequence_number = member.get("PanSequenceNumber", _NO_SEQUENCE_NUMBER)
            key = card_master_key(hsm, named, MasterKeyOption.A, pan, sequence_number)
        return key, self.value(key, pan, member)


def _cvv1(_key: TdesKey, pan: str, member: Values) -> CardValue:
    return Cvv(pan, member["CardExpiryDate"], member["ServiceCode"])


def _cvv2(_key: TdesKey, pan: str, member: Values) -> CardValue:
    return Cvv(pan, member["CardExpiryDate"], CVV2_SERVICE_CODE)


def _csc1(_key: TdesKey, pan: str, member: Values) -> CardValue:
    return CscVersion1(pan, member["CardExpiryDate"])


def _csc2(_key: TdesKey, pan: str, member: Values) -> CardValue:
    return CscVersion2(pan, member["CardExpiryDate"], member["ServiceCode"])


def _dcvc3(key: TdesKey, _pan: str, member: Values) -> CardValue:
    initial = iv_cvc3(key, even_octets("TrackData", member["TrackData"]))
    return Cvc3(initial, member["UnpredictableNumber"], member["ApplicationTransactionCounter"])


def _dcvv(_key: TdesKey, pan: str, member: Values) -> CardValue:
    return Dcvv(pan, member["CardExpiryDate"], member["ServiceCode"], member["ApplicationTransactionCounter"])


def _cardholder(_key: TdesKey, pan: str, member: Values) -> CardValue:
    return DerivedCavv(pan, member["UnpredictableNumber"], member["ApplicationTransactionCounter"])


def _discover(_key: TdesKey, pan: str, member: Values) -> CardValue:
    number, counter = member["UnpredictableNumber"], member["ApplicationTransactionCounter"]
    return DiscoverDcvv(pan, member["CardExpiryDate"], number, counter)


_GENERATION = {
    "CardVerificationValue1": _Method(Use.GENERATE_CVV, Use.VERIFY_CVV, derived=False, value=_cvv1),
    "CardVerificationValue2": _Method(Use.GENERATE_CVV, Use.VERIFY_CVV, derived=False, value=_cvv2),
    "AmexCardSecurityCodeVersion1": _Method(Use.GENERATE_CSC, Use.VERIFY_CSC, derived=False, value=_csc1),
    "AmexCardSecurityCodeVersion2": _Method(Use.GENERATE_CSC, Use.VERIFY_CSC, derived=False, value=_csc2),
    "DynamicCardVerificationCode": _Method(Use.DYNAMIC_CODE, Use.DYNAMIC_CODE, derived=True, value=_dcvc3),
    "DynamicCardVerificationValue": _Method(Use.DYNAMIC_VALUE, Use.DYNAMIC_VALUE, derived=True, value=_dcvv),
    "CardHolderVerificationValue": _Method(Use.DYNAMIC_VALUE, Use.DYNAMIC_VALUE, derived=True, value=_cardholder),
}
_VERIFICATION = _GENERATION | {
    "DiscoverDynamicCardVerificationCode": _Method(Use.DYNAMIC_VALUE, Use.DYNAMIC_VALUE, derived=True, value=_discover)
}


@data_operation("GenerateCardValidationData", writes=False)
def generate_card_validation_data(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC Data Plane API reference, GenerateCardValidationData."""
    method, member = chosen(request["GenerationAttributes"], _GENERATION, "GenerationAttributes")
    named = keys.find(hsm, context, request["KeyIdentifier"], method.generate)
    key, value = method.of_card(hsm, named, request["PrimaryAccountNumber"], member)
    digits = value.generate(key, request.get("ValidationDataLength", _USUAL_LENGTH))
    return {"KeyArn": named.arn, "KeyCheckValue": named.check_value, "ValidationData": digits}


@data_operation("VerifyCardValidationData", writes=False)
def verify_card_validation_data(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC Data Plane API reference, VerifyCardValidationData."""
    method, member = chosen(request["VerificationAttributes"], _VERIFICATION, "VerificationAttributes")
    named = keys.find(hsm, context, request["KeyIdentifier"], method.verify)
    key, value = method.of_card(hsm, named, request["PrimaryAccountNumber"], member)
    value.verify(key, request["ValidationData"])
    return {"KeyArn": named.arn, "KeyCheckValue": named.check_value}
