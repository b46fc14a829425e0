"""TranslatePinData: the same PIN in a block under another key, in another format or both.

Source: APC Data Plane API reference, TranslatePinData and TranslationIsoFormats; User Guide, "Translate PIN data" (the
PAN stays the same) and "Using dynamic keys". AS 2805 format 0 is ISO 9564-1 format 0.
"""

from __future__ import annotations

from keyexchange.hsm.apc.context import Context, data_operation
from keyexchange.hsm.apc.data.pin_sides import pin_key, readable
from keyexchange.hsm.apc.data.uses import Use
from keyexchange.hsm.apc.data.values import chosen, hexadecimal, octets
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.device import Hsm
from keyexchange.payment import PinBlockFormat, PinLayout, translate_pin

_FORMATS = {
    "IsoFormat0": PinBlockFormat.ISO_0,
    "IsoFormat1": PinBlockFormat.ISO_1,
    "IsoFormat3": PinBlockFormat.ISO_3,
    "IsoFormat4": PinBlockFormat.ISO_4,
    "As2805Format0": PinBlockFormat.ISO_0,
}
"""By member of TranslationIsoFormats."""


@data_operation("TranslatePinData", writes=False)
def translate_pin_data(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC Data Plane API reference, TranslatePinData."""
    incoming = pin_key(
        hsm,
        context,
        request["IncomingKeyIdentifier"],
        Use.DECRYPT_PIN,
        wrapped_key=request.get("IncomingWrappedKey"),
        dukpt_attributes=request.get("IncomingDukptAttributes"),
        as2805_attributes=request.get("IncomingAs2805Attributes"),
    )
    outgoing = pin_key(
        hsm,
        context,
        request["OutgoingKeyIdentifier"],
        Use.ENCRYPT_PIN,
        wrapped_key=request.get("OutgoingWrappedKey"),
        dukpt_attributes=request.get("OutgoingDukptAttributes"),
    )
    before, after = _layouts(request)
    block = octets(request["EncryptedPinBlock"])
    with readable():
        translated = translate_pin(incoming.cipher, before, block, outgoing.cipher, after)
    return {
        "PinBlock": hexadecimal(translated),
        "KeyArn": outgoing.named.arn,
        "KeyCheckValue": outgoing.named.check_value,
    }


def _layouts(request: Values) -> tuple[PinLayout, PinLayout]:
    """Incoming and outgoing; one for both where they are the same."""
    incoming, outgoing = request["IncomingTranslationAttributes"], request["OutgoingTranslationAttributes"]
    before = _layout(incoming, "IncomingTranslationAttributes")
    return before, before if incoming == outgoing else _layout(outgoing, "OutgoingTranslationAttributes")


def _layout(attributes: Values, member: str) -> PinLayout:
    pin_format, details = chosen(attributes, _FORMATS, member)
    return PinLayout(pin_format, details.get("PrimaryAccountNumber"))
