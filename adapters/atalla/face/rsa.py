"""Answers to 120, 12A, 139 and, for the officers, 9012."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric import rsa

from keyexchange.crypto import public_key_kcv
from keyexchange.crypto.rsa import PUBLIC_EXPONENT, generate, public_spki, sign_pkcs1_sha256
from keyexchange.errors import FormatError
from keyexchange.tr34.envelope import read_envelope

from .. import akb
from ..commands import (
    Approve,
    ApproveReply,
    GenerateKeyPair,
    GenerateKeyPairReply,
    Sign,
    SignReply,
    TrustPublicKey,
    TrustPublicKeyReply,
)
from ..commands.rsa import CHALLENGE, OK
from ..errors import Refusal
from ..positions import position_of
from .device import Device, answers
from .protection import public_key
from .tokens import token_for

RECEIVER, SENDER = "1kREE000", "1wRVE000"
PRIVATE = {"w": "1wRGN000", "k": "1kRDN000"}
_PUBLIC = {"w": SENDER, "k": RECEIVER}
_BITS = (2048, 3072, 4096)
_MESSAGE, _ENVELOPE, _POSITION, _TOKEN, _KEY = 3, 4, 5, 8, 9


@answers(GenerateKeyPair, slow=True)
def generate_key_pair(device: Device, request: GenerateKeyPair) -> GenerateKeyPairReply:
    """120."""
    if int.from_bytes(request.exponent, "big") != PUBLIC_EXPONENT:
        raise Refusal("03", 2)
    if int(request.bits) not in _BITS:
        raise Refusal("03", 3)
    key = generate(int(request.bits))
    return GenerateKeyPairReply(
        public_key=device.protection.wrap_public(_PUBLIC[request.usage], key.public_key()),
        private_key=device.protection.wrap_private(PRIVATE[request.usage], key),
        check_digits=public_key_kcv(public_spki(key.public_key()), device.options.check_digits).digits,
    )


@answers(TrustPublicKey)
def trust_public_key(device: Device, request: TrustPublicKey) -> TrustPublicKeyReply:
    """12A."""
    if request.header not in (RECEIVER, SENDER):
        raise Refusal("06", 1)
    if int.from_bytes(request.exponent, "big") != PUBLIC_EXPONENT:
        raise Refusal("03", 2)
    key = public_key(int.from_bytes(request.modulus, "big"), PUBLIC_EXPONENT, 3)
    subject = hashlib.sha256(request.header.encode("ascii") + request.modulus).digest()
    if not request.answer:
        return TrustPublicKeyReply(status=CHALLENGE, rest=(device.officers.challenge(subject),))
    device.officers.redeem(subject, request.answer)
    return TrustPublicKeyReply(status=OK, rest=(device.protection.wrap_public(request.header, key),))


@answers(Approve)
def approve(device: Device, request: Approve) -> ApproveReply:
    """9012."""
    answer = device.officers.approve(request.officer, request.challenge)
    return ApproveReply(status="WAITING") if answer is None else ApproveReply(status="ANSWER", answer=answer)


@answers(Sign)
def sign(device: Device, request: Sign) -> SignReply:
    """139. A message that comes with an envelope is signed only if both belong to a 136."""
    key = _signing_key(device, request.private_key)
    if request.envelope:
        _require_sealed_here(device, request)
    elif request.token or request.key_position is not None:
        raise Refusal("03", _ENVELOPE)
    return SignReply(first=request.hash, signature=sign_pkcs1_sha256(key, request.message))


def _signing_key(device: Device, text: str) -> rsa.RSAPrivateKey:
    device.header(text, _KEY, usages="w", mode="GN")
    return device.protection.unwrap_private(akb.parse(text), _KEY)


def _require_sealed_here(device: Device, request: Sign) -> None:
    """The pieces of the envelope stand at the positions and are those of the token; the message has its digest."""
    try:
        envelope = read_envelope(request.envelope)
    except FormatError:
        raise Refusal("08", _ENVELOPE) from None
    pieces = (envelope.wrapped_cek, envelope.iv, envelope.ciphertext)
    positions = (request.key_position, request.iv_position, request.block_position)
    for field, (piece, position) in enumerate(zip(pieces, positions, strict=True), _POSITION):
        if position != position_of(piece, request.envelope):
            raise Refusal("03", field)
    expected = token_for(device.protection, *pieces)
    if not hmac.compare_digest(expected.encode("ascii"), request.token.encode("ascii")):
        raise Refusal("08", _TOKEN)
    if hashlib.sha256(request.envelope).digest() not in request.message:
        raise Refusal("08", _MESSAGE)
