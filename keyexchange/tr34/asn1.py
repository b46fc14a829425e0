"""ASN.1 of TR-34 tokens. Declarations only; field names as in RFC 5652, RFC 8017 and X9 TR 34-2019.

`core.Any` stands where octets must be kept or compared as they are: names, algorithm identifiers that are fixed,
attribute values.
"""

from __future__ import annotations

from asn1crypto import core

from keyexchange.pki.asn1 import IssuerAndSerialNumber, StrictSequence

# ruff: noqa: RUF012  (asn1crypto declares by class attributes)


class AnySet(core.SetOf):
    """A SET whose members are kept as they are."""

    _child_spec = core.Any


class AlgorithmIdentifier(StrictSequence):
    """RFC 5280, 4.1.1.2."""

    _fields = [
        ("algorithm", core.ObjectIdentifier),
        ("parameters", core.Any, {"optional": True}),
    ]


# RSAES-OAEP-params, RFC 8017, A.2.1


class OaepParameters(StrictSequence):
    """As TR-34's samples and APC write it: three plain elements, no context tags."""

    _fields = [
        ("hash_algorithm", AlgorithmIdentifier),
        ("mask_gen_algorithm", AlgorithmIdentifier),
        ("p_source_algorithm", AlgorithmIdentifier),
    ]


class TaggedOaepParameters(StrictSequence):
    """As RFC 8017 has it. What is absent means SHA-1, MGF1 with SHA-1, and an empty label."""

    _fields = [
        ("hash_algorithm", AlgorithmIdentifier, {"explicit": 0, "optional": True}),
        ("mask_gen_algorithm", AlgorithmIdentifier, {"explicit": 1, "optional": True}),
        ("p_source_algorithm", AlgorithmIdentifier, {"explicit": 2, "optional": True}),
    ]


# EnvelopedData, RFC 5652, 6.1


class KeyTransRecipientInfo(StrictSequence):
    """RFC 5652, 6.2.1."""

    _fields = [
        ("version", core.Integer),
        ("rid", IssuerAndSerialNumber),
        ("key_encryption_algorithm", AlgorithmIdentifier),
        ("encrypted_key", core.OctetString),
    ]


class RecipientInfos(core.SetOf):
    """RFC 5652, 6.1; TR-34 has one recipient."""

    _child_spec = KeyTransRecipientInfo


class EncryptedContent(core.OctetString):
    """RFC 5652, 6.1, with its implicit tag."""

    class_ = 2
    tag = 0


class ContentEncryptionAlgorithm(StrictSequence):
    """Cipher and IV, and in the layout before TR-34's errata, which APC keeps, the ciphertext too."""

    _fields = [
        ("algorithm", core.ObjectIdentifier),
        ("iv", core.OctetString),
        ("encrypted_content", EncryptedContent, {"optional": True}),
    ]


class EncryptedContentInfo(StrictSequence):
    """RFC 5652, 6.1. The ciphertext is absent here when the algorithm holds it."""

    _fields = [
        ("content_type", core.ObjectIdentifier),
        ("content_encryption_algorithm", ContentEncryptionAlgorithm),
        ("encrypted_content", EncryptedContent, {"optional": True}),
    ]


class EnvelopedData(StrictSequence):
    """RFC 5652, 6.1, without what TR-34 does not use."""

    _fields = [
        ("version", core.Integer),
        ("recipient_infos", RecipientInfos),
        ("encrypted_content_info", EncryptedContentInfo),
    ]


# SignedData, RFC 5652, 5.1


class Attribute(StrictSequence):
    """RFC 5652, 5.3."""

    _fields = [
        ("type", core.ObjectIdentifier),
        ("values", AnySet),
    ]


class Attributes(core.SetOf):
    """RFC 5652, 5.3; never sorted here, because the signature covers the order as written."""

    _child_spec = Attribute


class SignerInfo(StrictSequence):
    """RFC 5652, 5.3."""

    _fields = [
        ("version", core.Integer),
        ("sid", IssuerAndSerialNumber),
        ("digest_algorithm", core.Any),
        ("signed_attrs", Attributes, {"implicit": 0, "optional": True}),
        ("signature_algorithm", core.Any),
        ("signature", core.OctetString),
    ]


class SignerInfos(core.SetOf):
    """RFC 5652, 5.1; TR-34 has one signer."""

    _child_spec = SignerInfo


class EncapsulatedContentInfo(StrictSequence):
    """RFC 5652, 5.2. asn1crypto's own type would look into the octets and stumble over APC's layout."""

    _fields = [
        ("content_type", core.ObjectIdentifier),
        ("content", core.OctetString, {"explicit": 0, "optional": True}),
    ]


class SignedData(StrictSequence):
    """RFC 5652, 5.1."""

    _fields = [
        ("version", core.Integer),
        ("digest_algorithms", core.Any),
        ("encap_content_info", EncapsulatedContentInfo),
        ("certificates", AnySet, {"implicit": 0, "optional": True}),
        ("crls", AnySet, {"implicit": 1, "optional": True}),
        ("signer_infos", SignerInfos),
    ]


class AnyContentInfo(StrictSequence):
    """RFC 5652, 3: to see the type before looking at the content."""

    _fields = [
        ("content_type", core.ObjectIdentifier),
        ("content", core.Any),
    ]


class Explicit0(core.Sequence):
    """The [0] around a content, RFC 5652, 3 and 5.2."""

    class_ = 2
    tag = 0


class SignedContentInfo(StrictSequence):
    """RFC 5652, 3, once the type is known."""

    _fields = [
        ("content_type", core.ObjectIdentifier),
        ("content", SignedData, {"explicit": 0}),
    ]


# TR-34's own


class KeyBlock(StrictSequence):
    """The clear key block, X9 TR 34-2019 Annex D. The text says v1(0), the samples encode 1: write 1, accept both."""

    _fields = [
        ("version", core.Integer),
        ("id_kdh", IssuerAndSerialNumber),
        ("clear_key", core.OctetString),
        ("key_block_header", Attribute),
    ]
