"""The signed attributes: what the KDH's signature covers.

Law of this file: order is kept. DER sorts a SET, but the published two-pass sample is not sorted and its signature
verifies over the octets as written only; so attributes are written in AWS's fixed order and never sorted on reading.

Source: RFC 5652, 11; X9 TR 34-2019 Annex B.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from asn1crypto import core

from keyexchange import tr31
from keyexchange.errors import FormatError
from keyexchange.pki.declared import read_fields, read_members, read_octets, read_only
from keyexchange.pki.der import contents, encode, not_its_structure, reading, require_element
from keyexchange.tr34 import asn1
from keyexchange.tr34.algorithms import (
    CONTENT_TYPE,
    DATA,
    ENVELOPED_DATA,
    MESSAGE_DIGEST,
    RANDOM_NONCE,
    SIGNING_TIME,
    dotted_of,
    oid,
)
from keyexchange.tr34.layouts import Tolerance, met

_WHAT = "the signed attributes"
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_TIME_LENGTH = len("YYYYMMDDHHMMSSZ")
_FIRST_UTC_TIME, _LAST_UTC_TIME = 1950, 2049
_TYPES = {dotted: oid(dotted) for dotted in (CONTENT_TYPE, DATA, MESSAGE_DIGEST, RANDOM_NONCE, SIGNING_TIME)}
"""The attributes that TR-34 knows."""


@dataclass(frozen=True)
class CommonAttributes:
    """The attributes that all signed tokens have.

    Args:
        octets: DER SET OF (tag 31), as signed.
        content_type: dotted.
        message_digest: hash of the content that the signer states.
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
        _encode_content_type(content_type),
        _encode_time(fresh) if isinstance(fresh, datetime) else encode_nonce(fresh),
        *(() if header is None else (encode_header(header),)),
        _octets_attribute(MESSAGE_DIGEST, message_digest),
    )


@cache
def _encode_content_type(content_type: str) -> bytes:
    return encode(asn1.Attribute, _TYPES[CONTENT_TYPE], encode(asn1.AnySet, oid(content_type)))


def attribute_set(attributes: tuple[bytes, ...], *, der_order: bool) -> bytes:
    """DER SET OF (tag 31); with `der_order` sorted as X.690, 11.6 asks, else in the order given."""
    return encode(asn1.Attributes, *(sorted(attributes) if der_order else attributes))


def encode_nonce(nonce: bytes) -> bytes:
    """The random number attribute, the same octets among the signed attributes and as RT-KRD."""
    return _octets_attribute(RANDOM_NONCE, nonce)


def nonce_of(attribute: bytes, what: str) -> bytes:
    """The random number of its attribute.

    Raises:
        FormatError: category structure: not such an attribute.
    """
    kind, value = read_attribute(attribute, what)
    if kind != _TYPES[RANDOM_NONCE]:
        raise not_its_structure(what)
    return read_octets(value, what)


@lru_cache(maxsize=64)
def encode_header(header: str) -> bytes:
    """The header attribute, the same octets among the signed attributes and in the key block.

    Raises:
        FormatError: category structure: not a header.
    """
    check_header(header)
    return _octets_attribute(DATA, header.encode("ascii"))


def read_attributes(octets: bytes) -> SignedAttributes:
    """Read a key token's DER SET OF (tag 31).

    Raises:
        FormatError: der_malformed or structure.
    """
    attributes = _parse(octets)
    return SignedAttributes(**_common(octets, attributes), header=_header_text(attributes.found.get(DATA), _WHAT))


def read_common_attributes(octets: bytes) -> CommonAttributes:
    """Read the DER SET OF (tag 31) of a token that carries no key.

    Raises:
        FormatError: der_malformed or structure.
    """
    return CommonAttributes(**_common(octets, _parse(octets)))


def read_attribute(attribute: bytes, what: str) -> tuple[bytes, bytes]:
    """Type and the one value of an attribute, both as they stand.

    Args:
        attribute: one element that was walked before.

    Raises:
        FormatError: category structure.
    """
    fields = read_fields(asn1.Attribute, attribute, what)
    return fields["type"], read_only(asn1.AnySet, fields["values"], what)


def header_of(attribute: bytes, what: str) -> str:
    """The header text of a header attribute.

    Raises:
        FormatError: category structure.
    """
    kind, value = read_attribute(attribute, what)
    if kind != _TYPES[DATA]:
        raise not_its_structure(what)
    return _header_text(value, what)


class _Parsed(NamedTuple):
    """Args: encoded: all as they stand; found: values of TR-34's, by type; others: there are more than TR-34's."""

    encoded: list[bytes]
    found: dict[str, bytes]
    others: bool


def _parse(octets: bytes) -> _Parsed:
    """All attributes, each type once, and either a random number or a time."""
    require_element(asn1.Attributes, octets, _WHAT)
    encoded = read_members(asn1.Attributes, octets, _WHAT)
    read = [read_fields(asn1.Attribute, attribute, _WHAT) for attribute in encoded]
    values = {fields["type"]: fields["values"] for fields in read}
    found = {dotted: read_only(asn1.AnySet, values[kind], _WHAT) for dotted, kind in _TYPES.items() if kind in values}
    if len(values) != len(encoded) or (RANDOM_NONCE in found) is (SIGNING_TIME in found):
        raise not_its_structure(_WHAT)
    return _Parsed(encoded, found, others=len(found) != len(values))


def _common(octets: bytes, parsed: _Parsed) -> dict[str, Any]:
    found = parsed.found
    with reading(_WHAT):
        return {
            "octets": octets,
            "content_type": dotted_of(found.get(CONTENT_TYPE, b"")),
            "message_digest": read_octets(found.get(MESSAGE_DIGEST, b""), _WHAT),
            "nonce": read_octets(found[RANDOM_NONCE], _WHAT) if RANDOM_NONCE in found else None,
            "signing_time": _time(found[SIGNING_TIME]) if SIGNING_TIME in found else None,
            "tolerances": _tolerances(parsed),
        }


def _header_text(value: bytes | None, what: str) -> str:
    octets = read_octets(value or b"", what)
    if not octets.isascii():
        raise not_its_structure(what)
    header = octets.decode("ascii")
    check_header(header)
    return header


def _time(value: bytes) -> datetime:
    """Source: RFC 5652, 11.3: UTCTime from 1950 to 2049, else GeneralizedTime; with seconds, no fraction, and Z.

    Raises:
        FormatError: category structure.
    """
    digits, kind = contents(value), value[0]
    if kind == _UTC_TIME:
        digits = (b"20" if digits[:2] < b"50" else b"19") + digits
    try:
        if kind not in (_UTC_TIME, _GENERALIZED_TIME) or len(digits) != _TIME_LENGTH or not digits[:-1].isdigit():
            raise ValueError
        moment = datetime.strptime(digits.decode("latin-1"), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
        if (kind == _UTC_TIME) is not (_FIRST_UTC_TIME <= moment.year <= _LAST_UTC_TIME):
            raise ValueError
    except ValueError:
        raise FormatError(
            "the signing time is not one in DER",
            category="structure",
            hint="have the sender write it as UTCTime until 2049 and GeneralizedTime after, in UTC, "
            "with seconds and Z, as in 300517120000Z",
        ) from None
    return moment


def _encode_time(moment: datetime) -> bytes:
    if moment.tzinfo is None or moment.year < _FIRST_UTC_TIME:
        raise FormatError(
            "the signing time is not one: it needs a time zone and a year from 1950", category="structure"
        )
    kind = core.UTCTime if moment.astimezone(UTC).year <= _LAST_UTC_TIME else core.GeneralizedTime
    value = bytes(kind(moment.astimezone(UTC).replace(microsecond=0)).dump())
    return encode(asn1.Attribute, _TYPES[SIGNING_TIME], encode(asn1.AnySet, value))


def _tolerances(parsed: _Parsed) -> tuple[Tolerance, ...]:
    return met(
        {
            Tolerance.UNSORTED: parsed.encoded != sorted(parsed.encoded),
            Tolerance.OTHER_ATTRIBUTE: parsed.others,
        }
    )


def _octets_attribute(kind: str, octets: bytes) -> bytes:
    return encode(asn1.Attribute, _TYPES[kind], encode(asn1.AnySet, encode(core.OctetString, octets)))


@lru_cache(maxsize=64)
def check_header(header: str) -> tr31.Header:
    """The fields of a header that stands alone; version and length carry no meaning.

    Raises:
        FormatError: category structure: it is none, or more follows it.
    """
    why = "characters follow it"
    try:
        fields, end = tr31.parse_header(header)
    except FormatError as error:
        why, end = error.message, -1
    if end != len(header):
        raise FormatError(
            f"the key's header is not a TR-31 header: {why}",
            category="structure",
            hint="the header names usage, algorithm, mode of use and exportability, as in D0000K1TB00E0000",
        ) from None
    return fields
