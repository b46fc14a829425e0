"""Building unbind and rebind tokens; `binding` says what they are.

Laws of this file: attributes are in DER's order; the identifiers and the inner SignedData lack their SEQUENCE, as in
TR-34's samples.

Source: X9 TR 34-2019, Annex B.10, B.11, B.13, B.14. Where the revocation list of a new KDH belongs, the samples leave
open: it is written beside the new certificate, as in a credential, and read from there and from outside of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from keyexchange.crypto.rsa import SignatureHash
from keyexchange.pki import require_identifier, require_purpose
from keyexchange.tr34.algorithms import DATA, SIGNED_DATA
from keyexchange.tr34.attributes import attribute_set, encode_attributes
from keyexchange.tr34.credentials import degenerate
from keyexchange.tr34.signed import SignedContent, encode_signed


@dataclass(frozen=True)
class Signer:
    """Who signs a token.

    Args:
        identifier: DER IssuerAndSerialNumber of the certificate.
        sign: RSASSA-PKCS1-v1_5 with `hashing` under its private key.
        hashing: of the signature and of messageDigest.
    """

    identifier: bytes
    sign: Callable[[bytes], bytes]
    hashing: SignatureHash = SignatureHash.SHA_256


def build_ca_unbind(*, krd_id: bytes, kdh_id: bytes, authority: Signer) -> bytes:
    """The KRD's authority has it let go of its KDH. Carries nothing fresh: it can be played again.

    Args:
        krd_id: DER IssuerAndSerialNumber, like all identifiers.
        kdh_id: the KDH bound so far.

    Raises:
        FormatError: an identifier is none.
    """
    return _sign(DATA, _identifiers(krd_id, kdh_id), None, authority)


def build_kdh_unbind(*, krd_id: bytes, nonce: bytes, kdh: Signer) -> bytes:
    """The KDH has the KRD let go of it.

    Args:
        nonce: the KRD's random number.

    Raises:
        FormatError: an identifier is none.
    """
    return _sign(DATA, _identifiers(krd_id), nonce, kdh)


def build_ca_rebind(
    *,
    krd_id: bytes,
    kdh_id: bytes,
    new_kdh: bytes,
    crls: tuple[bytes, ...] = (),
    signing_time: datetime,
    authority: Signer,
) -> bytes:
    """The KRD's authority puts another KDH in place of the one bound.

    Args:
        kdh_id: the KDH bound so far.
        new_kdh: the certificate of the other, DER.
        crls: DER, of its authority.
        signing_time: aware; written to the second.

    Raises:
        FormatError: an identifier, certificate, list or the time is none.
        TrustError: purpose_mismatch: the new certificate may not sign.
    """
    content = _body(_identifiers(krd_id, kdh_id), new_kdh, crls)
    return _sign(SIGNED_DATA, content, signing_time, authority)


def build_kdh_rebind(
    *, krd_id: bytes, new_kdh: bytes, crls: tuple[bytes, ...] = (), nonce: bytes, kdh: Signer
) -> bytes:
    """The KDH puts another in its place.

    Args:
        new_kdh: the certificate of the other, DER.
        crls: DER, of its authority.
        nonce: the KRD's random number.

    Raises:
        FormatError: an identifier, certificate or list is none.
        TrustError: purpose_mismatch: the new certificate may not sign.
    """
    return _sign(SIGNED_DATA, _body(_identifiers(krd_id), new_kdh, crls), nonce, kdh)


def _sign(content_type: str, content: bytes, fresh: bytes | datetime | None, signer: Signer) -> bytes:
    """Sign content, by attributes in DER's order when there is something fresh to put into them."""
    require_identifier(signer.identifier)
    attributes = None
    if fresh is not None:
        digest = signer.hashing.digest(content)
        ordered = encode_attributes(fresh=fresh, header=None, message_digest=digest, content_type=content_type)
        attributes = attribute_set(ordered, der_order=True)
    return encode_signed(
        SignedContent(
            content_type=content_type,
            content=content,
            signer_id=signer.identifier,
            attributes=attributes,
            signature=signer.sign(content if attributes is None else attributes),
            certificates=(),
            crls=(),
            hashing=signer.hashing,
        )
    )


def _identifiers(*identifiers: bytes) -> bytes:
    """One after the other, with no SEQUENCE around, as the standard has it."""
    for identifier in identifiers:
        require_identifier(identifier)
    return b"".join(identifiers)


def _body(content: bytes, certificate: bytes, crls: tuple[bytes, ...]) -> bytes:
    """The fields of a SignedData, without its SEQUENCE header, as the samples have it."""
    require_purpose(certificate, "sign")
    return b"".join(degenerate(content, certificate, crls))
