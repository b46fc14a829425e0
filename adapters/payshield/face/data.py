"""Answers to M0, M2, M6 and M8."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from keyexchange.crypto import AesKey, BlockCipherKey, TdesKey
from keyexchange.errors import FormatError
from keyexchange.payment import (
    CipherMode,
    Padding,
    cmac,
    decrypt_data,
    encrypt_data,
    iso9797_algorithm_1,
    iso9797_algorithm_3,
)

from ..commands import (
    CheckMac,
    CheckMacReply,
    Decrypt,
    DecryptReply,
    Encrypt,
    EncryptReply,
    MakeMac,
    MakeMacReply,
)
from ..errors import Refusal
from .device import Device, answers
from .working_keys import TypedPurpose, typed_key

_MODES = {"00": CipherMode.ECB, "01": CipherMode.CBC, "02": CipherMode.CFB8, "03": CipherMode.CFB64}
_DATA_TYPES = ("00A", "00B", "10A", "20A", "30B")
_MAC_TYPES = ("003", "103", "203", "008", "108", "208")
_MAC_USAGES = ("M0", "M1", "M2", "M3", "M4", "M5", "M6")
_ENCRYPTING = TypedPurpose(("D0",), "BE", _DATA_TYPES)
_DECRYPTING = TypedPurpose(("D0",), "BD", _DATA_TYPES)
_MAKING, _CHECKING = TypedPurpose(_MAC_USAGES, "CG", _MAC_TYPES), TypedPurpose(_MAC_USAGES, "CV", _MAC_TYPES)
_INVALID_INPUT, _NOT_BLOCKS, _WRONG_ALGORITHM, _WRONG = "15", "35", "A7", "01"
_BINARY, _HEX, _TEXT = "0", "1", "2"
_ONE_BLOCK = "0"
_SIZES = {"0": 4, "1": 8}
_PADDINGS = {"1": Padding.METHOD_1, "2": Padding.METHOD_2}


@answers(Encrypt)
def encrypt(device: Device, request: Encrypt) -> EncryptReply:
    """M0."""
    key = typed_key(device, request.lmk, request.key_type, request.key, _ENCRYPTING)
    data, iv = _read(request.input_format, request.data), _vector(request)
    done = _run(encrypt_data, key, request.mode, data, iv)
    return EncryptReply(data=(_next_vector(iv, done), _write(request.output_format, done)))


@answers(Decrypt)
def decrypt(device: Device, request: Decrypt) -> DecryptReply:
    """M2."""
    key = typed_key(device, request.lmk, request.key_type, request.key, _DECRYPTING)
    data, iv = _read(request.input_format, request.data), _vector(request)
    done = _run(decrypt_data, key, request.mode, data, iv)
    return DecryptReply(data=(_next_vector(iv, data), _write(request.output_format, done)))


def _vector(request: Encrypt | Decrypt) -> bytes | None:
    digits = request.iv or request.long_iv
    return None if digits is None else bytes.fromhex(digits)


def _next_vector(iv: bytes | None, ciphertext: bytes) -> str:
    """The last block of ciphertext, hex; empty in ECB."""
    return "" if iv is None else (iv + ciphertext)[-len(iv) :].hex().upper()


def _run(operation: Callable[..., bytes], key: BlockCipherKey, mode: str, data: bytes, iv: bytes | None) -> bytes:
    if mode not in _MODES:
        raise Refusal(_INVALID_INPUT)
    try:
        return operation(key, _MODES[mode], data, iv=iv)
    except FormatError as error:
        raise Refusal(_NOT_BLOCKS if error.category == "data_length" else _INVALID_INPUT) from None


def _read(form: str, data: bytes) -> bytes:
    if form == _BINARY:
        return data
    if form != _HEX:
        return _text(form, data)
    try:
        return bytes.fromhex(data.decode("ascii"))
    except ValueError:
        raise Refusal(_INVALID_INPUT) from None


def _write(form: str, data: bytes) -> bytes:
    if form == _HEX:
        return data.hex().upper().encode("ascii")
    return data if form == _BINARY else _text(form, data)


def _text(form: str, data: bytes) -> bytes:
    if form != _TEXT or not data.isascii():
        raise Refusal(_INVALID_INPUT)
    return data


@answers(MakeMac)
def make_mac(device: Device, request: MakeMac) -> MakeMacReply:
    """M6."""
    digits = _mac(device, request, _MAKING).hex().upper()
    return MakeMacReply(mac=digits[:8], more=digits[8:] or None)


@answers(CheckMac)
def check_mac(device: Device, request: CheckMac) -> CheckMacReply:
    """M8."""
    expected = _mac(device, request, _CHECKING)
    given = request.mac or request.long_mac or ""
    if not hmac.compare_digest(expected, bytes.fromhex(given)):
        raise Refusal(_WRONG)
    return CheckMacReply()


def _mac(device: Device, request: MakeMac | CheckMac, purpose: TypedPurpose) -> bytes:
    if request.mode != _ONE_BLOCK or request.size not in _SIZES:
        raise Refusal(_INVALID_INPUT)
    if request.algorithm not in _ALGORITHMS or request.padding not in _PADDINGS:
        raise Refusal(_INVALID_INPUT)
    key = typed_key(device, request.lmk, request.key_type, request.key, purpose)
    data = _read(request.input_format, request.data)
    return _ALGORITHMS[request.algorithm](key, data, _PADDINGS[request.padding], _SIZES[request.size])


def _cbc_tdes(key: BlockCipherKey, data: bytes, padding: Padding, length: int) -> bytes:
    return iso9797_algorithm_1(_tdes(key), data, padding=padding, length=length)


def _retail(key: BlockCipherKey, data: bytes, padding: Padding, length: int) -> bytes:
    try:
        return iso9797_algorithm_3(_tdes(key), data, padding=padding, length=length)
    except FormatError:  # a single-length key
        raise Refusal("27") from None


def _cbc_aes(key: BlockCipherKey, data: bytes, padding: Padding, length: int) -> bytes:
    return iso9797_algorithm_1(_aes(key), data, padding=padding, length=length)


def _cmac(key: BlockCipherKey, data: bytes, _padding: Padding, length: int) -> bytes:
    return cmac(_aes(key), data, length=length)


def _tdes(key: BlockCipherKey) -> TdesKey:
    if not isinstance(key, TdesKey):
        raise Refusal(_WRONG_ALGORITHM)
    return key


def _aes(key: BlockCipherKey) -> AesKey:
    if not isinstance(key, AesKey):
        raise Refusal(_WRONG_ALGORITHM)
    return key


_ALGORITHMS: dict[str, Callable[[BlockCipherKey, bytes, Padding, int], bytes]] = {
    "1": _cbc_tdes,
    "3": _retail,
    "5": _cbc_aes,
    "6": _cmac,
}
