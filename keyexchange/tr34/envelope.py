"""EnvelopedData: the key block, encrypted under a one-time key, and that key wrapped for the receiver.

The four arrangements met in the field are read (two deviate, see `Tolerance`); the two of `Layout` are written.

Source: RFC 5652, 6; X9 TR 34-2019 Annex B and its errata; APC's X9_TR34_2012 by AWS's public samples.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from asn1crypto import core
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from keyexchange.crypto.rsa import oaep_decrypt, oaep_encrypt
from keyexchange.errors import FormatError
from keyexchange.pki.declared import read_fields, read_members, read_octets
from keyexchange.pki.der import contents, encode, not_its_structure, require_der
from keyexchange.secret import Secret
from keyexchange.tr34 import asn1
from keyexchange.tr34.algorithms import CIPHERS, DATA, OAEP_IDENTIFIER, ContentCipher, Oaep, oid, read_oaep
from keyexchange.tr34.keyblock import KeyBlock, decode_padded, encode_padded
from keyexchange.tr34.layouts import Layout, Tolerance, met

_WHAT = "the enveloped data"
_VERSION_0 = bytes(core.Integer(0).dump())
_DATA = oid(DATA)
_CIPHERS_BY_OID = {oid(dotted): cipher for dotted, cipher in CIPHERS.items()}
_SEQUENCE = 0x30


@dataclass(frozen=True)
class OneTime:
    """The one-time values of a token. Never use them twice.

    Args:
        cek: content encryption key.
        iv: a block.
    """

    cek: Secret
    iv: bytes

    @classmethod
    def fresh(cls, cipher: ContentCipher) -> OneTime:
        """New random values for a cipher."""
        return cls(Secret(secrets.token_bytes(cipher.key_octets)), secrets.token_bytes(cipher.block_octets))


@dataclass(frozen=True)
class Envelope:
    """EnvelopedData, taken apart.

    Args:
        layout: by the place of the ciphertext.
        recipient_id: DER IssuerAndSerialNumber of the KRD certificate.
        oaep: how the content encryption key is wrapped.
        wrapped_cek: as long as the KRD's RSA modulus.
        cipher: of the content.
        iv: a block.
        ciphertext: the key block.
        tolerances: what was put up with.
    """

    layout: Layout
    recipient_id: bytes
    oaep: Oaep
    wrapped_cek: bytes
    cipher: ContentCipher
    iv: bytes
    ciphertext: bytes
    tolerances: tuple[Tolerance, ...]


def seal(
    block: KeyBlock,
    *,
    recipient_id: bytes,
    recipient_key: RSAPublicKey,
    cipher: ContentCipher,
    one_time: OneTime,
    layout: Layout,
) -> bytes:
    """EnvelopedData with its SEQUENCE header, DER."""
    padded = encode_padded(block, cipher.block_octets)
    ciphertext = cipher.key(one_time.cek).encrypt_cbc(one_time.iv, padded.reveal())
    wrapped = oaep_encrypt(recipient_key, one_time.cek.reveal())
    return enclose(recipient_id, wrapped, cipher, one_time.iv, ciphertext, layout=layout)


def enclose(
    recipient_id: bytes, wrapped_cek: bytes, cipher: ContentCipher, iv: bytes, ciphertext: bytes, *, layout: Layout
) -> bytes:
    """EnvelopedData with its SEQUENCE header, DER, from pieces that are encrypted already: an HSM's, for instance.

    Args:
        recipient_id: DER IssuerAndSerialNumber of the KRD certificate.
        wrapped_cek: the content encryption key under OAEP SHA-256.
    """
    content = encode(asn1.EncryptedContent, ciphertext)
    inside, after = (content, b"") if layout is Layout.X9_TR34_2012 else (b"", content)
    algorithm = encode(
        asn1.ContentEncryptionAlgorithm,
        oid(cipher.dotted),
        encode(core.OctetString, iv),
        inside,
    )
    recipient = encode(
        asn1.KeyTransRecipientInfo,
        _VERSION_0,
        recipient_id,
        OAEP_IDENTIFIER,
        encode(core.OctetString, wrapped_cek),
    )
    return encode(
        asn1.EnvelopedData,
        _VERSION_0,
        encode(asn1.RecipientInfos, recipient),
        encode(asn1.EncryptedContentInfo, _DATA, algorithm, after),
    )


def read_envelope(content: bytes) -> Envelope:
    """Take EnvelopedData apart, with or without its SEQUENCE header.

    Raises:
        FormatError: der_malformed or structure.
    """
    whole = content[:1] == bytes([_SEQUENCE])
    element = content if whole else encode(core.Sequence, content)
    require_der(element, _WHAT)
    value = read_fields(asn1.EnvelopedData, element, _WHAT)
    recipient = _recipient(value)
    info = read_fields(asn1.EncryptedContentInfo, value["encrypted_content_info"], _WHAT)
    algorithm = read_fields(asn1.ContentEncryptionAlgorithm, info["content_encryption_algorithm"], _WHAT)
    if info["content_type"] != _DATA:
        raise not_its_structure(_WHAT)
    oaep = read_oaep(recipient["key_encryption_algorithm"])
    layout, ciphertext = _ciphertext(algorithm["encrypted_content"], info["encrypted_content"])
    cipher, iv = _CIPHERS_BY_OID.get(algorithm["algorithm"]), read_octets(algorithm["iv"], _WHAT)
    if cipher is None or len(iv) != cipher.block_octets:
        raise FormatError(
            "the content is not encrypted with TDES, AES-128 or AES-256 in CBC mode", category="structure"
        )
    return Envelope(
        layout=layout,
        recipient_id=recipient["rid"],
        oaep=oaep,
        wrapped_cek=read_octets(recipient["encrypted_key"], _WHAT),
        cipher=cipher,
        iv=iv,
        ciphertext=ciphertext,
        tolerances=_tolerances(layout, oaep, whole=whole),
    )


def open_envelope(envelope: Envelope, private_key: RSAPrivateKey) -> KeyBlock:
    """Decrypt the key block. The caller has verified the signature over the envelope before.

    Raises:
        FormatError: structure: OAEP is not with SHA-256; decrypt_failed: anything else, always in the same words, so
            that a sender of forged tokens learns nothing.
    """
    if not envelope.oaep.is_tr34:
        raise FormatError(
            f"the content key is wrapped with OAEP of {envelope.oaep.digest} and MGF1 of {envelope.oaep.mgf_digest}",
            category="structure",
            hint="TR-34 and APC use SHA-256 for both and no label; set the sender to it",
        )
    try:
        cek = Secret(oaep_decrypt(private_key, envelope.wrapped_cek))
        key = envelope.cipher.key(cek)
        if not envelope.ciphertext or len(envelope.ciphertext) % envelope.cipher.block_octets:
            raise ValueError
        padded = Secret(key.decrypt_cbc(envelope.iv, envelope.ciphertext))
        return decode_padded(padded, envelope.cipher.block_octets)
    except (FormatError, ValueError):
        raise FormatError(
            "the token does not open under this private key",
            category="decrypt_failed",
            hint="it was made for another wrapping certificate or is damaged: export again for a new credential",
        ) from None


def _recipient(value: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The one recipient."""
    recipients = read_members(asn1.RecipientInfos, value["recipient_infos"], _WHAT)
    if value["version"] != _VERSION_0 or len(recipients) != 1:
        raise not_its_structure(_WHAT)
    recipient = read_fields(asn1.KeyTransRecipientInfo, recipients[0], _WHAT)
    if recipient["version"] != _VERSION_0:
        raise not_its_structure(_WHAT)
    return recipient


def _ciphertext(inside: bytes, after: bytes) -> tuple[Layout, bytes]:
    """The ciphertext, which stands in one of the two places."""
    if bool(inside) is bool(after):
        raise not_its_structure(_WHAT)
    return (Layout.X9_TR34_2012, contents(inside)) if inside else (Layout.CMS, contents(after))


def _tolerances(layout: Layout, oaep: Oaep, *, whole: bool) -> tuple[Tolerance, ...]:
    return met(
        {
            Tolerance.HAS_SEQUENCE: whole and layout is Layout.X9_TR34_2012,
            Tolerance.LACKS_SEQUENCE: not whole and layout is Layout.CMS,
            Tolerance.TAGGED_OAEP: oaep.tagged,
        }
    )
