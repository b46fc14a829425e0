"""A token whose key an HSM has sealed and whose signature another of its commands makes: what lies between the two.

The HSM gives the wrapped one-time key, the IV and the encrypted key block; `enclose_sealed` makes of them what is to be
signed. With the signature it is `TokenParts`, of which `assemble` makes a token.

Source: aws-samples/samples-for-payment-cryptography-service: key_exchange/hsm/atalla/atalla_to_apc_tr34.py.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from keyexchange.pki import require_identifier
from keyexchange.pki.der import contents
from keyexchange.tr34.algorithms import ContentCipher
from keyexchange.tr34.attributes import attribute_set, encode_attributes
from keyexchange.tr34.envelope import enclose
from keyexchange.tr34.layouts import Layout


@dataclass(frozen=True)
class Unsigned:
    """A two-pass token in the X9_TR34_2012 layout that lacks its signature.

    Args:
        enveloped: EnvelopedData, DER with its SEQUENCE header.
        content: the same without tag and length: what the token carries, and what the digest is over.
        signed_attributes: DER SET OF (tag 31): what is to be signed.
    """

    enveloped: bytes
    content: bytes
    signed_attributes: bytes


def enclose_sealed(
    *, krd_id: bytes, wrapped_key: bytes, iv: bytes, block: bytes, cipher: ContentCipher, header: str, nonce: bytes
) -> Unsigned:
    """Put the HSM's pieces together.

    Args:
        krd_id: DER IssuerAndSerialNumber of the KRD certificate.
        wrapped_key: the one-time key under OAEP SHA-256.
        block: the key block, encrypted under the one-time key.
        header: TR-31 header text, as it stands inside the block.
        nonce: the receiver's random number.

    Raises:
        FormatError: der_malformed or structure: the identifier or the header is none.
    """
    require_identifier(krd_id)
    enveloped = enclose(krd_id, wrapped_key, cipher, iv, block, layout=Layout.X9_TR34_2012)
    content = contents(enveloped)
    digest = hashlib.sha256(content).digest()
    ordered = encode_attributes(fresh=nonce, header=header, message_digest=digest)
    return Unsigned(enveloped, content, attribute_set(ordered, der_order=False))
