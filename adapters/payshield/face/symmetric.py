"""Answers to A0, A8 and BU."""

from __future__ import annotations

from keyexchange.crypto import block_cipher_kcv

from ..commands import (
    KEY_BLOCK_TYPE,
    CheckValue,
    CheckValueReply,
    ExportKey,
    ExportKeyReply,
    GenerateKey,
    GenerateKeyReply,
)
from ..errors import Refusal
from .device import Device, answers
from .export import export_key
from .rules import OpenKey

_SIXTEEN_DIGITS, _SIX_DIGITS = "000", "001"
_KEY_BLOCK_PROTECTION = "K1"
"""No ZMK to the setting "Enable export of a ZMK": AWS's ECDH script exports one by A8, with the setting on NO."""
_LONG = 16
LENGTHS_OF_FLAG = {"0": (8,), "1": (16,), "2": (24,), "F": (8, 16, 24, 32)}
"""Octets of a key by the length flag of BU, BW and GK."""


@answers(GenerateKey)
def generate_key(device: Device, request: GenerateKey) -> GenerateKeyReply:
    """A0."""
    if request.mode not in ("0", "1"):
        raise Refusal("15")
    text, key = device.lmk(request.lmk).new_key(request)
    exported = None
    if request.zmk is not None and request.zmk_scheme is not None:
        exported = _exported(device, request, key, request.zmk, request.zmk_scheme)
    return GenerateKeyReply(key=text, exported=exported, kcv=key.kcv)


@answers(ExportKey)
def export(device: Device, request: ExportKey) -> ExportKeyReply:
    """A8."""
    key = device.lmk(request.lmk).open_key(request.key_type, request.key, parity="11")
    exported = _exported(device, request, key, request.zmk, request.scheme)
    return ExportKeyReply(key=exported, kcv=key.kcv)


def _exported(device: Device, request: ExportKey | GenerateKey, key: OpenKey, zmk: str, scheme: str) -> str:
    device.require_authorised("export", key.authority)
    wrapping = device.lmk(request.lmk).open_zmk(zmk)
    if key.wraps and key.authority != _KEY_BLOCK_PROTECTION and not device.options.export_of_a_zmk:
        raise Refusal("29")
    return export_key(device, key, wrapping, scheme, request)


@answers(CheckValue)
def check_value(device: Device, request: CheckValue) -> CheckValueReply:
    """BU."""
    if request.options not in (None, _SIXTEEN_DIGITS, _SIX_DIGITS):
        raise Refusal("15")
    if request.length_flag not in LENGTHS_OF_FLAG:
        raise Refusal("05")
    key_type = stated_type(request.type_code, request.key_type)
    key = device.lmk(request.lmk).open_key(key_type, request.key, parity="10")
    if len(key.key) not in LENGTHS_OF_FLAG[request.length_flag]:
        raise Refusal("05")
    if request.options == _SIX_DIGITS:
        return CheckValueReply(kcv=key.kcv)
    digits = long_check_value(device, key)
    return CheckValueReply(kcv=digits[:6], more=digits[6:])


def long_check_value(device: Device, key: OpenKey) -> str:
    """Sixteen digits: all of them, or six and ten zeros while check values are restricted to six."""
    if device.options.restrict_check_values:
        return key.kcv.ljust(_LONG, "0")
    return block_cipher_kcv(key.cipher, _LONG).digits


def stated_type(type_code: str, key_type: str | None) -> str:
    """Type code FF: the type stands apart, or it is a key block. Other codes: a type of variant 0."""
    if type_code != "FF":
        return f"0{type_code}"
    return KEY_BLOCK_TYPE if key_type is None else key_type
