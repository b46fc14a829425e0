"""Answers to TPIN, EPIN, CPIN, GOFF and VPIN."""

from __future__ import annotations

from keyexchange.errors import FormatError, MismatchError
from keyexchange.payment.pin import Pin
from keyexchange.payment.pin_blocks import PinBlockFormat, PinLayout
from keyexchange.payment.pin_encryption import decrypt_pin, encrypt_pin, translate_pin
from keyexchange.payment.pvv import generate_pvv, verify_pvv

from ..commands import (
    CheckPin,
    CheckPinReply,
    DecryptPin,
    DecryptPinReply,
    EncryptPin,
    EncryptPinReply,
    MakePvv,
    MakePvvReply,
    TranslatePin,
    TranslatePinReply,
)
from ..commands.pin import ANSI, VISA
from ..commands.values import NO, UNREADABLE, YES
from ..errors import Refusal
from .device import Device, answers
from .working_keys import Purpose, tdes_key

_ENCRYPT, _DECRYPT = Purpose(("P0",), "BE"), Purpose(("P0",), "BD")
_MAKE_PVV, _CHECK_PVV = Purpose(("V2",), "CG"), Purpose(("V2",), "CV")
_MISSING, _NOT_SUPPORTED, _SANITY = "04", "12", "03"
_ANY_CHECK_DIGIT = "0"
"""Commands give the digits before the check digit, which is used nowhere."""


@answers(TranslatePin)
def translate(device: Device, request: TranslatePin) -> TranslatePinReply:
    """TPIN."""
    layout = _layout(request.form, request.pan_part)
    incoming = tdes_key(device, request.incoming_key, _DECRYPT)
    outgoing = tdes_key(device, request.outgoing_key, _ENCRYPT)
    try:
        block = translate_pin(incoming, layout, request.block, outgoing, layout)
    except FormatError:
        return TranslatePinReply(verdict=UNREADABLE)
    return TranslatePinReply(block=block, verdict=YES)


@answers(EncryptPin)
def encrypt(device: Device, request: EncryptPin) -> EncryptPinReply:
    """EPIN."""
    pan_part = request.account or request.pan_part
    if pan_part is None:
        raise Refusal(_MISSING)
    layout = _layout(request.form or ANSI, pan_part)
    return EncryptPinReply(block=encrypt_pin(tdes_key(device, request.key, _ENCRYPT), layout, Pin(request.pin)))


@answers(DecryptPin)
def decrypt(device: Device, request: DecryptPin) -> DecryptPinReply:
    """CPIN."""
    layout = _layout(request.form, request.pan_part)
    try:
        pin = decrypt_pin(tdes_key(device, request.key, _DECRYPT), layout, request.block)
    except FormatError:
        return DecryptPinReply(verdict=UNREADABLE)
    return DecryptPinReply(pin=pin.reveal(), verdict=YES)


@answers(MakePvv)
def make_pvv(device: Device, request: MakePvv) -> MakePvvReply:
    """GOFF. The source's reply has no verdict, so a block that cannot be read is an error."""
    _require_visa(request.method)
    key = tdes_key(device, request.key, _MAKE_PVV)
    pin_key = tdes_key(device, request.pin_key, _DECRYPT)
    try:
        pin = decrypt_pin(pin_key, _layout(ANSI, request.pan_part), request.block)
    except FormatError:
        raise Refusal(_SANITY) from None
    return MakePvvReply(pvv=generate_pvv(key, pin, request.account + _ANY_CHECK_DIGIT, int(request.key_index)))


@answers(CheckPin)
def check_pin(device: Device, request: CheckPin) -> CheckPinReply:
    """VPIN."""
    _require_visa(request.method)
    layout = _layout(request.form, request.pan_part)
    key = tdes_key(device, request.key, _CHECK_PVV)
    pin_key = tdes_key(device, request.pin_key, _DECRYPT)
    try:
        pin = decrypt_pin(pin_key, layout, request.block)
    except FormatError:
        return CheckPinReply(verdict=UNREADABLE)
    try:
        verify_pvv(key, pin, request.account + _ANY_CHECK_DIGIT, int(request.key_index), request.pvv)
    except MismatchError:
        return CheckPinReply(verdict=NO)
    return CheckPinReply(verdict=YES)


def _layout(form: str, pan_part: str) -> PinLayout:
    if form != ANSI:
        raise Refusal(_NOT_SUPPORTED)
    return PinLayout(PinBlockFormat.ISO_0, pan_part + _ANY_CHECK_DIGIT)


def _require_visa(method: str) -> None:
    if method != VISA:
        raise Refusal(_NOT_SUPPORTED)
