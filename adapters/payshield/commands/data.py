"""M0 encrypt, M2 decrypt, M6 and M8 MACs. Lengths count the characters as they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyexchange.wire import Counted, Digits, Hex, Marked, Text, wire

from ..fields import ChainedOctets, IfMore, Key
from ..message import Reply, Request

ECB = "00"
_ALGORITHM_OF_BLOCK = 8
_CIPHERS = (
    "modes 00 (ECB), 01 (CBC), 02 (CFB8) and 03 (CFB64) are served; others, and BDKs as the key, are answered with 15",
    "data that are no whole blocks in ECB or CBC give 35",
    "the vector in the reply is the last block of ciphertext",
)


def _under_aes(values: Mapping[str, Any]) -> bool:
    key = values["key"]
    return bool(key[:1] == "S" and key[_ALGORITHM_OF_BLOCK : _ALGORITHM_OF_BLOCK + 1] == "A")


def _short_vector(values: Mapping[str, Any]) -> bool:
    return bool(values["mode"] != ECB) and not _under_aes(values)


def _long_vector(values: Mapping[str, Any]) -> bool:
    return bool(values["mode"] != ECB) and _under_aes(values)


class EncryptReply(Reply):
    """M1: the vector to go on with (empty in ECB), and the data."""

    code = "M1"
    data: tuple[str, bytes] = wire(ChainedOctets(), sensitive=True)


class Encrypt(Request[EncryptReply]):
    """M0: format 0 is binary, 1 hex digits, 2 text."""

    code = "M0"
    reply = EncryptReply
    provenance = "capture"
    source = "ut-codec-payshield, test traffic (the ciphertext computes); KawataniShinya/hsm-payment-crypto"
    conventions = _CIPHERS
    mode: str = wire(Digits(2))
    input_format: str = wire(Digits(1))
    output_format: str = wire(Digits(1))
    key_type: str = wire(Text(3))
    key: str = wire(Key(), sensitive=True)
    iv: str | None = wire(Hex(16), default=None, when=_short_vector)
    long_iv: str | None = wire(Hex(32), default=None, when=_long_vector)
    data: bytes = wire(Counted(4, base=16))
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)


class DecryptReply(Reply):
    """M3: the vector to go on with (empty in ECB), and the data."""

    code = "M3"
    data: tuple[str, bytes] = wire(ChainedOctets(), sensitive=True)


class Decrypt(Request[DecryptReply]):
    """M2: as M0."""

    code = "M2"
    reply = DecryptReply
    provenance = "capture"
    source = "KawataniShinya/hsm-payment-crypto: README.md (recorded replies); ut-codec-payshield: messages.json"
    conventions = _CIPHERS
    mode: str = wire(Digits(2))
    input_format: str = wire(Digits(1))
    output_format: str = wire(Digits(1))
    key_type: str = wire(Text(3))
    key: str = wire(Key(), sensitive=True)
    iv: str | None = wire(Hex(16), default=None, when=_short_vector)
    long_iv: str | None = wire(Hex(32), default=None, when=_long_vector)
    data: bytes = wire(Counted(4, base=16))
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)


_MACS = (
    "mode 0 (one block) is served; 1, 2 and 3 are answered with 15",
    "each of the usages M0 to M6 goes with each algorithm that the key's length allows",
)


def _short_mac(values: Mapping[str, Any]) -> bool:
    return bool(values["size"] == "0")


def _long_mac(values: Mapping[str, Any]) -> bool:
    return not _short_mac(values)


class MakeMacReply(Reply):
    """M7: 8 hex digits, or 16."""

    code = "M7"
    mac: str = wire(Hex(8))
    more: str | None = wire(IfMore(0, Hex(8)), default=None)


class MakeMac(Request[MakeMacReply]):
    """M6: algorithm 1 and 3 are ISO 9797-1's, 5 is CBC under AES, 6 CMAC; padding 1 is zeros, 2 is 80 and zeros."""

    code = "M6"
    reply = MakeMacReply
    provenance = "second"
    source = "ut-codec-payshield: messages.json; KawataniShinya/hsm-payment-crypto"
    conventions = _MACS
    mode: str = wire(Digits(1), default="0")
    input_format: str = wire(Digits(1))
    size: str = wire(Digits(1))
    algorithm: str = wire(Digits(1))
    padding: str = wire(Digits(1))
    key_type: str = wire(Text(3))
    key: str = wire(Key(), sensitive=True)
    data: bytes = wire(Counted(4, base=16))
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)


class CheckMacReply(Reply):
    """M9: nothing but the error code; 01: the MAC is wrong."""

    code = "M9"


class CheckMac(Request[CheckMacReply]):
    """M8: as M6, with the MAC to verify behind the data."""

    code = "M8"
    reply = CheckMacReply
    provenance = "capture"
    source = "ut-codec-payshield, test traffic (the MAC computes)"
    conventions = _MACS
    mode: str = wire(Digits(1), default="0")
    input_format: str = wire(Digits(1))
    size: str = wire(Digits(1))
    algorithm: str = wire(Digits(1))
    padding: str = wire(Digits(1))
    key_type: str = wire(Text(3))
    key: str = wire(Key(), sensitive=True)
    data: bytes = wire(Counted(4, base=16))
    mac: str | None = wire(Hex(8), default=None, when=_short_mac)
    long_mac: str | None = wire(Hex(16), default=None, when=_long_mac)
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
