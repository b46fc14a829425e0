"""The signed attributes: what the KDH's signature covers.

Law of this file: order is kept. DER sorts a SET, but the published two-pass sample is not sorted and its signature
verifies over the octets as written only; so attributes are written in AWS's fixed order and never sorted on reading.

Source: RFC 5652, 11; X9 TR 34-2019 Annex B.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
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
_FIRST_UTC_TIME, _LAST_UTC_TIME = 1950, 2049
_KNOWN = frozenset({CONTENT_TYPE, DATA, MESSAGE_DIGEST, RANDOM_NONCE, SIGNING_TIME})
_TYPES = {dotted: oid(dotted) for dotted in _KNOWN}


@dataclass(frozen=True)
class CommonAttributes:
    """The attributes that all signed tokens have.

    Args:
        octets: DER SET OF (tag 31), as signed.
        content_type: dotted.
        message_digest: SHA-256 that the signer states.
        nonce: two-pass: the receiver's random number.
        signing_time: one-pass.
        tolerances: what was put up with.
    """

    octets: bytes
    content_type: str
    message_digest: bytes
    nonce: bytes | None
    signing_time: datetime | None
    tolerances: tuple[Tolerance, ...]


@dataclass(frozen=True)
class SignedAttributes(CommonAttributes):
    """The attributes of a key token.

    Args:
        header: TR-31 header text, 16 characters or more.
    """

    header: str


def encode_attributes(
    *, fresh: bytes | datetime, header: str | None, message_digest: bytes, content_type: str = ENVELOPED_DATA
) -> tuple[bytes, ...]:
    """The attributes in AWS's order: contentType, randomNonce or signingTime, header, messageDigest.

    Args:
        fresh: the receiver's random number (two-pass), or when it is signed (one-pass): aware, to the second.
        header: of a key token.

    Raises:
        FormatError: category structure: the header or the time is none.
    """
    return (
        encode(asn1.Attribute, _TYPES[CONTENT_TYPE], encode(asn1.AnySet, oid(content_type))),
        _encode_time(fresh) if isinstance(fresh, datetime) else encode_nonce(fresh),
        *(() if header is None else (encode_header(header),)),
        _octets_attribute(MESSAGE_DIGEST, message_digest),
    )


def attribute_set(attributes: tuple[bytes, ...], *, der_order: bool) -> bytes:
    """DER SET OF (tag 31); with `der_order` sorted as X.690, 11.6 asks, else in the order given."""
    return encode(asn1.Attributes, *(sorted(attributes) if der_order else attributes))


def encode_nonce(nonce: bytes) -> bytes:
    """The random number attribute, the same octets among the signed attributes and as RT-KRD."""
    return _octets_attribute(RANDOM_NONCE, nonce)


def nonce_of(attribute: Any) -> bytes:
    """The random number of its attribute.

    Raises:
        ValueError: not such an attribute; for `reading()` to turn.
    """
    if attribute["type"].dotted != RANDOM_NONCE:
        raise ValueError
    return bytes(_only(attribute, core.OctetString).native)


def encode_header(header: str) -> bytes:
    """The header attribute, the same octets among the signed attributes and in the key block.

    Raises:
        FormatError: category structure: not a header.
    """
    _check_header(header)
    return _octets_attribute(DATA, header.encode("ascii"))


def read_attributes(octets: bytes) -> SignedAttributes:
    """Read a key token's DER SET OF (tag 31).

    Raises:
        FormatError: der_malformed or structure.
    """
    attributes, found = _parse(octets)
    with reading(_WHAT):
        header = header_of(found.get(DATA))
        return SignedAttributes(**_common(octets, attributes, found), header=header)


def read_common_attributes(octets: bytes) -> CommonAttributes:
    """Read the DER SET OF (tag 31) of a token that carries no key.

    Raises:
        FormatError: der_malformed or structure.
    """
    attributes, found = _parse(octets)
    with reading(_WHAT):
        return CommonAttributes(**_common(octets, attributes, found))


def _parse(octets: bytes) -> tuple[Any, dict[str, Any]]:
    """All attributes as they stand, and each by its type."""
    attributes = decode(asn1.Attributes, octets, _WHAT)
    with reading(_WHAT):
        found = {attribute["type"].dotted: attribute for attribute in attributes}
        if len(found) != len(attributes) or (RANDOM_NONCE in found) is (SIGNING_TIME in found):
            raise ValueError
    return attributes, found


def _common(octets: bytes, attributes: Any, found: dict[str, Any]) -> dict[str, Any]:
    return {
        "octets": octets,
        "content_type": _only(found.get(CONTENT_TYPE), core.ObjectIdentifier).dotted,
        "message_digest": _only(found.get(MESSAGE_DIGEST), core.OctetString).native,
        "nonce": nonce_of(found[RANDOM_NONCE]) if RANDOM_NONCE in found else None,
        "signing_time": _time(found[SIGNING_TIME]) if SIGNING_TIME in found else None,
        "tolerances": _tolerances(attributes, found),
    }


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


def _encode_time(moment: datetime) -> bytes:
    if moment.tzinfo is None or moment.year < _FIRST_UTC_TIME:
        raise FormatError(
            "the signing time is not one: it needs a time zone and a year from 1950", category="structure"
        )
    kind = core.UTCTime if moment.astimezone(UTC).year <= _LAST_UTC_TIME else core.GeneralizedTime
    value = bytes(kind(moment.astimezone(UTC).replace(microsecond=0)).dump())
    return encode(asn1.Attribute, _TYPES[SIGNING_TIME], encode(asn1.AnySet, value))


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
