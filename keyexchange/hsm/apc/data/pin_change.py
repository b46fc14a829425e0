"""GenerateMacEmvPinChange: a new PIN on its way into a chip card, with the MAC over the command that carries it.

Source: APC Data Plane API reference, GenerateMacEmvPinChange and DerivationMethodAttributes; User Guide, "Generate EMV
MAC for PIN Change". Which block, form and session keys each scheme has: docs/reference/payment-algorithms.md. The
EncryptedPinBlock of an answer is what goes to the card: the enciphered block.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from keyexchange.crypto import TdesKey
from keyexchange.hsm.apc.context import Context, data_operation
from keyexchange.hsm.apc.data import keys
from keyexchange.hsm.apc.data.emv import card_key
from keyexchange.hsm.apc.data.keys import DataKey
from keyexchange.hsm.apc.data.pin_sides import PinSide, layout, pin_key
from keyexchange.hsm.apc.data.uses import Use
from keyexchange.hsm.apc.data.values import chosen, hexadecimal, octets
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.device import Hsm
from keyexchange.payment import CipherMode, Pin
from keyexchange.payment.emv import (
    Encipherment,
    change_pin,
    iso_2_pin_block,
    scripts,
    session_keys,
    visa_pin_block,
)
from keyexchange.secret import Secret

_MODES = {"ECB": CipherMode.ECB, "CBC": CipherMode.CBC}


class _Block(NamedTuple):
    """A clear PIN block, and what the answer says about it beside."""

    clear: Secret
    told: Values


class _Scheme(NamedTuple):
    """A member of DerivationMethodAttributes.

    Args:
        diversifier: the member's member that session keys derive from.
        session_key: from a card's master key and that.
        form: of the encipherment, from the member.
        block: from the HSM, the caller, request, member and the new PIN.
    """

    diversifier: str
    session_key: Callable[[TdesKey, bytes], TdesKey]
    form: Callable[[Values], Encipherment]
    block: Callable[[Hsm, Context, Values, Values, Pin], _Block]


def _iso_2(_hsm: Hsm, _context: Context, _request: Values, _member: Values, pin: Pin) -> _Block:
    return _Block(iso_2_pin_block(pin), {})


def _visa(hsm: Hsm, context: Context, request: Values, member: Values, pin: Pin) -> _Block:
    """Visa's block; of American Express too. It ties in a key of the card and the PIN that is replaced."""
    issuer_key = keys.find(hsm, context, member["AuthorizationRequestKeyIdentifier"], Use.EMV_CRYPTOGRAM)
    told = _named("AuthorizationRequestKey", issuer_key)
    current = member.get("CurrentPinAttributes")
    old = None
    if current is not None:
        side = _side(hsm, context, current["CurrentPinPekIdentifier"], request, member)
        old = side.open("CurrentEncryptedPinBlock", current["CurrentEncryptedPinBlock"])
        told |= _named("CurrentPinPek", side.key.named)
    clear = visa_pin_block(card_key(hsm, issuer_key, member), pin, old)
    return _Block(clear, {"VisaAmexDerivationOutputs": told})


def _always(form: Encipherment) -> Callable[[Values], Encipherment]:
    return lambda _member: form


def _asked(member: Values) -> Encipherment:
    return Encipherment(
        _MODES[member["Mode"]],
        length_first=member["PinBlockLengthPosition"] == "FRONT_OF_PIN_BLOCK",
        padded=member["PinBlockPaddingType"] == "ISO_IEC_7816_4",
    )


_CRYPTOGRAM, _COUNTER = "ApplicationCryptogram", "ApplicationTransactionCounter"
_SCHEMES = {
    "EmvCommon": _Scheme(_CRYPTOGRAM, session_keys.common, _asked, _iso_2),
    "Mastercard": _Scheme(_CRYPTOGRAM, session_keys.common, _always(scripts.MASTERCARD), _iso_2),
    "Emv2000": _Scheme(_COUNTER, session_keys.emv2000, _always(scripts.EMV), _iso_2),
    "Visa": _Scheme(_COUNTER, session_keys.counter_xor, _always(scripts.VISA), _visa),
    "Amex": _Scheme(_COUNTER, session_keys.counter_xor, _always(scripts.VISA), _visa),
}


@data_operation("GenerateMacEmvPinChange", writes=False)
def generate_mac_emv_pin_change(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC Data Plane API reference, GenerateMacEmvPinChange."""
    scheme, member = chosen(request["DerivationMethodAttributes"], _SCHEMES, "DerivationMethodAttributes")
    integrity = keys.find(hsm, context, request["SecureMessagingIntegrityKeyIdentifier"], Use.EMV_INTEGRITY)
    confidentiality = keys.find(
        hsm, context, request["SecureMessagingConfidentialityKeyIdentifier"], Use.EMV_CONFIDENTIALITY
    )
    side = _side(hsm, context, request["NewPinPekIdentifier"], request, member)
    new_pin = side.open("NewEncryptedPinBlock", request["NewEncryptedPinBlock"])
    clear, told = scheme.block(hsm, context, request, member, new_pin)
    diversifier = octets(member[scheme.diversifier])
    change = change_pin(
        scheme.session_key(card_key(hsm, confidentiality, member), diversifier),
        scheme.session_key(card_key(hsm, integrity, member), diversifier),
        octets(request["MessageData"]),
        clear,
        scheme.form(member),
    )
    return {
        **_named("NewPinPek", side.key.named),
        **_named("SecureMessagingIntegrityKey", integrity),
        **_named("SecureMessagingConfidentialityKey", confidentiality),
        "Mac": hexadecimal(change.mac),
        "EncryptedPinBlock": hexadecimal(change.enciphered),
        **told,
    }


def _side(hsm: Hsm, context: Context, identifier: str, request: Values, member: Values) -> PinSide:
    pan = member["PrimaryAccountNumber"]
    return PinSide(pin_key(hsm, context, identifier, Use.DECRYPT_PIN), layout(request["PinBlockFormat"], pan))


def _named(name: str, key: DataKey) -> Values:
    return {f"{name}Arn": key.arn, f"{name.removesuffix('Key')}KeyCheckValue": key.check_value}
