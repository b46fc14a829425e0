"""Answers to GRSA and GECC."""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keyexchange.crypto import ec, rsa

from ..commands import EccPairReply, GenerateEccPair, GenerateRsaPair, RsaPairReply
from ..commands.values import CURVES
from ..errors import Refusal
from ..keys.pmk import PublicKey
from .device import Device, answers

_AGREEMENT, _DECRYPTION = "X", "D"
_WRONG_TYPE = "63"


@answers(GenerateRsaPair, slow=True)
def generate_rsa_pair(device: Device, request: GenerateRsaPair) -> RsaPairReply:
    """GRSA."""
    if request.mode == _AGREEMENT:
        raise Refusal(_WRONG_TYPE)
    key = rsa.generate(int(request.bits))
    return RsaPairReply(
        private_key=device.pmk.wrap_private(key, request.mode),
        trusted_key=device.pmk.wrap_public(key.public_key(), request.mode),
        public_key=_spki(key.public_key()),
    )


@answers(GenerateEccPair)
def generate_ecc_pair(device: Device, request: GenerateEccPair) -> EccPairReply:
    """GECC."""
    if request.mode == _DECRYPTION:
        raise Refusal(_WRONG_TYPE)
    key = ec.generate(CURVES[request.curve])
    return EccPairReply(
        private_key=device.pmk.wrap_private(key, request.mode),
        trusted_key=device.pmk.wrap_public(key.public_key(), request.mode),
        public_key=_spki(key.public_key()),
    )


def _spki(key: PublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
