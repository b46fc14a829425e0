"""GeneratePinData and VerifyPinData.

Source: APC Data Plane API reference, GeneratePinData, VerifyPinData and the structures they share; User Guide,
"Generate PIN data", "Verify PIN data" and "Validate a PIN against previously stored IBM3624 pin offset" (so many digits
are verified as PinDataLength says, four without it, counted from the right).

Not public is what PinData holds when there is nothing new to tell: of a natural PIN it is an offset of zeros here, and
of a PIN that was made from an offset that offset. No member of an answer is a clear PIN. What an offset tells in spite
of that: docs/reference/data-plane.md, "What leads to a PIN".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from keyexchange.crypto import TdesKey
from keyexchange.hsm.apc.context import Context, data_operation
from keyexchange.hsm.apc.data import keys
from keyexchange.hsm.apc.data.pin_sides import PinSide, layout, pin_key
from keyexchange.hsm.apc.data.uses import Use
from keyexchange.hsm.apc.data.values import chosen, hexadecimal
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.device import Hsm
from keyexchange.payment import (
    DecimalisationTable,
    Ibm3624,
    Pin,
    encrypt_pin,
    generate_pvv,
    natural_pin,
    pin_from_offset,
    pin_offset,
    random_pin,
    verify_ibm3624,
    verify_pvv,
)

_USUAL_LENGTH = 4


class _Pinned(NamedTuple):
    """A PIN, and what is told about it."""

    pin: Pin
    data: Values


class _Answered(NamedTuple):
    """An encrypted PIN block, and PinData."""

    block: str
    data: Values


_Answer = Callable[[PinSide, TdesKey, Values, Values], _Answered]


class _Method(NamedTuple):
    """A member of PinGenerationAttributes.

    Args:
        verification: what its PIN verification key is used for.
        encryption: what its PIN encryption key is used for.
        answer: from side, PIN verification key, request and member.
    """

    verification: Use
    encryption: Use
    answer: _Answer


def _of_new_pin(verification: Use, make: Callable[[TdesKey, Values, Values], _Pinned]) -> _Method:
    def answer(side: PinSide, pvk: TdesKey, request: Values, attributes: Values) -> _Answered:
        pin, data = make(pvk, request, attributes)
        return _Answered(hexadecimal(encrypt_pin(side.key.cipher, side.layout, pin)), data)

    return _Method(verification, Use.ENCRYPT_PIN, answer)


def _of_given_pin(verification: Use, tell: Callable[[TdesKey, Values, Values, Pin], Values]) -> _Method:
    def answer(side: PinSide, pvk: TdesKey, request: Values, attributes: Values) -> _Answered:
        block = attributes["EncryptedPinBlock"]
        return _Answered(block.upper(), tell(pvk, request, attributes, side.open("EncryptedPinBlock", block)))

    return _Method(verification, Use.DECRYPT_PIN, answer)


@data_operation("GeneratePinData", writes=False)
def generate_pin_data(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC Data Plane API reference, GeneratePinData."""
    method, attributes = chosen(request["GenerationAttributes"], _GENERATION, "GenerationAttributes")
    pvk = keys.find(hsm, context, request["GenerationKeyIdentifier"], method.verification)
    side = _side(hsm, context, request, method.encryption)
    block, data = method.answer(side, pvk.tdes, request, attributes)
    return {
        "GenerationKeyArn": pvk.arn,
        "GenerationKeyCheckValue": pvk.check_value,
        "EncryptionKeyArn": side.key.named.arn,
        "EncryptionKeyCheckValue": side.key.named.check_value,
        "EncryptedPinBlock": block,
        "PinData": data,
    }


@data_operation("VerifyPinData", writes=False)
def verify_pin_data(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC Data Plane API reference, VerifyPinData."""
    method, attributes = chosen(request["VerificationAttributes"], _VERIFICATION, "VerificationAttributes")
    use, verify = method
    pvk = keys.find(hsm, context, request["VerificationKeyIdentifier"], use)
    side = _side(hsm, context, request, Use.DECRYPT_PIN)
    verify(pvk.tdes, request, attributes, side.open("EncryptedPinBlock", request["EncryptedPinBlock"]))
    return {
        "VerificationKeyArn": pvk.arn,
        "VerificationKeyCheckValue": pvk.check_value,
        "EncryptionKeyArn": side.key.named.arn,
        "EncryptionKeyCheckValue": side.key.named.check_value,
    }


def _side(hsm: Hsm, context: Context, request: Values, use: Use) -> PinSide:
    key = pin_key(
        hsm,
        context,
        request["EncryptionKeyIdentifier"],
        use,
        wrapped_key=request.get("EncryptionWrappedKey"),
        dukpt_attributes=request.get("DukptAttributes"),
    )
    return PinSide(key, layout(request["PinBlockFormat"], request.get("PrimaryAccountNumber")))


def _length(request: Values) -> int:
    length: int = request.get("PinDataLength", _USUAL_LENGTH)
    return length


def _pan(request: Values) -> str:
    pan: str | None = request.get("PrimaryAccountNumber")
    if pan is None:
        raise validation("PrimaryAccountNumber is required for a PIN verification value, whatever the PinBlockFormat")
    return pan


def _card(attributes: Values) -> Ibm3624:
    """Under a table of one digit, say, every natural PIN is known, and offsets tell PINs.

    Raises:
        FormatError: validation data, pad character or table of another form.
        RuleError: rule decimalisation-table.
    """
    table = DecimalisationTable(attributes["DecimalizationTable"])
    table.require_varied()
    return Ibm3624(table, attributes["PinValidationData"], attributes["PinValidationDataPadCharacter"])


def _pvv(pvk: TdesKey, request: Values, attributes: Values, pin: Pin) -> Values:
    return {"VerificationValue": generate_pvv(pvk, pin, _pan(request), attributes["PinVerificationKeyIndex"])}


def _visa_pin(pvk: TdesKey, request: Values, attributes: Values) -> _Pinned:
    pin = random_pin(_length(request))
    return _Pinned(pin, _pvv(pvk, request, attributes, pin))


def _natural_pin(pvk: TdesKey, request: Values, attributes: Values) -> _Pinned:
    pin = natural_pin(pvk, _card(attributes), _length(request))
    return _Pinned(pin, {"PinOffset": "0" * len(pin)})


def _random_pin(pvk: TdesKey, request: Values, attributes: Values) -> _Pinned:
    pin = random_pin(_length(request))
    return _Pinned(pin, {"PinOffset": pin_offset(pvk, _card(attributes), pin)})


def _pin_from_offset(pvk: TdesKey, request: Values, attributes: Values) -> _Pinned:
    offset = attributes["PinOffset"]
    if request.get("PinDataLength", len(offset)) != len(offset):
        raise validation("PinDataLength is not the number of digits of PinOffset")
    return _Pinned(pin_from_offset(pvk, _card(attributes), offset), {"PinOffset": offset})


def _offset(pvk: TdesKey, request: Values, attributes: Values, pin: Pin) -> Values:
    """As many digits from the right as the request asks for; of a request that does not, as many as the PIN has."""
    length = request.get("PinDataLength", len(pin))
    if length > len(pin):
        raise validation("PinDataLength is more than the PIN has digits")
    return {"PinOffset": pin_offset(pvk, _card(attributes), pin)[-length:]}


_GENERATION = {
    "VisaPin": _of_new_pin(Use.GENERATE_PVV, _visa_pin),
    "VisaPinVerificationValue": _of_given_pin(Use.GENERATE_PVV, _pvv),
    "Ibm3624PinOffset": _of_given_pin(Use.GENERATE_IBM_3624, _offset),
    "Ibm3624NaturalPin": _of_new_pin(Use.GENERATE_IBM_3624, _natural_pin),
    "Ibm3624RandomPin": _of_new_pin(Use.GENERATE_IBM_3624, _random_pin),
    "Ibm3624PinFromOffset": _of_new_pin(Use.GENERATE_IBM_3624, _pin_from_offset),
}


def _verify_pvv(pvk: TdesKey, request: Values, attributes: Values, pin: Pin) -> None:
    """PinDataLength changes nothing: a PVV covers the PIN's first four digits."""
    index, value = attributes["PinVerificationKeyIndex"], attributes["VerificationValue"]
    verify_pvv(pvk, pin, _pan(request), index, value)


def _verify_offset(pvk: TdesKey, request: Values, attributes: Values, pin: Pin) -> None:
    verify_ibm3624(pvk, _card(attributes), pin, attributes["PinOffset"], length=_length(request))


_VERIFICATION: dict[str, tuple[Use, Callable[[TdesKey, Values, Values, Pin], None]]] = {
    "VisaPin": (Use.VERIFY_PVV, _verify_pvv),
    "Ibm3624Pin": (Use.VERIFY_IBM_3624, _verify_offset),
}
