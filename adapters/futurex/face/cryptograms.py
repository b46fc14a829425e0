"""Keys under the MFK: answers to TWKM and GWKS, and to TWKA and TWKS without FS6.

A cryptogram has no header, so nothing says what its key may be used for but the modifier, which the host states.
"""

from __future__ import annotations

from keyexchange.crypto import TdesKey, is_single_des, new_des_key, tdes_kcv, tdes_strength
from keyexchange.secret import Secret

from ..commands import (
    ExportKey,
    ExportKeyReply,
    GenerateWorkingKey,
    GenerateWorkingKeyReply,
    ImportKey,
    ImportKeyReply,
    ImportPlain,
    ImportPlainReply,
)
from ..commands.cryptograms import NO_KEK
from ..commands.symmetric import AS_CRYPTOGRAM
from ..errors import Refusal
from ..keys import VariantKey
from .device import Device, answers

_PLAIN = 0
_DOUBLE_LENGTH = 16
_WRONG_VALUE, _MISSING, _ALIKE, _WRONG_TYPE, _TOO_STRONG = "03", "04", "44", "63", "64"


def export_key(device: Device, request: ExportKey) -> ExportKeyReply:
    """TWKA without FS6."""
    if request.form not in (None, AS_CRYPTOGRAM):
        raise Refusal(_WRONG_VALUE)
    modifier = _modifier(request.modifier)
    kek, key = _kek(device, request.kek), device.mfk.decrypt(request.key, modifier)
    _require_pair(kek, key)
    return ExportKeyReply(key=kek.encrypt(key, modifier), kcv=_check_digits(device, key))


def import_key(device: Device, request: ImportKey) -> ImportKeyReply:
    """TWKS without FS6."""
    modifier = _modifier(request.modifier)
    key = _imported(device, request.kek, request.key, modifier)
    return ImportKeyReply(key=device.mfk.encrypt(key, modifier), kcv=_check_digits(device, key))


@answers(ImportPlain)
def import_plain(device: Device, request: ImportPlain) -> ImportPlainReply:
    """TWKM."""
    key = _imported(device, request.kek, request.key, _PLAIN)
    stored = device.mfk.encrypt(key, _modifier(request.modifier))
    return ImportPlainReply(key=stored, kcv=_check_digits(device, key))


@answers(GenerateWorkingKey)
def generate_working_key(device: Device, request: GenerateWorkingKey) -> GenerateWorkingKeyReply:
    """GWKS."""
    modifier, key = _modifier(request.modifier), new_des_key(_DOUBLE_LENGTH)
    exported = None if request.kek == NO_KEK else _kek(device, request.kek).encrypt(key, modifier)
    return GenerateWorkingKeyReply(
        key=device.mfk.encrypt(key, modifier),
        exported=exported,
        kcv=_check_digits(device, key),
        length=request.length,
    )


def _imported(device: Device, kek_text: str, text: str, modifier: int) -> Secret:
    kek = _kek(device, kek_text)
    key = kek.decrypt(text, modifier)
    _require_pair(kek, key)
    return key


def _kek(device: Device, text: str) -> VariantKey:
    """A KEK, which is under the MFK without modifier."""
    key = device.mfk.decrypt(text, _PLAIN)
    if len(key) < _DOUBLE_LENGTH:
        raise Refusal(_WRONG_TYPE)
    if is_single_des(key):
        raise Refusal(_ALIKE)
    return VariantKey(key)


def _require_pair(kek: VariantKey, key: Secret) -> None:
    if len(key) >= _DOUBLE_LENGTH and is_single_des(key):
        raise Refusal(_ALIKE)
    if tdes_strength(kek.secret) < tdes_strength(key):
        raise Refusal(_TOO_STRONG)


def _modifier(text: str | None) -> int:
    if text is None:
        raise Refusal(_MISSING)
    return int(text, 16)


def _check_digits(device: Device, key: Secret) -> str:
    return tdes_kcv(TdesKey(key), device.options.check_digit_length).digits
