"""The same token, built as one builds with asn1crypto by its own documentation: values in nested dicts, then `dump()`.

Nothing is made slow on purpose: certificates and keys are loaded once, octets are hashed and signed once, and what
asn1crypto declares itself is used where it fits this layout. It does not fit EnvelopedData of X9_TR34_2012 and the
attributes of TR-34, so those are declared here as a user would declare them.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from asn1crypto import cms, core, x509
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import CBC

# ruff: noqa: RUF012  (asn1crypto declares by class attributes)

_DATA, _NONCE = "1.2.840.113549.1.7.1", "1.2.840.113549.1.9.25.3"
_OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


class SetOfAny(core.SetOf):
    _child_spec = core.Any


class Attribute(core.Sequence):
    _fields = [("type", core.ObjectIdentifier), ("values", SetOfAny)]


class Attributes(core.SetOf):
    _child_spec = Attribute


class Algorithm(core.Sequence):
    _fields = [("algorithm", core.ObjectIdentifier), ("parameters", core.Any, {"optional": True})]


class OaepParameters(core.Sequence):
    _fields = [("hash", Algorithm), ("mgf", Algorithm), ("label", Algorithm)]


class KeyBlock(core.Sequence):
    _fields = [
        ("version", core.Integer),
        ("id_kdh", cms.IssuerAndSerialNumber),
        ("key", core.OctetString),
        ("header", Attribute),
    ]


class Recipient(core.Sequence):
    _fields = [
        ("version", core.Integer),
        ("rid", cms.IssuerAndSerialNumber),
        ("key_encryption_algorithm", Algorithm),
        ("encrypted_key", core.OctetString),
    ]


class Recipients(core.SetOf):
    _child_spec = Recipient


class ContentAlgorithm(core.Sequence):
    _fields = [
        ("algorithm", core.ObjectIdentifier),
        ("iv", core.OctetString),
        ("encrypted_content", core.OctetString, {"implicit": 0}),
    ]


class EncryptedContentInfo(core.Sequence):
    _fields = [("content_type", core.ObjectIdentifier), ("algorithm", ContentAlgorithm)]


class EnvelopedData(core.Sequence):
    _fields = [
        ("version", core.Integer),
        ("recipient_infos", Recipients),
        ("encrypted_content_info", EncryptedContentInfo),
    ]


class SignerInfo(core.Sequence):
    _fields = [
        ("version", core.Integer),
        ("sid", cms.IssuerAndSerialNumber),
        ("digest_algorithm", Algorithm),
        ("signed_attrs", Attributes, {"implicit": 0}),
        ("signature_algorithm", Algorithm),
        ("signature", core.OctetString),
    ]


class SignerInfos(core.SetOf):
    _child_spec = SignerInfo


class Algorithms(core.SetOf):
    _child_spec = Algorithm


class EncapsulatedContent(core.Sequence):
    _fields = [("content_type", core.ObjectIdentifier), ("content", core.OctetString, {"explicit": 0})]


class SignedData(core.Sequence):
    _fields = [
        ("version", core.Integer),
        ("digest_algorithms", Algorithms),
        ("encap_content_info", EncapsulatedContent),
        ("signer_infos", SignerInfos),
    ]


class ContentInfo(core.Sequence):
    _fields = [("content_type", core.ObjectIdentifier), ("content", SignedData, {"explicit": 0})]


_SHA256 = {"algorithm": "2.16.840.1.101.3.4.2.1"}
_SHA256_NULL = {**_SHA256, "parameters": core.Null()}


def _id(certificate: x509.Certificate) -> dict[str, Any]:
    return {"issuer": certificate.issuer, "serial_number": certificate.serial_number}


def _attribute(kind: str, value: core.Asn1Value) -> dict[str, Any]:
    return {"type": kind, "values": [value]}


def build(
    key: bytes,
    header: str,
    *,
    kdh: x509.Certificate,
    krd: x509.Certificate,
    krd_public_key: RSAPublicKey,
    kdh_private_key: RSAPrivateKey,
    nonce: bytes,
) -> bytes:
    """A two-pass token in the layout X9_TR34_2012, its content under three-key TDES.

    Args:
        kdh, krd: certificates, as asn1crypto loads them.
    """
    header_attribute = _attribute(_DATA, core.OctetString(header.encode()))
    block = KeyBlock({"version": 1, "id_kdh": _id(kdh), "key": key, "header": header_attribute}).dump()
    count = 8 - len(block) % 8
    cek, iv = secrets.token_bytes(24), secrets.token_bytes(8)
    ciphertext = Cipher(TripleDES(cek), CBC(iv)).encryptor().update(block + bytes([count]) * count)
    enveloped = EnvelopedData(
        {
            "version": 0,
            "recipient_infos": [
                {
                    "version": 0,
                    "rid": _id(krd),
                    "key_encryption_algorithm": {
                        "algorithm": "1.2.840.113549.1.1.7",
                        "parameters": OaepParameters(
                            {
                                "hash": _SHA256_NULL,
                                "mgf": {"algorithm": "1.2.840.113549.1.1.8", "parameters": Algorithm(_SHA256)},
                                "label": {"algorithm": "1.2.840.113549.1.1.9", "parameters": core.OctetString(b"")},
                            }
                        ),
                    },
                    "encrypted_key": krd_public_key.encrypt(cek, _OAEP),
                }
            ],
            "encrypted_content_info": {
                "content_type": _DATA,
                "algorithm": {"algorithm": "1.2.840.113549.3.7", "iv": iv, "encrypted_content": ciphertext},
            },
        }
    )
    enveloped.dump()
    content = enveloped.contents
    attributes = Attributes(
        [
            _attribute("1.2.840.113549.1.9.3", core.ObjectIdentifier("1.2.840.113549.1.7.3")),
            _attribute(_NONCE, core.OctetString(nonce)),
            header_attribute,
            _attribute("1.2.840.113549.1.9.4", core.OctetString(hashlib.sha256(content).digest())),
        ]
    )
    signature = kdh_private_key.sign(attributes.dump(), padding.PKCS1v15(), hashes.SHA256())
    token = ContentInfo(
        {
            "content_type": "1.2.840.113549.1.7.2",
            "content": {
                "version": 1,
                "digest_algorithms": [_SHA256],
                "encap_content_info": {"content_type": "1.2.840.113549.1.7.3", "content": content},
                "signer_infos": [
                    {
                        "version": 1,
                        "sid": _id(kdh),
                        "digest_algorithm": _SHA256,
                        "signed_attrs": attributes,
                        "signature_algorithm": {"algorithm": "1.2.840.113549.1.1.1", "parameters": core.Null()},
                        "signature": signature,
                    }
                ],
            },
        }
    )
    return bytes(token.dump())
