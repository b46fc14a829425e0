"""Answers to A0, A8 and BU."""

from __future__ import annotations

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
_LENGTHS_OF_FLAG = {"0": (8,), "1": (16,), "2": (24,), "F": (8, 16, 24, 32)}


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
    rules = device.lmk(request.lmk)
    wrapping = rules.open_zmk(zmk)
    if key.wraps and not device.options.export_of_a_zmk:
        raise Refusal("29")
    return export_key(rules, key, wrapping, scheme, request)


@answers(CheckValue)
def check_value(device: Device, request: CheckValue) -> CheckValueReply:
    """BU. Sixteen digits are six and ten zeros, since check values are restricted to six."""
    if request.options not in (None, _SIXTEEN_DIGITS, _SIX_DIGITS):
        raise Refusal("15")
    if request.length_flag not in _LENGTHS_OF_FLAG:
        raise Refusal("05")
    key = device.lmk(request.lmk).open_key(_key_type(request), request.key, parity="10")
    if len(key.key) not in _LENGTHS_OF_FLAG[request.length_flag]:
        raise Refusal("05")
    more = "0" * 10 if request.options != _SIX_DIGITS else None
    return CheckValueReply(kcv=key.kcv, more=more)


def _key_type(request: CheckValue) -> str:
    """Type code FF: the type stands apart, or it is a key block. Other codes: a type of variant 0."""
    if request.type_code != "FF":
        return f"0{request.type_code}"
    if request.key_type is None:
        return KEY_BLOCK_TYPE
    return request.key_type
