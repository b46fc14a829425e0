"""Answers to 10, 11, 13, 1A, 11B and 7E."""

from __future__ import annotations

from keyexchange.crypto import TdesKey, new_des_key
from keyexchange.secret import Secret

from .. import akb
from ..commands import (
    CheckDigits,
    CheckDigitsReply,
    ExportBlock,
    ExportBlockReply,
    ExportCryptogram,
    ExportCryptogramReply,
    Generate,
    GenerateReply,
    ImportBlock,
    ImportBlockReply,
    ImportCryptogram,
    ImportCryptogramReply,
)
from ..errors import Refusal
from ..headers import Header, exportable
from .device import Device, OpenKey, answers
from .protection import Protection

KEK = "K"
_LENGTHS = {"S": 8, "D": 16, "T": 24}
_KEK_LENGTHS = (16, 24)
_MASTER_KEY, _ONLY_IMPORTS, _ONLY_EXPORTS, _IMPORTS_KEKS = "M", "I", "E", "K"
_DIGITS = {"V": 6}


@answers(Generate)
def generate(device: Device, request: Generate) -> GenerateReply:
    """10."""
    made = make(request.header, _LENGTHS[request.length], field=1)
    exported = _exported(device, request.kek, 2, made, 1) if request.kek else ""
    return GenerateReply(
        key=device.keep(made.header.text, made.key), exported=exported, check_digits=device.digits(made)
    )


@answers(ExportBlock)
def export_block(device: Device, request: ExportBlock) -> ExportBlockReply:
    """11."""
    key = device.open(request.key, 3)
    return ExportBlockReply(key=_exported(device, request.kek, 2, key, 3), check_digits=device.digits(key))


@answers(ImportBlock)
def import_block(device: Device, request: ImportBlock) -> ImportBlockReply:
    """13."""
    kek = open_kek(device, request.kek, 2, forbidden=_ONLY_EXPORTS)
    key = device.open(request.key, 3, protection=Protection(kek.key))
    if kek.header.special == _IMPORTS_KEKS and key.header.usage != KEK:
        raise Refusal("06", 2)
    return ImportBlockReply(key=device.keep(key.header.text, key.key), check_digits=device.digits(key))


@answers(ExportCryptogram)
def export_cryptogram(device: Device, request: ExportCryptogram) -> ExportCryptogramReply:
    """1A."""
    kek = open_kek(device, request.kek, 2, forbidden=_ONLY_IMPORTS + _IMPORTS_KEKS)
    key, made = open_or_make(device, request.key, 3)
    _require_exportable(key, 3)
    _require_strength(kek, key, 2)
    cryptogram = TdesKey(kek.key).encrypt_ecb(key.key.reveal())
    return ExportCryptogramReply(cryptogram=cryptogram, check_digits=device.digits(key), key=made)


@answers(ImportCryptogram)
def import_cryptogram(device: Device, request: ImportCryptogram) -> ImportCryptogramReply:
    """11B: the first five characters of the KEK's header are those of the key."""
    if len(request.cryptogram) not in _LENGTHS.values():
        raise Refusal("01", 2)
    kek = device.open(request.kek, 3)
    if kek.header.special != _ONLY_IMPORTS or len(kek.key) not in _KEK_LENGTHS:
        raise Refusal("06", 3)
    clear = Secret(TdesKey(kek.key).decrypt_ecb(request.cryptogram))
    key = OpenKey(Header(f"{kek.header.text[:5]}000"), clear)
    return ImportCryptogramReply(key=device.keep(key.header.text, clear), check_digits=device.digits(key))


@answers(CheckDigits)
def check_digits(device: Device, request: CheckDigits) -> CheckDigitsReply:
    """7E."""
    key = device.open(request.key, 3)
    return CheckDigitsReply(method=request.method, digits=key.digits(_DIGITS.get(request.method, 4)))


def open_kek(device: Device, text: str, field: int, *, forbidden: str) -> OpenKey:
    """A KEK of key blocks and cryptograms, if its special handling allows this.

    Raises:
        Refusal: 05, 06, 10.
    """
    kek = device.open(text, field, usages=KEK)
    if kek.header.special in _MASTER_KEY + forbidden:
        raise Refusal("06", field)
    if len(kek.key) not in _KEK_LENGTHS:
        raise Refusal("10", field)
    return kek


def open_or_make(device: Device, text: str, field: int) -> tuple[OpenKey, str | None]:
    """The key of a block, or a new one as a specification asks for; the block of a new one."""
    wanted = akb.read_specification(text)
    if wanted is None:
        return device.open(text, field), None
    made = make(wanted.header, wanted.octets, field=field)
    return made, device.keep(made.header.text, made.key)


def make(header: str, octets: int, *, field: int) -> OpenKey:
    """A new key.

    Raises:
        Refusal: 06: a header of another master file key, or of an RSA key; 73: of another version.
    """
    wanted = Header(header)
    if wanted.text[0] != "1":
        raise Refusal("73", field)
    if wanted.special == _MASTER_KEY or wanted.algorithm == "R":
        raise Refusal("06", field)
    return OpenKey(wanted, new_des_key(octets))


def _exported(device: Device, kek_text: str, kek_field: int, key: OpenKey, key_field: int) -> str:
    kek = open_kek(device, kek_text, kek_field, forbidden=_ONLY_IMPORTS + _IMPORTS_KEKS)
    _require_exportable(key, key_field)
    _require_strength(kek, key, kek_field)
    return Protection(kek.key).wrap(key.header.text, key.key)


def _require_exportable(key: OpenKey, field: int) -> None:
    if not exportable(key.header):
        raise Refusal("06", field)


def _require_strength(kek: OpenKey, key: OpenKey, field: int) -> None:
    if len(kek.key) < len(key.key):
        raise Refusal("10", field)
