"""Answers to CA, CC, DC, EC and FW."""

from __future__ import annotations

from keyexchange.crypto import TdesKey
from keyexchange.errors import FormatError, MismatchError, RuleError
from keyexchange.payment import (
    Pin,
    PinBlockFormat,
    PinLayout,
    decrypt_pin,
    generate_pvv,
    translate_pin,
    verify_pvv,
)

from ..commands import (
    KEY_BLOCK_TYPE,
    CheckTerminalPvv,
    CheckTerminalPvvReply,
    CheckZonePvv,
    CheckZonePvvReply,
    MakePvv,
    MakePvvReply,
    TranslateTerminalPin,
    TranslateTerminalPinReply,
    TranslateZonePin,
    TranslateZonePinReply,
)
from ..errors import Refusal
from .device import Device, answers
from .rules import Purpose
from .working_keys import tdes_key

_FORMATS = {"01": PinBlockFormat.ISO_0, "05": PinBlockFormat.ISO_1, "47": PinBlockFormat.ISO_3}
ANY_CHECK_DIGIT = "0"
"""Commands give the digits before the check digit, which is used nowhere."""
_ENCRYPTS, _DECRYPTS = "BE", "BD"
_TERMINAL = frozenset({"P0", "71"})
_ZONE = frozenset({"P0", "72"})
_PVK = Purpose(frozenset({"V2"}), "CV", "002")
MAKING_PVK = Purpose(frozenset({"V2"}), "CG", "002")
_LONGEST_PIN = 12
_NOT_THE_PIN = "01"
_Translation = TranslateTerminalPin | TranslateZonePin
_Check = CheckTerminalPvv | CheckZonePvv


@answers(TranslateTerminalPin)
def translate_terminal_pin(device: Device, request: TranslateTerminalPin) -> TranslateTerminalPinReply:
    """CA."""
    length, block = _translated(device, request, _terminal(_DECRYPTS))
    return TranslateTerminalPinReply(length=length, block=block, block_format=request.destination_format)


@answers(TranslateZonePin)
def translate_zone_pin(device: Device, request: TranslateZonePin) -> TranslateZonePinReply:
    """CC."""
    length, block = _translated(device, request, _zone(_DECRYPTS))
    return TranslateZonePinReply(length=length, block=block, block_format=request.destination_format)


@answers(CheckTerminalPvv)
def check_terminal_pvv(device: Device, request: CheckTerminalPvv) -> CheckTerminalPvvReply:
    """DC."""
    _check(device, request, _terminal(_DECRYPTS))
    return CheckTerminalPvvReply()


@answers(CheckZonePvv)
def check_zone_pvv(device: Device, request: CheckZonePvv) -> CheckZonePvvReply:
    """EC."""
    _check(device, request, _zone(_DECRYPTS))
    return CheckZonePvvReply()


@answers(MakePvv)
def make_pvv(device: Device, request: MakePvv) -> MakePvvReply:
    """FW. The key type tells a terminal's key from a zone's."""
    purpose = _PIN_PURPOSES.get(request.key_type)
    if purpose is None:
        raise Refusal("28")
    pin = _pin(device, request, purpose)
    key = tdes_key(device, request.lmk, request.key, MAKING_PVK, parity="11")
    return MakePvvReply(pvv=generate_pvv(key, pin, request.account + ANY_CHECK_DIGIT, int(request.key_index)))


def _terminal(modes: str) -> Purpose:
    return Purpose(_TERMINAL, modes, "002", "70D")


def _zone(modes: str) -> Purpose:
    return Purpose(_ZONE, modes, "001")


_PIN_PURPOSES = {
    "001": _zone(_DECRYPTS),
    "002": Purpose(_TERMINAL, _DECRYPTS, "002"),
    "70D": Purpose(_TERMINAL, _DECRYPTS, "70D"),
    KEY_BLOCK_TYPE: Purpose(_TERMINAL | _ZONE, _DECRYPTS, "001"),
}


def _translated(device: Device, request: _Translation, source: Purpose) -> tuple[str, str]:
    """The PIN's length, two digits, and the new block."""
    incoming = tdes_key(device, request.lmk, request.source_key, source, parity="10")
    outgoing = tdes_key(device, request.lmk, request.destination_key, _zone(_ENCRYPTS), parity="11")
    old = _layout(device, request.source_format, request.account)
    new = _layout(device, request.destination_format, request.account)
    pin = _opened(incoming, old, request.block)
    if not len(pin) <= int(request.longest) <= _LONGEST_PIN:
        raise Refusal("24")
    try:
        block = translate_pin(incoming, old, bytes.fromhex(request.block), outgoing, new)
    except RuleError:
        raise Refusal("23") from None
    return f"{len(pin):02d}", block.hex().upper()


def _check(device: Device, request: _Check, source: Purpose) -> None:
    pin = _pin(device, request, source)
    key = tdes_key(device, request.lmk, request.key, _PVK, parity="11")
    try:
        verify_pvv(key, pin, request.account + ANY_CHECK_DIGIT, int(request.key_index), request.pvv)
    except MismatchError:
        raise Refusal(_NOT_THE_PIN) from None


def _pin(device: Device, request: _Check | MakePvv, source: Purpose) -> Pin:
    key = tdes_key(device, request.lmk, request.pin_key, source, parity="10")
    return _opened(key, _layout(device, request.block_format, request.account), request.block)


def _opened(key: TdesKey, layout: PinLayout, block: str) -> Pin:
    try:
        return decrypt_pin(key, layout, bytes.fromhex(block))
    except FormatError:
        raise Refusal("20") from None


def _layout(device: Device, block_format: str, account: str) -> PinLayout:
    if block_format in device.options.disabled_pin_formats:
        raise Refusal("69")
    if block_format not in _FORMATS:
        raise Refusal("23")
    return PinLayout(_FORMATS[block_format], account + ANY_CHECK_DIGIT)
