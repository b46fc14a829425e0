"""Answers to EW, EY and EM."""

from __future__ import annotations

from keyexchange.crypto.rsa import SignatureHash, sign_pkcs1, verify_pkcs1
from keyexchange.errors import TrustError

from ..commands import (
    CheckSignature,
    CheckSignatureReply,
    Sign,
    SignReply,
    TranslatePrivateKey,
    TranslatePrivateKeyReply,
)
from ..errors import Refusal
from .device import Device, answers
from .rsa_transport import rsa_public_key

_HASHES = {"06": SignatureHash.SHA_256, "07": SignatureHash.SHA_384, "08": SignatureHash.SHA_512}
_RSA, _PKCS1, _GIVEN_KEY = "01", "01", "99"
_NOT_AUTHENTIC, _WRONG_SIGNATURE = "01", "02"


@answers(Sign)
def sign(device: Device, request: Sign) -> SignReply:
    """EW."""
    rules = device.lmk(request.lmk)
    hashing = _hash(request.hash, request.signature, request.padding)
    if request.private_key_flag != _GIVEN_KEY:
        raise Refusal("15")
    return SignReply(signature=sign_pkcs1(rules.signing_key(request.private_key), request.data, hashing))


@answers(CheckSignature)
def check_signature(device: Device, request: CheckSignature) -> CheckSignatureReply:
    """EY."""
    rules = device.lmk(request.lmk)
    hashing = _hash(request.hash, request.signature_type, request.padding)
    try:
        key = rsa_public_key(rules, request.public_key)
    except Refusal as refusal:
        raise Refusal(_NOT_AUTHENTIC if refusal.code == "A4" else refusal.code) from None
    try:
        verify_pkcs1(key, request.signature, request.data, hashing)
    except TrustError:
        raise Refusal(_WRONG_SIGNATURE) from None
    return CheckSignatureReply()


def _hash(hash_id: str, signature: str, padding: str) -> SignatureHash:
    if hash_id not in _HASHES:
        raise Refusal("05")
    if signature != _RSA:
        raise Refusal("47")
    if padding != _PKCS1:
        raise Refusal("07")
    return _HASHES[hash_id]


@answers(TranslatePrivateKey)
def translate_private_key(device: Device, request: TranslatePrivateKey) -> TranslatePrivateKeyReply:
    """EM."""
    rules, old = device.lmk(request.lmk), device.old_lmk(request.lmk)
    return TranslatePrivateKeyReply(private_key=rules.move_private_key(request.private_key, old, request))
