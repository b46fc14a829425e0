"""The random number token is a bare attribute."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyexchange.errors import FormatError
from keyexchange.pki.der import encode
from keyexchange.tr34 import asn1, build_random_number, read, read_random_number
from keyexchange.tr34.attributes import encode_header
from tests.keyexchange.tr34.lab import token_of
from tests.vectors import vectors

WRITTEN = bytes.fromhex("301806 0A 2A864886F70D0109 1903 310A 0408 0102030405060708")
"""By hand, from TR34-2019's B.12: SEQUENCE { 1.2.840.113549.1.9.25.3, SET { OCTET STRING } }."""


def test_it_is_written_as_the_sample_is() -> None:
    assert build_random_number(bytes(range(1, 9))) == WRITTEN


@given(st.binary(min_size=8, max_size=40))
def test_what_was_written_is_read(nonce: bytes) -> None:
    assert read_random_number(build_random_number(nonce)) == nonce


def test_it_is_the_attribute_of_a_two_pass_token() -> None:
    token = read(token_of(vectors("tr34_computed", "key_token")[0].values[0]))
    assert token.nonce is not None
    assert build_random_number(token.nonce) in token.signed.attributes.octets


@pytest.mark.parametrize("length", [0, 7])
def test_too_short_a_number_is_neither_written_nor_read(length: int) -> None:
    with pytest.raises(FormatError):
        build_random_number(bytes(length))
    short = encode(asn1.Attribute, WRITTEN[2:14], encode(asn1.AnySet, bytes([4, length]) + bytes(length)))
    with pytest.raises(FormatError, match="fewer than 8"):
        read_random_number(short)


@pytest.mark.parametrize(
    ("octets", "category"),
    [
        (b"", "der_malformed"),
        (WRITTEN[:-1], "der_malformed"),
        (WRITTEN + b"\x00", "der_malformed"),
        (encode_header("D0000K0TB00E0000"), "structure"),
        (encode(asn1.Attribute, WRITTEN[2:14], encode(asn1.AnySet, WRITTEN[16:], WRITTEN[16:])), "structure"),
        (encode(asn1.Attribute, WRITTEN[2:14], encode(asn1.AnySet, b"\x05\x00")), "structure"),
    ],
    ids=["empty", "cut short", "trailing", "another attribute", "two values", "another type"],
)
def test_anything_else_is_refused(octets: bytes, category: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_random_number(octets)
    assert caught.value.category == category
