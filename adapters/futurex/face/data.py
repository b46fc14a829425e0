"""Answers to GMAC, CBCE, CBCD, EMVM, RSAS and RSAV."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import rsa

from keyexchange.crypto import BlockCipherKey, TdesKey, block_cipher_kcv
from keyexchange.crypto.rsa import SignatureHash, sign_pkcs1, verify_pkcs1
from keyexchange.errors import FormatError, TrustError
from keyexchange.payment.emv import session_keys
from keyexchange.payment.emv.master_keys import icc_master_key_a
from keyexchange.payment.emv.scripts import script_mac
from keyexchange.payment.mac import cmac, iso9797_algorithm_1, iso9797_algorithm_3

from ..commands import (
    CheckSignature,
    CheckSignatureReply,
    Decrypt,
    DecryptReply,
    Encrypt,
    EncryptReply,
    MacReply,
    MakeMac,
    MakeScriptMac,
    ScriptMacReply,
    Sign,
    SignReply,
)
from ..commands.data import WHOLE
from ..commands.values import NO, YES
from ..errors import Refusal
from .device import Device, answers
from .rules import private_rsa_key, trusted_key
from .working_keys import Purpose, tdes_key, working_key

_MAC = Purpose(("M1", "M3", "M6"), "CG")
_ENCRYPT, _DECRYPT = Purpose(("D0",), "BE"), Purpose(("D0",), "BD")
_SCRIPT_MAC = Purpose(("E2",), "X")
_OUT_OF_RANGE, _WRONG_LENGTH, _NO_PARTS, _WRONG_TYPE = "01", "13", "18", "63"
_BLOCK = 8


@answers(MakeMac)
def make_mac(device: Device, request: MakeMac) -> MacReply:
    """GMAC."""
    _require_whole(request.parts)
    usage, key = working_key(device, request.key, _MAC)
    try:
        mac = _ALGORITHMS[usage](key, request.data, int(request.length))
    except FormatError:
        raise Refusal(_OUT_OF_RANGE) from None
    return MacReply(mac=mac, kcv=block_cipher_kcv(key, device.options.check_digit_length).digits)


def _retail(key: BlockCipherKey, data: bytes, length: int) -> bytes:
    if not isinstance(key, TdesKey):
        raise Refusal(_WRONG_TYPE)
    return iso9797_algorithm_3(key, data, length=length)


_ALGORITHMS: dict[str, Callable[[BlockCipherKey, bytes, int], bytes]] = {
    "M1": lambda key, data, length: iso9797_algorithm_1(key, data, length=length),
    "M3": _retail,
    "M6": lambda key, data, length: cmac(key, data, length=length),
}
"""By the key's usage."""


@answers(Encrypt)
def encrypt(device: Device, request: Encrypt) -> EncryptReply:
    """CBCE."""
    key = tdes_key(device, request.key, _ENCRYPT)
    _require_blocks(request.data)
    encrypted = key.encrypt_cbc(request.iv, request.data)
    return EncryptReply(data=encrypted, last_block=encrypted[-_BLOCK:])


@answers(Decrypt)
def decrypt(device: Device, request: Decrypt) -> DecryptReply:
    """CBCD."""
    key = tdes_key(device, request.key, _DECRYPT)
    _require_blocks(request.data)
    return DecryptReply(data=key.decrypt_cbc(request.iv, request.data), last_block=request.data[-_BLOCK:])


@answers(MakeScriptMac)
def make_script_mac(device: Device, request: MakeScriptMac) -> ScriptMacReply:
    """EMVM."""
    issuer_key = tdes_key(device, request.key, _SCRIPT_MAC)
    derive = _DERIVATIONS.get((request.derivation, len(request.diversifier)))
    if derive is None:
        raise Refusal(_OUT_OF_RANGE)
    try:
        card_key = icc_master_key_a(issuer_key, request.pan, request.sequence_number)
        mac = script_mac(derive(card_key, request.diversifier), request.data, length=int(request.length))
    except FormatError as error:
        raise Refusal(_WRONG_TYPE if error.category == "key_length" else _OUT_OF_RANGE) from None
    return ScriptMacReply(mac=mac)


_DERIVATIONS: dict[tuple[str, int], Callable[[TdesKey, bytes], TdesKey]] = {
    ("0", 2): session_keys.emv2000,
    ("1", 2): session_keys.common_of_counter,
    ("1", 8): session_keys.common,
    ("2", 6): lambda key, octets: session_keys.mastercard(key, octets[:2], octets[2:]),
    ("3", 8): session_keys.common,
    ("4", 2): session_keys.counter_xor,
    ("5", 2): session_keys.counter_xor,
}
"""By KM and the octets of KS."""


@answers(Sign)
def sign(device: Device, request: Sign) -> SignReply:
    """RSAS."""
    _require_whole(request.parts)
    key = private_rsa_key(device, request.private_key, "S0")
    return SignReply(signature=sign_pkcs1(key, request.data, SignatureHash.SHA_256))


@answers(CheckSignature)
def check_signature(device: Device, request: CheckSignature) -> CheckSignatureReply:
    """RSAV."""
    _require_whole(request.parts)
    key = trusted_key(device, request.public_key, "V")
    if not isinstance(key, rsa.RSAPublicKey):
        raise Refusal(_WRONG_TYPE)
    try:
        verify_pkcs1(key, request.signature, request.data, SignatureHash.SHA_256)
    except TrustError:
        return CheckSignatureReply(verdict=NO)
    return CheckSignatureReply(verdict=YES)


def _require_whole(parts: str) -> None:
    if parts != WHOLE:
        raise Refusal(_NO_PARTS)


def _require_blocks(data: bytes) -> None:
    if len(data) % _BLOCK:
        raise Refusal(_WRONG_LENGTH)
