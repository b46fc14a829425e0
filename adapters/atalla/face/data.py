"""Answers to 97, 98 and 99."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from keyexchange.crypto import TdesKey
from keyexchange.errors import FormatError
from keyexchange.payment.data import CipherMode, decrypt, encrypt
from keyexchange.payment.mac import HmacHash, cmac, hmac_mac, iso9797_algorithm_1, iso9797_algorithm_3
from keyexchange.secret import Secret

from ..commands import (
    CryptData,
    CryptDataReply,
    MakeHmac,
    MakeHmacReply,
    MakeMac,
    MakeMacReply,
    VerifyMac,
    VerifyMacReply,
)
from ..commands.data import ENCRYPT, HEX_TEXT
from ..errors import Refusal
from .device import Device, OpenKey, answers

DATA_KEY, MAC_KEY = "D", "M"
_NEXT_IV = "1IDNE000"
_BLOCK = 8
_HMAC_SHA256 = "2"
MAC_OCTETS = {"1": 4, "2": 6, "3": 8}
"""By length code."""
_ALGORITHMS: dict[str, Callable[[TdesKey, bytes], bytes]] = {
    "1": iso9797_algorithm_1,
    "3": iso9797_algorithm_3,
    "5": cmac,
    "7": iso9797_algorithm_3,
}


@answers(CryptData)
def crypt_data(device: Device, request: CryptData) -> CryptDataReply:
    """97."""
    encrypts = request.direction == ENCRYPT
    device.header(request.key, 3, usages=DATA_KEY, mode="NE" if encrypts else "ND")
    key = device.open(request.key, 3)
    data = _octets(request.data, request.data_format, request.length, field=7)
    try:
        result = (encrypt if encrypts else decrypt)(TdesKey(key.key), CipherMode.CBC, data)
    except FormatError:
        raise Refusal("01", 7) from None
    last = (result if encrypts else data)[-_BLOCK:]
    return CryptDataReply(
        direction=request.direction,
        operation=request.operation,
        check_digits=device.digits(key),
        iv=request.iv,
        data_format=request.data_format,
        next_iv=device.keep(_NEXT_IV, Secret(last)),
        length=str(2 * len(result)),
        data=result.hex().upper(),
    )


@answers(MakeMac)
def make_mac(device: Device, request: MakeMac) -> MakeMacReply:
    """98."""
    key = _mac_key(device, request.key, "NG")
    mac = _mac(key, request)
    return MakeMacReply(first=request.algorithm, mac=grouped(mac), check_digits=device.digits(key))


@answers(VerifyMac)
def verify_mac(device: Device, request: VerifyMac) -> VerifyMacReply:
    """99."""
    key = _mac_key(device, request.key, "NV")
    same = hmac.compare_digest(grouped(_mac(key, request)).encode("ascii"), request.mac.encode("ascii"))
    return VerifyMacReply(first=request.algorithm, verified="Y" if same else "N", check_digits=device.digits(key))


@answers(MakeHmac)
def make_hmac(device: Device, request: MakeHmac) -> MakeHmacReply:
    """39B."""
    key = _mac_key(device, request.key, "NG")
    if key.header.algorithm != _HMAC_SHA256:
        raise Refusal("06", 1)
    return MakeHmacReply(mac=hmac_mac(key.key, request.data, HmacHash.SHA_256), check_digits=device.digits(key))


def _mac_key(device: Device, text: str, mode: str) -> OpenKey:
    device.header(text, 1, usages=MAC_KEY, mode=mode)
    key = device.open(text, 1)
    if len(key.key) == _BLOCK:
        raise Refusal("10", 1)
    return key


def _mac(key: OpenKey, request: MakeMac | VerifyMac) -> bytes:
    data = _octets(request.data, request.data_format, request.length, field=7)
    return _ALGORITHMS[request.algorithm](TdesKey(key.key), data)[: MAC_OCTETS[request.length_code]]


def grouped(mac: bytes) -> str:
    """Groups of four digits, as the host commands write a MAC."""
    digits = mac.hex().upper()
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def _octets(data: str, data_format: str, length: str, *, field: int) -> bytes:
    """The data; the length counts characters of the field.

    Raises:
        Refusal: 01, 02.
    """
    if int(length) != len(data) or not data:
        raise Refusal("01", field - 1)
    if data_format != HEX_TEXT:
        return data.encode("ascii")
    try:
        return bytes.fromhex(data)
    except ValueError:
        raise Refusal("02", field) from None
