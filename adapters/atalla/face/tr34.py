"""Answers to 136 and, by conventions of our own, to 9034 and 9035."""

from __future__ import annotations

import hmac

from cryptography.hazmat.primitives.asymmetric import rsa

from keyexchange import pki, tr31, tr34
from keyexchange.crypto.rsa import WrappingSpec, unwrap_key
from keyexchange.errors import FormatError, TrustError, UnsupportedError
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.secret import Secret
from keyexchange.tr34.envelope import open_envelope
from keyexchange.tr34.signed import verify_signed

from .. import akb
from ..commands import ReceiveRsa, ReceiveRsaReply, ReceiveTr34, ReceiveTr34Reply, SealKey, SealKeyReply
from ..errors import Refusal
from ..headers import Header, header_for
from .device import Device, OpenKey, answers
from .rsa import RECEIVER
from .symmetric import make
from .tokens import token_for
from .tr31 import require_released

_LENGTHS = {"D": 16, "T": 24}
_VERSION_1 = bytes.fromhex("020101")
_OAEP = {"5": WrappingSpec.RSA_OAEP_SHA_256, "7": WrappingSpec.RSA_OAEP_SHA_512}
_HEADER, _KEY, _SENDER, _RECEIVER = 2, 3, 4, 7
_PRIVATE_KEY, _KDH, _NONCE, _TOKEN = 1, 2, 3, 4


@answers(SealKey)
def seal_key(device: Device, request: SealKey) -> SealKeyReply:
    """136."""
    wanted = _wanted_header(request.header)
    key = _key_to_seal(device, request, wanted)
    envelope = _sealed(key, request.header, _sender(request.sender), _receiver(device, request.receiver))
    pieces = (envelope.wrapped_cek, envelope.iv, envelope.ciphertext)
    return SealKeyReply(
        key=request.key or device.keep(key.header.text, key.key),
        check_digits=device.digits(key),
        wrapped_key=envelope.wrapped_cek,
        iv=envelope.iv,
        block=envelope.ciphertext,
        token=token_for(device.protection, *pieces),
    )


@answers(ReceiveTr34)
def receive_tr34(device: Device, request: ReceiveTr34) -> ReceiveTr34Reply:
    """9034. The KDH is known by its key, not by a certificate."""
    private_key = _private_key(device, request.private_key)
    device.header(request.sender, _KDH, usages="w", mode="V")
    sender = device.protection.unwrap_public(akb.parse(request.sender), _KDH)
    try:
        token = tr34.read(request.token)
        verify_signed(token.signed, sender)
        block = open_envelope(token.envelope, private_key)
    except (FormatError, TrustError):
        raise Refusal("08", _TOKEN) from None
    if request.nonce and not hmac.compare_digest(token.nonce or b"", request.nonce):
        raise Refusal("08", _NONCE)
    if block.header != token.header or block.kdh_id != token.signer_id:
        raise Refusal("73", _TOKEN)
    key = _kept(_wanted_header(block.header, _TOKEN), block.key, _TOKEN)
    return ReceiveTr34Reply(key=device.keep(key.header.text, key.key), check_digits=device.digits(key))


@answers(ReceiveRsa)
def receive_rsa(device: Device, request: ReceiveRsa) -> ReceiveRsaReply:
    """9035."""
    private_key = _private_key(device, request.private_key)
    wanted = make(request.header, _LENGTHS["T"], field=3).header  # refuses headers that no new key may have
    try:
        clear = unwrap_key(private_key, request.cryptogram, _OAEP[request.hash])
    except (FormatError, UnsupportedError):
        raise Refusal("08", 4) from None
    if len(clear) not in _LENGTHS.values():
        raise Refusal("10", 4)
    key = OpenKey(wanted, clear)
    return ReceiveRsaReply(key=device.keep(wanted.text, clear), check_digits=device.digits(key))


def _wanted_header(text: str, field: int = _HEADER) -> tr31.Header:
    """The header of a key in a token; what its length field says is of no interest."""
    try:
        header, _ = tr31.parse_header(text)
    except FormatError:
        raise Refusal("03", field) from None
    return header


def _key_to_seal(device: Device, request: SealKey, wanted: tr31.Header) -> OpenKey:
    """The key that is there, if it is what the header says and may leave; else a new one."""
    new = _kept(wanted, Secret(bytes(_LENGTHS[request.length])), _HEADER).header
    if not request.key:
        return make(new.text, _LENGTHS[request.length], field=_HEADER)
    key = device.open(request.key, _KEY)
    require_released(device, key, _KEY)
    if wanted.key_usage not in key.header.usages or len(key.key) not in _LENGTHS.values():
        raise Refusal("06", _KEY)
    return key


def _kept(header: tr31.Header, key: Secret, field: int) -> OpenKey:
    """The key with the header that it gets here."""
    try:
        algorithm = KeyAlgorithm.of_symmetric(header.algorithm, len(key))
        attributes = KeyAttributes(header.key_usage, algorithm, header.mode_of_use, header.exportability)
        return OpenKey(header_for(attributes), key)
    except (KeyError, UnsupportedError):
        raise Refusal("06", field) from None


def _sealed(key: OpenKey, header: str, sender: bytes, receiver: rsa.RSAPublicKey) -> tr34.Envelope:
    """The key, sealed. Recipient and signature of what is built here are not used: the host makes them."""
    try:
        parts = tr34.build_parts(
            key.key,
            header,
            kdh_id=sender,
            krd_id=sender,
            krd_public_key=receiver,
            sign=lambda _octets: b"",
            cipher=tr34.DES_EDE3_CBC,
            weaker_receiver=True,  # the content cipher holds no key that is stronger than RSA-2048
            nonce=bytes(8),
        )
        return tr34.read(tr34.assemble(parts, sender)).envelope
    except FormatError:
        raise Refusal("03", _HEADER) from None


def _sender(octets: bytes) -> bytes:
    identifier = octets.removeprefix(_VERSION_1)
    try:
        pki.require_identifier(identifier)
    except FormatError:
        raise Refusal("03", _SENDER) from None
    return identifier


def _receiver(device: Device, text: str) -> rsa.RSAPublicKey:
    device.header(text, _RECEIVER, usages=Header(RECEIVER).usage, mode=Header(RECEIVER).mode)
    return device.protection.unwrap_public(akb.parse(text), _RECEIVER)


def _private_key(device: Device, text: str) -> rsa.RSAPrivateKey:
    device.header(text, _PRIVATE_KEY, usages="k", mode="D")
    return device.protection.unwrap_private(akb.parse(text), _PRIVATE_KEY)
