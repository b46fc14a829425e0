"""A TR-34 token by two commands: 136 seals a key, 139 signs the token that the host has put together of it.

Source: aws-samples/samples-for-payment-cryptography-service: key_exchange/hsm/atalla/atalla_to_apc_tr34.py.
"""

from __future__ import annotations

from keyexchange import pki, tr34
from keyexchange.errors import ProtocolError
from keyexchange.keys import Kcv, KcvMethod, KeyAttributes
from keyexchange.protocols.messages import AcceptedKey, HeldKey, SealedKey

from . import akb
from .client import Client
from .commands import SealKey, Sign
from .headers import Header
from .positions import position_of

_VERSION_1 = bytes.fromhex("020101")
_NO_LENGTH = "9999"
"""What AWS's script has in the header where a block would have its length: no block follows."""


def seal(
    client: Client,
    attributes: KeyAttributes,
    *,
    kdh_certificate: bytes,
    receiver: AcceptedKey,
    length: str = "T",
    key: str = "",
) -> SealedKey:
    """136: a new key of this length, or the key of a block, sealed for the receiver.

    Raises:
        ProtocolError: the key that came back is of another kind than the one asked for.
    """
    header = (
        f"B{_NO_LENGTH}{attributes.key_usage}{attributes.algorithm.letter}{attributes.mode_of_use}"
        f"{attributes.key_version_number}{attributes.exportability}0000"
    )
    reply = client.send(
        SealKey(
            length=length,
            header=header,
            key=key,
            sender=_VERSION_1 + pki.issuer_and_serial(kdh_certificate),
            receiver=receiver.reference,
        )
    )
    if attributes.key_usage not in Header(akb.parse(reply.key).header).usages:
        raise ProtocolError("the key of 136 is of another kind than the header asks for")
    held = HeldKey(reply.key, Kcv(reply.check_digits, KcvMethod.ANSI_X9_24), attributes)
    return SealedKey(held, header, reply.wrapped_key, reply.iv, reply.block, reply.token)


def sign_token(
    client: Client,
    sealed: SealedKey,
    *,
    private_key: str,
    kdh_certificate: bytes,
    krd_certificate: bytes,
    nonce: bytes,
) -> tuple[bytes, str]:
    """139: the token, DER, and the name of its layout. It is read back and verified.

    Raises:
        TrustError, FormatError: it does not verify.
    """
    kdh_id = pki.issuer_and_serial(kdh_certificate)
    unsigned = tr34.enclose_sealed(
        krd_id=pki.issuer_and_serial(krd_certificate),
        wrapped_key=sealed.wrapped_key,
        iv=sealed.iv,
        block=sealed.block,
        cipher=tr34.DES_EDE3_CBC,
        header=sealed.header,
        nonce=nonce,
    )
    reply = client.send(
        Sign(
            message=unsigned.signed_attributes,
            envelope=unsigned.content,
            key_position=position_of(sealed.wrapped_key, unsigned.content),
            iv_position=position_of(sealed.iv, unsigned.content),
            block_position=position_of(sealed.block, unsigned.content),
            token=sealed.token,
            private_key=private_key,
        )
    )
    parts = tr34.TokenParts(unsigned.signed_attributes, unsigned.enveloped, reply.signature)
    der = tr34.assemble(parts, kdh_id)
    token = tr34.read(der)
    tr34.verify(token, kdh_certificate=kdh_certificate, nonce=nonce)
    return der, token.layout.value
