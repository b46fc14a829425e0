"""However something was written down, the same object comes out."""

from __future__ import annotations

import base64
from collections.abc import Callable

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


BLOCK = b"B0080B0TX00S0000BCCB395544093D66FE8296DFBFBE3D6268FBA63FDE5363CB86580BD21879C901"
CONTAINERS = {
    "hex": bytes.hex,
    "hex in upper case": lambda octets: octets.hex().upper(),
    "hex with colons": lambda octets: octets.hex(":"),
    "hex with blanks and line ends": lambda octets: octets.hex(" ").replace(" 3", "\r\n3"),
    "hex behind 0x": lambda octets: "0x" + octets.hex(),
    "hex as a list of octets": lambda octets: ", ".join(f"0x{octet:02X}" for octet in octets),
    "base64": lambda octets: base64.b64encode(octets).decode(),
    "base64 in lines": lambda octets: base64.encodebytes(octets).decode(),
    "hex of base64": lambda octets: base64.b64encode(octets).hex(),
}
AROUND = {
    "nothing": lambda text: text.encode(),
    "double quotes": lambda text: f'"{text}"\n'.encode(),
    "single quotes": lambda text: f"'{text}'".encode(),
    "a mark of UTF-8": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16, little end first": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "UTF-16, big end first": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
}


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
@pytest.mark.parametrize("contain", CONTAINERS.values(), ids=CONTAINERS)
def test_a_block_and_a_certificate_come_out_of_every_wrapping(
    contain: Callable[[bytes], str], around: Callable[[str], bytes]
) -> None:
    assert [written.text for written in read(around(contain(BLOCK)))] == [BLOCK.decode()]
    assert [written.der for written in read(around(contain(DER)))] == [DER]
    assert [written.der for written in read(around(contain(pem(DER) + pem(OTHER))))] == [DER, OTHER]


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
def test_text_as_it_stands_loses_what_stands_around_it(around: Callable[[str], bytes]) -> None:
    assert [written.text for written in read(around(BLOCK.decode()))] == [BLOCK.decode()]
    assert [written.der for written in read(around(pem(DER).decode()))] == [DER]


def test_no_more_layers_are_taken_off_than_people_put_on() -> None:
    octets = BLOCK
    for _ in range(6):
        octets = octets.hex().encode()
    (written,) = read(octets)
    assert written.text != BLOCK.decode()


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_a_mark_before_something_else_is_no_fault(mark: bytes) -> None:
    (written,) = read(mark + b"\x00\xd8\x00\xd8\x00")
    assert written.der is None


def test_a_short_structure_is_read_where_it_cannot_be_text() -> None:
    short = bytes.fromhex("3006020101040130")
    assert [written.der for written in (*read(short), *read(short.hex().encode()), *read(pem(short)))] == [short] * 3


def test_a_pem_text_keeps_its_label() -> None:
    legacy = (
        b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n"
        b"AAAA\n-----END RSA PRIVATE KEY-----\n"
    )
    assert [(written.label, written.der) for written in read(legacy + pem(DER))] == [
        ("RSA PRIVATE KEY", None),
        ("CERTIFICATE", DER),
    ]
