"""DER is read strictly, and what is wrong is told without quoting it."""

from __future__ import annotations

from typing import Any

import pytest
from asn1crypto import core
from hypothesis import given
from hypothesis import strategies as st

from keyexchange.errors import FormatError
from keyexchange.pki import require_identifier
from keyexchange.pki.der import contents, decode, encode, first_element, reading, require_der, require_element
from keyexchange.tr34 import asn1

REFUSED = {
    "empty": "",
    "no length": "30",
    "indefinite length": "3080020100 0000",
    "length in long form though short": "30810302 0100",
    "length with a leading zero": "3082008002" + "7E" + "00" * 126,
    "cut short": "30030201",
    "length cut short": "3082",
    "octets behind it": "30030201 0000",
    "child beyond its parent": "30030202 0000",
    "sequence not constructed": "10030201 00",
    "octet string constructed": "24030401 00",
    "tag number above 30": "3F8100 00",
    "end mark inside": "30020000",
    "end mark alone": "0000",
}


@pytest.mark.parametrize("octets", REFUSED.values(), ids=REFUSED)
def test_what_is_not_der_is_refused(octets: str) -> None:
    with pytest.raises(FormatError) as caught:
        require_der(bytes.fromhex(octets), "the thing")
    assert caught.value.category == "der_malformed"


def test_nesting_ends_at_a_depth_that_no_certificate_needs() -> None:
    element = b""
    for _ in range(40):
        element = encode(core.Sequence, element)
    with pytest.raises(FormatError, match="nested too deeply"):
        require_der(element, "the thing")


@given(st.lists(st.integers(), max_size=40))
def test_what_is_encoded_decodes_to_itself(numbers: list[int]) -> None:
    octets = encode(core.SequenceOf, *(core.Integer(number).dump() for number in numbers))
    value = decode(core.SequenceOf, octets, "the list")
    assert value.dump() == octets
    require_der(octets, "the list")


@pytest.mark.parametrize("length", [0, 1, 127, 128, 255, 256, 65535, 65536])
@pytest.mark.parametrize("kind", [core.Sequence, core.SetOf, core.OctetString, asn1.Explicit0, asn1.EncryptedContent])
def test_what_is_encoded_is_what_asn1crypto_encodes(kind: Any, length: int) -> None:
    octets = encode(kind, bytes(length // 2), bytes(length - length // 2))
    assert octets == kind(contents=bytes(length)).dump()
    assert contents(octets) == bytes(length)


def test_an_element_is_of_the_type_asked_for() -> None:
    require_element(core.OctetString, b"\x04\x00", "it")
    for octets, category in ((b"\x05\x00", "structure"), (b"\x04\x01", "der_malformed"), (b"", "der_malformed")):
        with pytest.raises(FormatError) as caught:
            require_element(core.OctetString, octets, "it")
        assert caught.value.category == category


def test_the_first_element_is_cut_off_by_its_length() -> None:
    assert first_element(bytes.fromhex("0402AABB0808"), "it") == (bytes.fromhex("0402AABB"), b"\x08\x08")


def test_another_type_is_a_matter_of_structure() -> None:
    with pytest.raises(FormatError) as caught:
        decode(core.Integer, bytes.fromhex("0401AA"), "the number")
    assert caught.value.category == "structure"


def test_messages_hold_no_foreign_octets() -> None:
    with pytest.raises(FormatError) as caught, reading("the thing"):
        raise ValueError("quoted: 00112233")
    assert "00112233" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_fields_beyond_the_declared_ones_are_refused() -> None:
    name, serial = b"\x30\x00", b"\x02\x01\x05"
    require_identifier(encode(core.Sequence, name, serial))
    for octets in (
        encode(core.Sequence, name, serial, serial),
        encode(core.Sequence, name),
        encode(core.Sequence, name, name),
        b"",
    ):
        with pytest.raises(FormatError):
            require_identifier(octets)
