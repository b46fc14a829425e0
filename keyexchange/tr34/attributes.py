"""The signed attributes: what the KDH's signature covers.

Law of this file: order is kept. DER sorts a SET, but the published two-pass sample is not sorted and its signature
verifies over the octets as written only; so attributes are written in AWS's fixed order and never sorted on reading.

Source: RFC 5652, 11; X9 TR 34-2019 Annex B.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import core

from keyexchange.errors import FormatError
from keyexchange.pki.der import decode, encode, reading
from keyexchange.tr34 import asn1
from keyexchange.tr34.algorithms import (
    CONTENT_TYPE,
    DATA,
    ENVELOPED_DATA,
    MESSAGE_DIGEST,
    RANDOM_NONCE,
    SIGNING_TIME,
    oid,
)
from keyexchange.tr34.layouts import Tolerance, met

_WHAT = "the signed attributes"
_FIXED_HEADER = 16
_UTC_TIME = 0x17
_KNOWN = frozenset({CONTENT_TYPE, DATA, MESSAGE_DIGEST, RANDOM_NONCE, SIGNING_TIME})
_TYPES = {dotted: oid(dotted) for dotted in _KNOWN}
_CONTENT_TYPE_ATTRIBUTE = encode(asn1.Attribute, _TYPES[CONTENT_TYPE], encode(asn1.AnySet, oid(ENVELOPED_DATA)))


@dataclass(frozen=True)
class SignedAttributes:
    """The attributes of a key token.

    Args:
        octets: DER SET OF (tag 31), as signed.
        content_type: dotted.
        header: TR-31 header text, 16 characters or more.
        message_digest: SHA-256 that the signer states.
        nonce: two-pass: the receiver's random number.
        signing_time: one-pass.
        tolerances: what was put up with.
    """

    octets: bytes
    content_type: str
    header: str
    message_digest: bytes
    nonce: bytes | None
    signing_time: datetime | None
    tolerances: tuple[Tolerance, ...]


def encode_attributes(*, nonce: bytes, header: str, message_digest: bytes) -> bytes:
    """DER SET OF (tag 31): contentType, randomNonce, header, messageDigest, in this order."""
    return encode(
        asn1.Attributes,
        _CONTENT_TYPE_ATTRIBUTE,
        _octets_attribute(RANDOM_NONCE, nonce),
        encode_header(header),
        _octets_attribute(MESSAGE_DIGEST, message_digest),
    )


def encode_header(header: str) -> bytes:
    """The header attribute, the same octets among the signed attributes and in the key block.

    Raises:
        FormatError: category structure: not a header.
    """
    _check_header(header)
    return _octets_attribute(DATA, header.encode("ascii"))


def read_attributes(octets: bytes) -> SignedAttributes:
    """Read a DER SET OF (tag 31).

    Raises:
        FormatError: der_malformed or structure.
    """
    attributes = decode(asn1.Attributes, octets, _WHAT)
    with reading(_WHAT):
        found = {attribute["type"].dotted: attribute for attribute in attributes}
        if len(found) != len(attributes) or (RANDOM_NONCE in found) is (SIGNING_TIME in found):
            raise ValueError
        return SignedAttributes(
            octets=octets,
            content_type=_only(found.get(CONTENT_TYPE), core.ObjectIdentifier).dotted,
            header=header_of(found.get(DATA)),
            message_digest=_only(found.get(MESSAGE_DIGEST), core.OctetString).native,
            nonce=_only(found[RANDOM_NONCE], core.OctetString).native if RANDOM_NONCE in found else None,
            signing_time=_time(found[SIGNING_TIME]) if SIGNING_TIME in found else None,
            tolerances=_tolerances(attributes, found),
        )


def header_of(attribute: Any) -> str:
    """The header text of a header attribute.

    Raises:
        FormatError: category structure.
        ValueError: not a header attribute; for `reading()` to turn.
    """
    octets = _only(attribute, core.OctetString).native
    if attribute["type"].dotted != DATA:
        raise ValueError
    header = octets.decode("ascii")
    _check_header(header)
    return str(header)


def _only(attribute: Any, kind: Any) -> Any:
    """The one value of an attribute."""
    if attribute is None or len(attribute["values"]) != 1:
        raise ValueError
    return attribute["values"][0].parse(kind)


def _time(attribute: Any) -> datetime:
    """Source: RFC 5652, 11.3: UTCTime up to 2049, GeneralizedTime after."""
    value = attribute["values"][0].dump()
    moment = _only(attribute, core.UTCTime if value[0] == _UTC_TIME else core.GeneralizedTime).native
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise ValueError
    return moment


def _tolerances(attributes: Any, found: dict[str, Any]) -> tuple[Tolerance, ...]:
    encoded = [attribute.dump() for attribute in attributes]
    return met(
        {
            Tolerance.UNSORTED: encoded != sorted(encoded),
            Tolerance.OTHER_ATTRIBUTE: bool(found.keys() - _KNOWN),
        }
    )


def _octets_attribute(kind: str, octets: bytes) -> bytes:
    return encode(asn1.Attribute, _TYPES[kind], encode(asn1.AnySet, encode(core.OctetString, octets)))


def _check_header(header: str) -> None:
    if len(header) < _FIXED_HEADER or not (header.isascii() and header.isprintable()):
        raise FormatError(
            "the key's header is not a TR-31 header of 16 characters or more",
            category="structure",
            hint="the header names usage, algorithm, mode of use and exportability, as in D0000K1TB00E0000",
        )
