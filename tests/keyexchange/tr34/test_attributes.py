"""Signed attributes keep their order and hold each of TR-34's attributes once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from asn1crypto import core

from keyexchange.errors import FormatError
from keyexchange.pki.der import encode
from keyexchange.tr34 import Tolerance, asn1
from keyexchange.tr34.algorithms import (
    CONTENT_TYPE,
    DATA,
    ENVELOPED_DATA,
    MESSAGE_DIGEST,
    RANDOM_NONCE,
    SIGNING_TIME,
    oid,
)
from keyexchange.tr34.attributes import attribute_set, encode_attributes, encode_header, read_attributes

HEADER = "D0000K0TB00E0000"


def attribute(kind: str, *values: bytes) -> bytes:
    return encode(asn1.Attribute, oid(kind), encode(asn1.AnySet, *values))


def octets(value: bytes) -> bytes:
    return encode(core.OctetString, value)


TYPE = attribute(CONTENT_TYPE, oid(ENVELOPED_DATA))
NONCE = attribute(RANDOM_NONCE, octets(bytes(range(8))))
KEY_HEADER = attribute(DATA, octets(HEADER.encode()))
DIGEST = attribute(MESSAGE_DIGEST, octets(bytes(32)))
UTC_TIME = encode(core.UTCTime, b"240725043000Z")


def test_they_are_written_in_the_fixed_order() -> None:
    ordered = encode_attributes(fresh=bytes(range(8)), header=HEADER, message_digest=bytes(32))
    written = attribute_set(ordered, der_order=False)
    assert written == encode(asn1.Attributes, TYPE, NONCE, KEY_HEADER, DIGEST)


def test_any_order_is_read_and_kept() -> None:
    written = encode(asn1.Attributes, DIGEST, KEY_HEADER, NONCE, TYPE)
    read = read_attributes(written)
    assert read.octets == written
    assert read.tolerances == (Tolerance.UNSORTED,)
    assert (read.nonce, read.header, read.message_digest) == (bytes(range(8)), HEADER, bytes(32))


@pytest.mark.parametrize(
    ("moment", "year"), [(UTC_TIME, 2024), (encode(core.GeneralizedTime, b"20510725043000Z"), 2051)]
)
def test_a_signing_time_stands_for_the_nonce(moment: bytes, year: int) -> None:
    read = read_attributes(encode(asn1.Attributes, TYPE, attribute(SIGNING_TIME, moment), KEY_HEADER, DIGEST))
    assert read.nonce is None
    assert read.signing_time == datetime(year, 7, 25, 4, 30, tzinfo=UTC)


def test_an_attribute_of_others_is_ignored_and_named() -> None:
    read = read_attributes(encode(asn1.Attributes, TYPE, NONCE, KEY_HEADER, DIGEST, attribute("1.2.3", octets(b""))))
    assert Tolerance.OTHER_ATTRIBUTE in read.tolerances


REFUSED = {
    "none": (),
    "no content type": (NONCE, KEY_HEADER, DIGEST),
    "neither nonce nor time": (TYPE, KEY_HEADER, DIGEST),
    "nonce and time": (TYPE, NONCE, attribute(SIGNING_TIME, UTC_TIME), KEY_HEADER, DIGEST),
    "no header": (TYPE, NONCE, DIGEST),
    "no digest": (TYPE, NONCE, KEY_HEADER),
    "the nonce twice": (TYPE, NONCE, NONCE, KEY_HEADER, DIGEST),
    "a nonce with two values": (TYPE, attribute(RANDOM_NONCE, octets(b"1"), octets(b"2")), KEY_HEADER, DIGEST),
    "a nonce without a value": (TYPE, attribute(RANDOM_NONCE), KEY_HEADER, DIGEST),
    "a nonce that is a number": (TYPE, attribute(RANDOM_NONCE, b"\x02\x01\x05"), KEY_HEADER, DIGEST),
    "a short header": (TYPE, NONCE, attribute(DATA, octets(b"D0000K0TB00E000")), DIGEST),
    "a header with control characters": (TYPE, NONCE, attribute(DATA, octets(b"D0000K0TB00E00\n0")), DIGEST),
    "a header that is not ASCII": (TYPE, NONCE, attribute(DATA, octets(b"D0000K0TB00E000\xe9")), DIGEST),
    "a time that is none": (TYPE, attribute(SIGNING_TIME, encode(core.UTCTime, b"99Z")), KEY_HEADER, DIGEST),
    "a header that more follows": (TYPE, NONCE, attribute(DATA, octets(f"{HEADER}00".encode())), DIGEST),
    "a header of nothing known": (TYPE, NONCE, attribute(DATA, octets(b"X" * 16)), DIGEST),
    "a header that promises a block": (TYPE, NONCE, attribute(DATA, octets(b"D0000K0TB00E0100")), DIGEST),
    "a time that is empty": (TYPE, attribute(SIGNING_TIME, encode(core.UTCTime, b"")), KEY_HEADER, DIGEST),
}


@pytest.mark.parametrize("attributes", REFUSED.values(), ids=REFUSED)
def test_other_sets_are_refused(attributes: tuple[bytes, ...]) -> None:
    with pytest.raises(FormatError) as caught:
        read_attributes(encode(asn1.Attributes, *attributes))
    assert caught.value.category == "structure"


NOT_IN_DER = {
    "no seconds": (core.UTCTime, b"2407250430Z"),
    "an offset": (core.UTCTime, b"240725043000+0200"),
    "no zone": (core.UTCTime, b"240725043000"),
    "a fraction": (core.GeneralizedTime, b"20510725043000.5Z"),
    "an offset, long": (core.GeneralizedTime, b"20510725043000-0700"),
    "long before 2050": (core.GeneralizedTime, b"20240725043000Z"),
    "a day that is none": (core.UTCTime, b"240732043000Z"),
    "blanks for zeros": (core.UTCTime, b"240725 43000Z"),
    "not a time": (core.OctetString, b"240725043000Z"),
}


@pytest.mark.parametrize(("kind", "text"), NOT_IN_DER.values(), ids=NOT_IN_DER)
def test_a_signing_time_is_one_in_der(kind: type, text: bytes) -> None:
    moment = attribute(SIGNING_TIME, encode(kind, text))
    with pytest.raises(FormatError, match="not one in DER") as caught:
        read_attributes(encode(asn1.Attributes, TYPE, moment, KEY_HEADER, DIGEST))
    assert caught.value.category == "structure"
    assert "UTCTime until 2049" in caught.value.hint


@pytest.mark.parametrize(("text", "year"), [(b"500101000000Z", 1950), (b"491231235959Z", 2049)])
def test_two_digits_are_a_year_from_1950_to_2049(text: bytes, year: int) -> None:
    moment = attribute(SIGNING_TIME, encode(core.UTCTime, text))
    read = read_attributes(encode(asn1.Attributes, TYPE, moment, KEY_HEADER, DIGEST))
    assert read.signing_time is not None
    assert read.signing_time.year == year


@pytest.mark.parametrize("header", ["", "D0000K0TB00E000", "D0000K0TB00E000é", "X" * 16, "D0000K0TB00E000000"])
def test_what_is_no_header_is_not_written(header: str) -> None:
    with pytest.raises(FormatError):
        encode_header(header)
