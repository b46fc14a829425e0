"""SignedData with one signer: put together, taken apart, verified.

What the signature does not cover (versions, algorithm identifiers) has one allowed value each, so no octet of a token
can change without being noticed; carried certificates and revocation lists are outside it and trusted by nobody.

Source: RFC 5652, 5; X9 TR 34-2019 Annex B.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from asn1crypto import core
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from keyexchange.crypto.rsa import verify_pkcs1_sha256
from keyexchange.errors import FormatError, TrustError
from keyexchange.pki.der import decode, encode, reading
from keyexchange.tr34 import asn1
from keyexchange.tr34.algorithms import (
    ENVELOPED_DATA,
    RSA_SIGNATURE_IDENTIFIER,
    SHA256_IDENTIFIER,
    SIGNED_DATA,
    oid,
)
from keyexchange.tr34.attributes import CommonAttributes, SignedAttributes, read_attributes

_WHAT = "the token"
_VERSION_1 = bytes(core.Integer(1).dump())
_SIGNED_DATA = oid(SIGNED_DATA)
_DIGEST_ALGORITHMS = encode(asn1.AnySet, SHA256_IDENTIFIER)
_SET, _IMPLICIT_0, _IMPLICIT_1 = b"\x31", b"\xa0", b"\xa1"


@dataclass(frozen=True)
class SignedContent:
    """SignedData with one signer, taken apart; of any content.

    Args:
        content_type: dotted.
        content: the octets of the content OCTET STRING.
        signer_id: DER IssuerAndSerialNumber of the signer's certificate.
        attributes: DER SET OF (tag 31), what the signature is over; None when it is over the content itself.
        signature: RSASSA-PKCS1-v1_5 with SHA-256.
        certificates: DER, as carried along; not verified.
        crls: DER, as carried along; not verified.
    """

    content_type: str
    content: bytes
    signer_id: bytes
    attributes: bytes | None
    signature: bytes
    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]


@dataclass(frozen=True)
class Signed:
    """SignedData of a key token, taken apart.

    Args:
        signer_id: DER IssuerAndSerialNumber of the KDH certificate.
        content: what the messageDigest is over: the octets of the content OCTET STRING.
        attributes: what the signature is over.
        signature: RSASSA-PKCS1-v1_5 with SHA-256.
        certificates: DER, as carried along; not verified.
        crls: DER, as carried along; not verified.
    """

    signer_id: bytes
    content: bytes
    attributes: SignedAttributes
    signature: bytes
    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]


def encode_signed(signed: SignedContent) -> bytes:
    """ContentInfo with SignedData. Order is kept: of the attributes, and of what is carried along."""
    attributes = b"" if signed.attributes is None else _IMPLICIT_0 + signed.attributes[1:]
    signer = encode(
        asn1.SignerInfo,
        _VERSION_1,
        signed.signer_id,
        SHA256_IDENTIFIER,
        attributes,
        RSA_SIGNATURE_IDENTIFIER,
        encode(core.OctetString, signed.signature),
    )
    signed_data = encode(
        asn1.SignedData,
        _VERSION_1,
        _DIGEST_ALGORITHMS,
        encapsulated(signed.content_type, signed.content),
        *carried(signed.certificates, signed.crls),
        encode(asn1.SignerInfos, signer),
    )
    return encode(asn1.SignedContentInfo, _SIGNED_DATA, encode(asn1.Explicit0, signed_data))


def encapsulated(content_type: str, content: bytes) -> bytes:
    """EncapsulatedContentInfo."""
    octets = encode(asn1.Explicit0, encode(core.OctetString, content))
    return encode(asn1.EncapsulatedContentInfo, oid(content_type), octets)


def carried(certificates: tuple[bytes, ...], crls: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The certificates [0] and crls [1] of a SignedData, each only when there are any."""
    sets = ((_IMPLICIT_0, certificates), (_IMPLICIT_1, crls))
    return tuple(tag + encode(asn1.AnySet, *octets)[1:] for tag, octets in sets if octets)


def members(values: Any) -> tuple[bytes, ...]:
    """The DER members of certificates [0] or crls [1]; none when it is absent."""
    return () if isinstance(values, core.Void) else tuple(value.dump() for value in values)


def read_content(token: bytes) -> SignedContent:
    """Take a token apart, whatever it signs.

    Raises:
        FormatError: der_malformed or structure.
    """
    outer = decode(asn1.AnyContentInfo, token, _WHAT)
    with reading(_WHAT):
        _require(outer["content_type"].dotted == SIGNED_DATA, "the token is not a SignedData")
        data = asn1.SignedContentInfo.load(token, strict=True)["content"]
        info = data["encap_content_info"]
        _require(len(data["signer_infos"]) == 1, "the token does not have exactly one signer")
        signer = data["signer_infos"][0]
        _require_fixed(data, signer)
        _require(isinstance(info["content"], core.OctetString), "the token has no content")
        attributes = signer["signed_attrs"]
        return SignedContent(
            content_type=info["content_type"].dotted,
            content=info["content"].native,
            signer_id=signer["sid"].dump(),
            attributes=None if isinstance(attributes, core.Void) else _SET + attributes.dump()[1:],
            signature=signer["signature"].native,
            certificates=members(data["certificates"]),
            crls=members(data["crls"]),
        )


def read_signed(token: bytes) -> Signed:
    """Take a key token apart.

    Raises:
        FormatError: der_malformed or structure.
    """
    found = read_content(token)
    _require(found.content_type == ENVELOPED_DATA, "what the token signs is not an EnvelopedData")
    if found.attributes is None:
        raise FormatError("the token has no signed attributes", category="structure")
    return Signed(
        signer_id=found.signer_id,
        content=found.content,
        attributes=read_attributes(found.attributes),
        signature=found.signature,
        certificates=found.certificates,
        crls=found.crls,
    )


def verify_signed(signed: Signed, key: RSAPublicKey) -> None:
    """Verify signature, digest and content type of a key token.

    Raises:
        TrustError: signature_invalid or digest_mismatch.
        FormatError: category structure: the contentType attribute does not fit.
    """
    verify_attributes(signed.attributes, signed.signature, signed.content, ENVELOPED_DATA, key)


def verify_attributes(
    attributes: CommonAttributes, signature: bytes, content: bytes, content_type: str, key: RSAPublicKey
) -> None:
    """Verify a signature over attributes, and that they are of this content.

    Raises:
        TrustError: signature_invalid or digest_mismatch.
        FormatError: category structure: the contentType attribute does not fit.
    """
    verify_pkcs1_sha256(key, signature, attributes.octets)
    if not hmac.compare_digest(hashlib.sha256(content).digest(), attributes.message_digest):
        raise TrustError(
            "the token's content is not the one that was signed",
            category="digest_mismatch",
            hint="in X9_TR34_2012 the digest is over EnvelopedData without its outer tag and length",
        )
    _require(attributes.content_type == content_type, "the signed content type is not the type of the content")


def _require_fixed(data: Any, signer: Any) -> None:
    found = (
        data["version"].native,
        data["digest_algorithms"].dump(),
        signer["version"].native,
        signer["digest_algorithm"].dump(),
        signer["signature_algorithm"].dump(),
    )
    wanted = (1, _DIGEST_ALGORITHMS, 1, SHA256_IDENTIFIER, RSA_SIGNATURE_IDENTIFIER)
    _require(found == wanted, "the token's versions or algorithms are not TR-34's (version 1, SHA-256, RSA)")


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise FormatError(message, category="structure")
