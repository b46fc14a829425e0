"""Answers to 30, 31, 335, 3E and 32."""

from __future__ import annotations

from keyexchange.crypto import TdesKey
from keyexchange.errors import FormatError, MismatchError
from keyexchange.payment import (
    DecimalisationTable,
    Ibm3624,
    Pin,
    PinBlockFormat,
    PinLayout,
    decrypt_pin,
    encrypt_pin,
    translate_pin,
    verify_ibm3624,
    verify_pvv,
)
from keyexchange.payment.dukpt_tdes import TdesKsn, TdesUsage, derive

from .. import akb
from ..commands import (
    ChangePin,
    ChangePinReply,
    EncryptPin,
    EncryptPinReply,
    TranslateDukpt,
    TranslateDukptReply,
    TranslatePin,
    TranslatePinReply,
    VerifyPin,
    VerifyPinReply,
)
from ..commands.pin import DUKPT, VISA
from ..errors import Refusal
from .device import Device, OpenKey, answers

PIN_KEY, BASE_KEY, VERIFICATION_KEY, TABLE = "P", "d", "V", "n"
_ALGORITHM = {"2": "3", "3": "V"}
_CHECK_DIGIT = "0"
"""Commands have the digits of a PAN without the check digit, PIN blocks and PVV do not use it."""
_OUT, _IN = "NE", "ND"


@answers(EncryptPin)
def encrypt(device: Device, request: EncryptPin) -> EncryptPinReply:
    """30."""
    key = _key(device, request.key, 1, _OUT)
    return EncryptPinReply(block=encrypt_pin(TdesKey(key.key), _layout(request.pan), Pin(request.pin)))


@answers(TranslatePin)
def translate(device: Device, request: TranslatePin) -> TranslatePinReply:
    """31."""
    incoming, outgoing = _key(device, request.incoming_key, 2, _IN), _key(device, request.outgoing_key, 3, _OUT)
    keys = TdesKey(incoming.key), TdesKey(outgoing.key)
    block, sound = _translated(*keys, request.block, request.pan, request.pan)
    return TranslatePinReply(block=block, sound=sound)


@answers(ChangePin)
def change(device: Device, request: ChangePin) -> ChangePinReply:
    """335."""
    incoming, outgoing = _key(device, request.incoming_key, 5, _IN), _key(device, request.outgoing_key, 6, _OUT)
    keys = TdesKey(incoming.key), TdesKey(outgoing.key)
    block, sound = _translated(*keys, request.block, request.incoming_pan, request.outgoing_pan)
    return ChangePinReply(
        block=block,
        sound=sound,
        incoming_digits=device.digits(incoming),
        outgoing_digits=device.digits(outgoing),
    )


@answers(TranslateDukpt)
def translate_dukpt(device: Device, request: TranslateDukpt) -> TranslateDukptReply:
    """3E."""
    incoming, incoming_key = _session(device, request.incoming_key, request.incoming_scheme, request.incoming_ksn, 3)
    outgoing, outgoing_key = _session(device, request.outgoing_key, request.outgoing_scheme, request.outgoing_ksn, 6)
    block, sound = _translated(incoming_key, outgoing_key, request.block, request.incoming_pan, request.outgoing_pan)
    return TranslateDukptReply(
        block=block,
        sound=sound,
        incoming_digits=device.digits(incoming),
        outgoing_digits=device.digits(outgoing),
    )


@answers(VerifyPin)
def verify(device: Device, request: VerifyPin) -> VerifyPinReply:
    """32."""
    key = _key(device, request.key, 4, _IN)
    field = 5 if request.method == VISA else 10
    verification = device.open(request.verification_key, field, usages=VERIFICATION_KEY)
    if verification.header.algorithm != _ALGORITHM[request.method]:
        raise Refusal("06", field)
    try:
        pin = decrypt_pin(TdesKey(key.key), _layout(request.pan), request.block)
    except FormatError:
        return VerifyPinReply(verified="S")
    try:
        _check(device, request, TdesKey(verification.key), pin)
    except MismatchError:
        return VerifyPinReply(verified="N")
    return VerifyPinReply(verified="Y")


def _check(device: Device, request: VerifyPin, key: TdesKey, pin: Pin) -> None:
    if request.method == VISA:
        verify_pvv(key, pin, request.eleven + _CHECK_DIGIT, int(request.key_index), request.pvv)
        return
    count = int(request.check_length)
    if not 4 <= count <= min(len(pin), len(request.offset)):
        raise Refusal("03", 9)
    card = Ibm3624(DecimalisationTable(_table(device, request.table)), request.validation_data, request.pad)
    verify_ibm3624(key, card, Pin(pin.reveal()[:count]), request.offset[:count])


def _table(device: Device, text: str) -> str:
    if akb.looks_like_akb(text):
        text = device.open(text, 5, usages=TABLE).key.reveal().hex()
    if len(text) != 16 or not text.isdecimal():
        raise Refusal("03", 5)
    return text


def _key(device: Device, text: str, field: int, mode: str) -> OpenKey:
    device.header(text, field, usages=PIN_KEY, mode=mode)
    return device.open(text, field)


def _session(device: Device, text: str, scheme: str, ksn: str, field: int) -> tuple[OpenKey, TdesKey]:
    """The key of the command, and the key that the PIN block is under."""
    if scheme != DUKPT:
        key = device.open(text, field, usages=PIN_KEY)
        return key, TdesKey(key.key)
    base = device.open(text, field, usages=BASE_KEY)
    try:
        return base, derive(TdesKey(base.key), TdesKsn(bytes.fromhex(ksn)), TdesUsage.PIN)
    except (FormatError, ValueError):
        raise Refusal("03", field + 2) from None


def _translated(incoming: TdesKey, outgoing: TdesKey, block: bytes, old_pan: str, new_pan: str) -> tuple[bytes, str]:
    try:
        translated = translate_pin(incoming, _layout(old_pan), block, outgoing, _layout(new_pan), pan_may_change=True)
    except FormatError:
        return b"", "N"
    return translated, "Y"


def _layout(pan: str) -> PinLayout:
    return PinLayout(PinBlockFormat.ISO_0, pan + _CHECK_DIGIT)
