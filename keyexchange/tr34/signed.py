"""SignedData with one signer: put together, taken apart, verified.

What the signature does not cover (versions, algorithm identifiers) has one allowed value each for each hash that can
verify it, or two, of which the second is reported; so no octet of a token can change without being noticed. Carried
certificates and revocation lists are outside it and trusted by nobody.

Source: RFC 5652, 5; X9 TR 34-2019 Annex B.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from asn1crypto import core
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from keyexchange.crypto.rsa import SignatureHash, verify_pkcs1
from keyexchange.errors import FormatError, TrustError
from keyexchange.pki.declared import read_fields, read_members, read_octets, read_only
from keyexchange.pki.der import encode, reading, require_der
from keyexchange.tr34 import asn1
from keyexchange.tr34.algorithms import (
    DIGEST_IDENTIFIERS,
    DIGEST_IDENTIFIERS_WITH_NULL,
    ENVELOPED_DATA,
    RSA_SIGNATURE_IDENTIFIER,
    SIGNATURE_IDENTIFIERS_WITH_HASH,
    SIGNED_DATA,
    dotted_of,
    oid,
)
from keyexchange.tr34.attributes import CommonAttributes, SignedAttributes, read_attributes
from keyexchange.tr34.layouts import Tolerance, met

_WHAT = "the token"
_VERSION_1 = bytes(core.Integer(1).dump())
_SIGNED_DATA = oid(SIGNED_DATA)
_DIGESTS = {
    (encode(asn1.AnySet, outer), inner): (hashing, DIGEST_IDENTIFIERS_WITH_NULL[hashing] in (outer, inner))
    for hashing, plain in DIGEST_IDENTIFIERS.items()
    for outer in (plain, DIGEST_IDENTIFIERS_WITH_NULL[hashing])
    for inner in (plain, DIGEST_IDENTIFIERS_WITH_NULL[hashing])
}
"""The hash by digestAlgorithms and the signer's digestAlgorithm, and whether one of the two has NULL."""
_SET, _IMPLICIT_0, _IMPLICIT_1 = b"\x31", b"\xa0", b"\xa1"


@dataclass(frozen=True)
class SignedContent:
    """SignedData with one signer, taken apart; of any content.

    Args:
        content_type: dotted.
        content: the octets of the content OCTET STRING.
        signer_id: DER IssuerAndSerialNumber of the signer's certificate.
        attributes: DER SET OF (tag 31), what the signature is over; None when it is over the content itself.
        signature: RSASSA-PKCS1-v1_5.
        certificates: DER, as carried along; not verified.
        crls: DER, as carried along; not verified.
        hashing: of the signature and of messageDigest.
        tolerances: what was put up with in naming the algorithms.
    """

    content_type: str
    content: bytes
    signer_id: bytes
    attributes: bytes | None
    signature: bytes
    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    hashing: SignatureHash
    tolerances: tuple[Tolerance, ...] = ()


@dataclass(frozen=True)
class Signed:
    """SignedData of a key token, taken apart.

    Args:
        signer_id: DER IssuerAndSerialNumber of the KDH certificate.
        content: what the messageDigest is over: the octets of the content OCTET STRING.
        attributes: what the signature is over.
        signature: RSASSA-PKCS1-v1_5.
        certificates: DER, as carried along; not verified.
        crls: DER, as carried along; not verified.
        hashing: of the signature and of messageDigest.
        tolerances: what was put up with in naming the algorithms.
    """

    signer_id: bytes
    content: bytes
    attributes: SignedAttributes
    signature: bytes
    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    hashing: SignatureHash
    tolerances: tuple[Tolerance, ...] = ()


def encode_signed(signed: SignedContent) -> bytes:
    """ContentInfo with SignedData. Order is kept: of the attributes, and of what is carried along."""
    attributes = b"" if signed.attributes is None else _IMPLICIT_0 + signed.attributes[1:]
    digest_algorithm = DIGEST_IDENTIFIERS[signed.hashing]
    signer = encode(
        asn1.SignerInfo,
        _VERSION_1,
        signed.signer_id,
        digest_algorithm,
        attributes,
        RSA_SIGNATURE_IDENTIFIER,
        encode(core.OctetString, signed.signature),
    )
    signed_data = encode(
        asn1.SignedData,
        _VERSION_1,
        encode(asn1.AnySet, digest_algorithm),
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


def members(values: bytes) -> tuple[bytes, ...]:
    """The DER members of certificates [0] or crls [1]; none when it is absent."""
    return tuple(read_members(asn1.AnySet, values, _WHAT)) if values else ()


def read_content(token: bytes) -> SignedContent:
    """Take a token apart, whatever it signs.

    Raises:
        FormatError: der_malformed or structure.
    """
    require_der(token, _WHAT)
    outer = read_fields(asn1.AnyContentInfo, token, _WHAT)
    _require(outer["content_type"] == _SIGNED_DATA, "the token is not a SignedData")
    data = read_fields(asn1.SignedData, read_only(asn1.Explicit0, outer["content"], _WHAT), _WHAT)
    info = read_fields(asn1.EncapsulatedContentInfo, data["encap_content_info"], _WHAT)
    infos = read_members(asn1.SignerInfos, data["signer_infos"], _WHAT)
    _require(len(infos) == 1, "the token does not have exactly one signer")
    signer = read_fields(asn1.SignerInfo, infos[0], _WHAT)
    _require(bool(info["content"]), "the token has no content")
    hashing, tolerances = _algorithms(data, signer)
    return SignedContent(
        content_type=_content_type(info["content_type"]),
        content=read_octets(read_only(asn1.Explicit0, info["content"], _WHAT), _WHAT),
        signer_id=signer["sid"],
        attributes=_SET + signer["signed_attrs"][1:] if signer["signed_attrs"] else None,
        signature=read_octets(signer["signature"], _WHAT),
        certificates=members(data["certificates"]),
        crls=members(data["crls"]),
        hashing=hashing,
        tolerances=tolerances,
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
        hashing=found.hashing,
        tolerances=found.tolerances,
    )


def verify_signed(signed: Signed, key: RSAPublicKey) -> None:
    """Verify signature, digest and content type of a key token.

    Raises:
        TrustError: signature_invalid or digest_mismatch.
        FormatError: category structure: the contentType attribute does not fit.
    """
    verify_attributes(signed.attributes, signed, ENVELOPED_DATA, key)


def verify_attributes(
    attributes: CommonAttributes, signed: Signed | SignedContent, content_type: str, key: RSAPublicKey
) -> None:
    """Verify a signature over attributes, and that they are of this content.

    Raises:
        TrustError: signature_invalid or digest_mismatch.
        FormatError: category structure: the contentType attribute does not fit.
    """
    verify_pkcs1(key, signed.signature, attributes.octets, signed.hashing)
    if not hmac.compare_digest(signed.hashing.digest(signed.content), attributes.message_digest):
        raise TrustError(
            "the token's content is not the one that was signed",
            category="digest_mismatch",
            hint="in X9_TR34_2012 the digest is over EnvelopedData without its outer tag and length",
        )
    _require(attributes.content_type == content_type, "the signed content type is not the type of the content")


def _algorithms(data: Mapping[str, bytes], signer: Mapping[str, bytes]) -> tuple[SignatureHash, tuple[Tolerance, ...]]:
    """The hash, when versions and algorithms are TR-34's, or what RFC 5754 has in their place."""
    _require(data["version"] == signer["version"] == _VERSION_1, "the token's versions are not TR-34's (1)")
    hashing, with_null = _DIGESTS.get((data["digest_algorithms"], signer["digest_algorithm"]), (None, False))
    signature = signer["signature_algorithm"]
    if hashing is None or signature not in (RSA_SIGNATURE_IDENTIFIER, SIGNATURE_IDENTIFIERS_WITH_HASH[hashing]):
        raise FormatError(
            "the token's algorithms are not TR-34's (SHA-256 or longer, RSASSA-PKCS1-v1_5)",
            category="structure",
            hint="have the sender sign with RSASSA-PKCS1-v1_5 and one of SHA-256, SHA-384 and SHA-512, "
            "and name that one hash everywhere in the token",
        )
    named = signature != RSA_SIGNATURE_IDENTIFIER
    return hashing, met({Tolerance.DIGEST_NULL: with_null, Tolerance.SIGNATURE_NAMES_HASH: named})


def _content_type(identifier: bytes) -> str:
    with reading(_WHAT):
        return dotted_of(identifier)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise FormatError(message, category="structure")
