"""However something was written down, the same object comes out."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.errors import FormatError, TrustError
from keyexchange.inspection import Written, read, recognise
from tests.vectors import vectors

DER = base64.b64decode(vectors("tr34", "certificate")[0].values[0]["inputs"]["certificate_b64"])
OTHER = base64.b64decode(vectors("tr34", "certificate")[1].values[0]["inputs"]["certificate_b64"])


def pem(der: bytes, label: str = "CERTIFICATE") -> bytes:
    return f"-----BEGIN {label}-----\n{base64.encodebytes(der).decode()}-----END {label}-----\n".encode()


@pytest.mark.parametrize(
    "octets",
    [DER, DER.hex().encode(), DER.hex(" ").upper().encode(), b"\n" + base64.encodebytes(DER), b"text\n" + pem(DER)],
    ids=["binary", "hex", "hex with spaces", "base64", "PEM after text"],
)
def test_one_object(octets: bytes) -> None:
    (written,) = read(octets)
    assert written.der == DER


def test_a_pem_chain_is_several_objects() -> None:
    assert [written.der for written in read(pem(DER) + pem(OTHER).replace(b"\n", b"\r\n"))] == [DER, OTHER]


def test_text_is_not_taken_for_der() -> None:
    text = b"0" + bytes([60]) + b"x" * 60  # 30 hex is the digit 0, and a length that fits
    (written,) = read(text)
    assert written.der is None


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_anything_is_explained_or_refused_with_a_hint(octets: bytes) -> None:
    assert all(is_answered(written) for written in read(octets))


def is_answered(written: Written) -> bool:
    try:
        return bool(recognise(written).explain(written))
    except (FormatError, TrustError) as error:
        return bool(error.hint)
