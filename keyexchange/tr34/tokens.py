"""KT-KDH, the key token: a key on its way from a KDH to a KRD.

A payShield returns the pieces of a token and leaves putting them together to the host; therefore building has two
steps, `build_parts` (needs the key) and `assemble` (needs nothing secret). Receiving has three, in this order:

    token = read(octets)                  structure only
    verify(token, ...)                    who sent it, and that it answers our random number
    open_token(token, ...)                the key

The chain of the KDH certificate is the caller's: `trust.verify_sender`, or `pki.verify_chain` when the token carries
nothing. The signing time of a one-pass token is judged by `freshness.judge_signing_time`.

Source: X9 TR 34-2019, 6.2 and Annex B; APC user guide, "Import keys using TR-34".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from keyexchange.crypto.rsa import SignatureHash
from keyexchange.errors import FormatError, RuleError, TrustError
from keyexchange.keys import KeyAlgorithm
from keyexchange.pki import issuer_and_serial, load, require_identifier, rsa_algorithm, rsa_public_key
from keyexchange.pki.der import contents, require_element
from keyexchange.secret import Secret
from keyexchange.tr34 import asn1
from keyexchange.tr34.algorithms import ENVELOPED_DATA, ContentCipher, weakest_cipher
from keyexchange.tr34.attributes import attribute_set, encode_attributes
from keyexchange.tr34.checks import (
    one_key_on_both_sides,
    require_answer,
    require_carried,
    require_content,
    require_signer,
)
from keyexchange.tr34.envelope import Envelope, OneTime, open_envelope, read_envelope, seal
from keyexchange.tr34.keyblock import KeyBlock
from keyexchange.tr34.layouts import Layout, Tolerance
from keyexchange.tr34.signed import Signed, SignedContent, encode_signed, read_signed, verify_signed


@dataclass(frozen=True)
class TokenParts:
    """The pieces of a token as a payShield returns them (B8).

    Args:
        signed_attributes: DER SET OF (tag 31): contentType, randomNonce, header, messageDigest.
        enveloped: EnvelopedData, DER with its SEQUENCE header.
        signature: over the signed attributes.
        hashing: of the signature and of messageDigest; a payShield's is SHA-256.
    """

    signed_attributes: bytes
    enveloped: bytes
    signature: bytes
    hashing: SignatureHash = SignatureHash.SHA_256


@dataclass(frozen=True)
class Token:
    """A token, taken apart; nothing in it is verified yet."""

    signed: Signed
    envelope: Envelope

    @property
    def layout(self) -> Layout:
        """By the place of the ciphertext."""
        return self.envelope.layout

    @property
    def signer_id(self) -> bytes:
        """DER IssuerAndSerialNumber of the KDH certificate."""
        return self.signed.signer_id

    @property
    def recipient_id(self) -> bytes:
        """DER IssuerAndSerialNumber of the KRD certificate."""
        return self.envelope.recipient_id

    @property
    def header(self) -> str:
        """TR-31 header text of the key, from the signed attributes. Version letter and length carry no meaning."""
        return self.signed.attributes.header

    @property
    def nonce(self) -> bytes | None:
        """The random number that a two-pass token answers."""
        return self.signed.attributes.nonce

    @property
    def signing_time(self) -> datetime | None:
        """When a one-pass token was signed."""
        return self.signed.attributes.signing_time

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """DER, carried along; not verified."""
        return self.signed.certificates

    @property
    def crls(self) -> tuple[bytes, ...]:
        """DER, carried along; not verified."""
        return self.signed.crls

    @property
    def tolerances(self) -> tuple[Tolerance, ...]:
        """The deviations that were put up with."""
        return self.signed.tolerances + self.envelope.tolerances + self.signed.attributes.tolerances


@dataclass(frozen=True)
class OpenedToken:
    """What a token carried.

    Args:
        key: the clear key.
        header: TR-31 header text: usage, algorithm, mode of use, exportability.
        cipher: what protected the key; the caller judges whether it was strong enough.
        tolerances: the token's, and those met on opening it.
    """

    key: Secret
    header: str
    cipher: ContentCipher
    tolerances: tuple[Tolerance, ...]


def build_parts(
    key: Secret,
    header: str,
    *,
    kdh_id: bytes,
    krd_id: bytes,
    krd_public_key: RSAPublicKey,
    sign: Callable[[bytes], bytes],
    cipher: ContentCipher | None = None,
    one_time: OneTime | None = None,
    nonce: bytes | None = None,
    signing_time: datetime | None = None,
    layout: Layout = Layout.X9_TR34_2012,
    der_order: bool = False,
    weaker_cipher: bool = False,
    weaker_receiver: bool = False,
    hashing: SignatureHash = SignatureHash.SHA_256,
) -> TokenParts:
    """Make the pieces of a two-pass token (with `nonce`) or a one-pass token (with `signing_time`); of one of the two.

    Args:
        key: the key to send, as long as the header's algorithm asks.
        header: TR-31 header text, 16 characters or more, nothing behind it.
        kdh_id: DER IssuerAndSerialNumber of the KDH certificate (`pki.issuer_and_serial`).
        krd_id: the same of the KRD certificate.
        krd_public_key: of the KRD certificate, which the caller has verified; 2048, 3072 or 4096 bits.
        sign: RSASSA-PKCS1-v1_5 with `hashing` under the KDH's private key (`crypto.rsa.sign_pkcs1`).
        cipher: of the content; the weakest that is as strong as the key when absent: three-key TDES for TDES and
            AES-128 for AES-128, as in AWS's import sample, AES-256 for longer keys. A payShield always uses TDES, and
            AWS's export sample reads nothing else.
        one_time: only to repeat a known token.
        nonce: the receiver's random number; APC takes 8 to 16 octets.
        signing_time: aware; written to the second.
        der_order: sort the signed attributes, as DER asks of a SET; else they stand in AWS's order.
        weaker_cipher: the caller has decided, on record, that the cipher may be weaker than the key.
        weaker_receiver: likewise, that the receiver's RSA key may be; RSA-4096 is weaker than AES-192.
        hashing: of the signature and of messageDigest. Whether APC takes more than SHA-256 is not documented.

    Raises:
        RuleError: rule kek-strength: the cipher or the receiver's key is weaker than the key.
        FormatError: an identifier, the header, the key or the time is none; both or neither of nonce and time; a
            receiver's key of another size.
    """
    fresh = _one_of(nonce, signing_time)
    _require_identifiers(kdh_id, krd_id)
    block = KeyBlock(kdh_id, key, header)
    weakest = weakest_cipher(require_content(header, key), len(key))
    chosen = cipher or weakest
    receiver = rsa_algorithm(krd_public_key, "the receiver")
    if not weaker_cipher:
        _require_strength(chosen, weakest)
    if not weaker_receiver:
        _require_receiver(receiver, weakest)
    enveloped = seal(
        block,
        recipient_id=krd_id,
        recipient_key=krd_public_key,
        cipher=chosen,
        one_time=one_time or OneTime.fresh(chosen),
        layout=layout,
    )
    digest = hashing.digest(_content(enveloped, layout))
    ordered = encode_attributes(fresh=fresh, header=header, message_digest=digest)
    attributes = attribute_set(ordered, der_order=der_order)
    return TokenParts(attributes, enveloped, sign(attributes), hashing)


def assemble(
    parts: TokenParts,
    kdh_id: bytes,
    *,
    layout: Layout = Layout.X9_TR34_2012,
    certificates: tuple[bytes, ...] = (),
    crls: tuple[bytes, ...] = (),
) -> bytes:
    """Put the pieces together: ContentInfo with SignedData, DER.

    Each piece must be one DER element of its type; `read` and `verify` the result to know more.

    Args:
        certificates: DER, to carry along in this order. APC takes none.
        crls: DER, to carry along, such as the list of the KDH's authority. APC takes none.

    Raises:
        FormatError: der_malformed or structure: a piece is not what it should be.
    """
    _require_identifiers(kdh_id)
    require_element(asn1.Attributes, parts.signed_attributes, "the signed attributes")
    require_element(asn1.EnvelopedData, parts.enveloped, "the enveloped data")
    require_carried(certificates, crls)
    return encode_signed(
        SignedContent(
            content_type=ENVELOPED_DATA,
            content=_content(parts.enveloped, layout),
            signer_id=kdh_id,
            attributes=parts.signed_attributes,
            signature=parts.signature,
            certificates=certificates,
            crls=crls,
            hashing=parts.hashing,
        )
    )


def read(token: bytes) -> Token:
    """Take a token apart, in any of the arrangements met in the field. Needs no key and verifies nothing.

    Raises:
        FormatError: der_malformed (the encoding) or structure (what is encoded).
    """
    signed = read_signed(token)
    return Token(signed, read_envelope(signed.content))


def verify(token: Token, *, kdh_certificate: bytes, nonce: bytes | None) -> None:
    """Verify that the KDH signed this token, whole, in answer to our random number.

    Does not verify the certificate itself (`pki.verify_chain`).

    Args:
        kdh_certificate: DER.
        nonce: the random number that the receiver gave out; None when it gave none, and then the caller judges
            `signing_time` and replay (`judge_signing_time`).

    Raises:
        TrustError: signer_mismatch, signature_invalid, digest_mismatch, nonce_mismatch.
        FormatError: category structure.
    """
    require_signer(token.signer_id, kdh_certificate, "the token")
    verify_signed(token.signed, rsa_public_key(load(kdh_certificate)))
    if nonce is not None:
        require_answer(token.nonce, nonce)


def open_token(
    token: Token, *, krd_private_key: RSAPrivateKey, krd_certificate: bytes | None, kdh_certificate: bytes
) -> OpenedToken:
    """Decrypt a token. Call `verify` first: this alone does not prove who sent it.

    Args:
        krd_private_key: of the certificate that the token names as its recipient; 2048, 3072 or 4096 bits.
        krd_certificate: DER; None when the caller found the private key by `recipient_id`.
        kdh_certificate: DER; the key inside must come from the same KDH.

    Raises:
        TrustError: recipient_mismatch, signer_mismatch, header_mismatch, purpose_mismatch (one key on both sides).
        FormatError: decrypt_failed; structure: not wrapped with OAEP SHA-256, a key that its header does not fit, an
            RSA key of another size.
    """
    if krd_certificate is not None and issuer_and_serial(krd_certificate) != token.recipient_id:
        raise TrustError(
            "the token is meant for another receiver",
            category="recipient_mismatch",
            hint="export the key again for the wrapping certificate of this import",
        )
    _require_two_keys(krd_private_key.public_key(), kdh_certificate)
    block = open_envelope(token.envelope, krd_private_key)
    require_signer(block.kdh_id, kdh_certificate, "the key block")
    if block.header != token.header:
        raise TrustError(
            "the header inside the token differs from the signed one",
            category="header_mismatch",
            hint="the token was not made as TR-34 asks; have the sender's software checked",
        )
    require_content(block.header, block.key)
    return OpenedToken(block.key, block.header, token.envelope.cipher, token.tolerances + block.tolerances)


def _one_of(nonce: bytes | None, signing_time: datetime | None) -> bytes | datetime:
    if nonce is not None and signing_time is None:
        return nonce
    if signing_time is not None and nonce is None:
        return signing_time
    raise FormatError(
        "a token has either the receiver's random number or a signing time",
        category="structure",
        hint="give the random number for a two-pass token, the signing time for a one-pass token",
    )


def _require_strength(chosen: ContentCipher, weakest: ContentCipher) -> None:
    if chosen.algorithm.strength < weakest.algorithm.strength:
        raise RuleError(
            f"the token's content cipher {chosen.name} is weaker than the key in it",
            rule="kek-strength",
            hint=f"{weakest.name} is the weakest that may protect this key",
        )


def _require_receiver(receiver: KeyAlgorithm, weakest: ContentCipher) -> None:
    """Held against the key's strength as its content cipher has it: AES-192 counts as AES-256, RSA is below both."""
    if receiver.strength < weakest.algorithm.strength:
        raise RuleError(
            f"the receiver's {receiver} key ({receiver.strength} bits of strength) is weaker than the key in the token",
            rule="kek-strength",
            hint="have the receiver offer a longer RSA key, or send the key under a strong KEK that both sides share",
        )


def _require_two_keys(receiver: RSAPublicKey, kdh_certificate: bytes) -> None:
    """Source: X9 TR 34-2019, 5: KDH and KRD have a key pair each."""
    rsa_algorithm(receiver, "the receiver")
    if receiver == rsa_public_key(load(kdh_certificate)):
        raise one_key_on_both_sides()


def _require_identifiers(*identifiers: bytes) -> None:
    for identifier in identifiers:
        require_identifier(identifier)


def _content(enveloped: bytes, layout: Layout) -> bytes:
    """What the content OCTET STRING holds: in X9_TR34_2012, EnvelopedData without its tag and length."""
    return enveloped if layout is Layout.CMS else contents(enveloped)
