"""Answers to BA and DG."""

from __future__ import annotations

from keyexchange.errors import FormatError
from keyexchange.payment import Pin, generate_pvv

from ..commands import EncryptPin, EncryptPinReply, StoredPvv, StoredPvvReply
from ..errors import Refusal
from .device import Device, answers
from .pin import ANY_CHECK_DIGIT, MAKING_PVK
from .working_keys import tdes_key

_FILL = "F"
_INVALID_INPUT, _WRONG_LENGTH = "15", "24"


@answers(EncryptPin)
def encrypt_pin(device: Device, request: EncryptPin) -> EncryptPinReply:
    """BA."""
    device.require_authorised("pin", "clear")
    rules, length = device.lmk(request.lmk), device.options.pin_length + 1
    if len(request.pin) != length:
        raise Refusal(_INVALID_INPUT)
    try:
        pin = Pin(request.pin.rstrip(_FILL))
    except FormatError:
        raise Refusal(_WRONG_LENGTH) from None
    return EncryptPinReply(pin=rules.pins.encrypt(pin, request.account, length))


@answers(StoredPvv)
def stored_pvv(device: Device, request: StoredPvv) -> StoredPvvReply:
    """DG. The key comes first, so a wrong one is found before the PIN is looked at."""
    key = tdes_key(device, request.lmk, request.key, MAKING_PVK, parity="10")
    pin = device.lmk(request.lmk).pins.decrypt(request.pin, request.account)
    return StoredPvvReply(pvv=generate_pvv(key, pin, request.account + ANY_CHECK_DIGIT, int(request.key_index)))
