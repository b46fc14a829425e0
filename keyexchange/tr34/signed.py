"""SignedData around the envelope: put together, taken apart, verified.

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
from keyexchange.tr34.attributes import SignedAttributes, read_attributes

_WHAT = "the token"
_VERSION_1 = bytes(core.Integer(1).dump())
_SIGNED_DATA = oid(SIGNED_DATA)
_ENVELOPED_DATA = oid(ENVELOPED_DATA)
_DIGEST_ALGORITHMS = encode(asn1.AnySet, SHA256_IDENTIFIER)
_SET, _IMPLICIT_0 = b"\x31", b"\xa0"


@dataclass(frozen=True)
class Signed:
    """SignedData with one signer, taken apart.

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


def assemble_signed(*, content: bytes, signer_id: bytes, signed_attributes: bytes, signature: bytes) -> bytes:
    """ContentInfo with SignedData; no certificates and no CRL, as APC wants it.

    Args:
        signed_attributes: DER SET OF (tag 31); their order is kept.
    """
    signer = encode(
        asn1.SignerInfo,
        _VERSION_1,
        signer_id,
        SHA256_IDENTIFIER,
        _IMPLICIT_0 + signed_attributes[1:],
        RSA_SIGNATURE_IDENTIFIER,
        encode(core.OctetString, signature),
    )
    signed_data = encode(
        asn1.SignedData,
        _VERSION_1,
        _DIGEST_ALGORITHMS,
        encode(
            asn1.EncapsulatedContentInfo,
            _ENVELOPED_DATA,
            encode(asn1.Explicit0, encode(core.OctetString, content)),
        ),
        encode(asn1.SignerInfos, signer),
    )
    return encode(asn1.SignedContentInfo, _SIGNED_DATA, encode(asn1.Explicit0, signed_data))


def read_signed(token: bytes) -> Signed:
    """Take a token apart.

    Raises:
        FormatError: der_malformed or structure.
    """
    outer = decode(asn1.AnyContentInfo, token, _WHAT)
    with reading(_WHAT):
        _require(outer["content_type"].dotted == SIGNED_DATA, "the token is not a SignedData")
        data = asn1.SignedContentInfo.load(token, strict=True)["content"]
        encapsulated = data["encap_content_info"]
        _require(
            encapsulated["content_type"].dotted == ENVELOPED_DATA,
            "what the token signs is not an EnvelopedData",
        )
        _require(len(data["signer_infos"]) == 1, "the token does not have exactly one signer")
        signer = data["signer_infos"][0]
        _require_fixed(data, signer)
        return Signed(
            signer_id=signer["sid"].dump(),
            content=encapsulated["content"].native,
            attributes=read_attributes(_SET + signer["signed_attrs"].dump()[1:]),
            signature=signer["signature"].native,
            certificates=_carried(data["certificates"]),
            crls=_carried(data["crls"]),
        )


def verify_signed(signed: Signed, key: RSAPublicKey) -> None:
    """Verify signature, digest and content type.

    Raises:
        TrustError: signature_invalid or digest_mismatch.
        FormatError: category structure: the contentType attribute does not fit.
    """
    verify_pkcs1_sha256(key, signed.signature, signed.attributes.octets)
    if not hmac.compare_digest(hashlib.sha256(signed.content).digest(), signed.attributes.message_digest):
        raise TrustError(
            "the token's content is not the one that was signed",
            category="digest_mismatch",
            hint="in X9_TR34_2012 the digest is over EnvelopedData without its outer tag and length",
        )
    _require(signed.attributes.content_type == ENVELOPED_DATA, "the signed content type is not the type of the content")


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


def _carried(values: Any) -> tuple[bytes, ...]:
    return () if isinstance(values, core.Void) else tuple(value.dump() for value in values)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise FormatError(message, category="structure")
