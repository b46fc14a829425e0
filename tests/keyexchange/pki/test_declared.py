"""What is read by the declarations is what asn1crypto reads by them, and nothing else is taken."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.errors import FormatError
from keyexchange.pki.asn1 import StrictSequence
from keyexchange.pki.certificates import signed_fields
from keyexchange.pki.declared import read_fields, read_members, read_octets, read_only
from keyexchange.pki.der import contents, encode, first_element, identifier_of, require_der
from keyexchange.tr34 import asn1
from tests.keyexchange.tr34.lab import certificate, token_of
from tests.vectors import vectors

TOKENS = [token_of(parameter.values[0]) for parameter in vectors("tr34_computed", "key_token")]
KINDS = [
    kind for _, kind in inspect.getmembers(asn1, inspect.isclass) if issubclass(kind, StrictSequence) and kind._fields
]
NULL, ONE = b"\x05\x00", b"\x02\x01\x01"
OID = b"\x06\x01\x2a"


def by_asn1crypto(kind: Any, element: bytes) -> dict[str, bytes] | None:
    """The fields as asn1crypto cuts them; None when it refuses.

    `core.Any` is not asked for: it interprets what it holds and fails at tags that it does not know.
    """
    try:
        value = kind.load(element, strict=True)
        value._parse_children()
        cut = [b"".join(child[3:6]) if isinstance(child, tuple) else b"" for child in value.children]
        for name in (declared[0] for declared in kind._fields if declared[1] is not core.Any):
            value[name]
        return dict(zip((declared[0] for declared in kind._fields), cut, strict=True))
    except (ValueError, TypeError):
        return None


def by_declarations(kind: Any, element: bytes) -> dict[str, bytes] | None:
    """The same by our reader.

    It leaves to `read_only` what is inside an explicit tag, where asn1crypto passes over all but the first element;
    so here it is only looked whether that one has the declared tag.
    """
    try:
        fields = dict(read_fields(kind, element, "it"))
    except FormatError:
        return None
    explicit = ((name, spec) for name, spec, *options in kind._fields if options and "explicit" in options[0])
    for name, spec in explicit:
        if fields[name] and contents(fields[name])[:1] != identifier_of(spec):
            return None
    return fields


def elements_in(octets: bytes) -> Iterator[bytes]:
    """Every element in octets, however deep, in OCTET STRINGs too; cut by the rules of DER, not by declarations."""
    while octets:
        try:
            element, octets = first_element(octets, "it")
            require_der(element, "it")
        except FormatError:
            return
        yield element
        if element[0] & 0x20 or element[0] == 0x04:
            yield from elements_in(element[2 + (element[1] & 0x7F if element[1] & 0x80 else 0) :])


ELEMENTS = sorted({element for token in TOKENS for element in elements_in(token)} | {NULL, ONE, OID})


def test_the_elements_hold_every_declared_sequence() -> None:
    for kind in KINDS:
        if kind is not asn1.KeyBlock:  # it is encrypted in a token
            assert any(by_asn1crypto(kind, element) for element in ELEMENTS), kind


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_every_element_of_the_known_tokens_reads_the_same(kind: Any) -> None:
    for element in ELEMENTS:
        assert by_declarations(kind, element) == by_asn1crypto(kind, element)


@given(st.sampled_from(KINDS), st.lists(st.sampled_from(ELEMENTS), max_size=7), st.sampled_from([0x30, 0x31, 0xA0]))
@settings(max_examples=300, deadline=None)
def test_elements_put_together_at_will_read_the_same(kind: Any, parts: list[bytes], tag: int) -> None:
    element = bytes([tag]) + encode(core.Sequence, *parts)[1:]
    assert by_declarations(kind, element) == by_asn1crypto(kind, element)


@given(st.data(), st.integers(0, 4000), st.integers(0, 255))
@settings(max_examples=300, deadline=None)
def test_damaged_elements_read_the_same(data: st.DataObject, at: int, octet: int) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    element = bytearray(data.draw(st.sampled_from([e for e in ELEMENTS if by_asn1crypto(kind, e)] or ELEMENTS)))
    element[at % min(len(element), 40)] = octet
    try:
        require_der(bytes(element), "it")
    except FormatError:
        return
    assert by_declarations(kind, bytes(element)) == by_asn1crypto(kind, bytes(element))


@pytest.mark.parametrize("name", ["root", "ca_kdh", "kdh_2048", "krd_4096"])
def test_the_signed_fields_of_a_certificate_are_asn1crypto_s(name: str) -> None:
    body = asn1_x509.Certificate.load(certificate(name))["tbs_certificate"]
    fields = signed_fields(certificate(name))
    assert {field: body[field].dump() for field in fields if fields[field]} == {k: v for k, v in fields.items() if v}
    assert fields["extensions"]
    assert not fields["issuer_unique_id"]


def test_members_are_of_the_declared_type() -> None:
    assert read_members(asn1.AnySet, encode(asn1.AnySet, NULL, ONE), "it") == [NULL, ONE]
    attribute = encode(asn1.Attribute, OID, encode(asn1.AnySet))
    assert read_members(asn1.Attributes, encode(asn1.Attributes, attribute), "it") == [attribute]
    for other in (NULL, ONE, attribute + NULL):
        with pytest.raises(FormatError):
            read_members(asn1.Attributes, encode(asn1.Attributes, other), "it")


def test_one_element_is_exactly_one() -> None:
    assert read_only(asn1.Explicit0, encode(asn1.Explicit0, ONE), "it") == ONE
    for other in (encode(asn1.Explicit0), encode(asn1.Explicit0, ONE, ONE), encode(core.Sequence, ONE), b""):
        with pytest.raises(FormatError):
            read_only(asn1.Explicit0, other, "it")


def test_an_octet_string_is_one() -> None:
    assert read_octets(b"\x04\x02\xaa\xbb", "it") == b"\xaa\xbb"
    long = core.OctetString(bytes(300)).dump()
    assert read_octets(long, "it") == bytes(300)
    for other in (b"\x80\x01\xaa", ONE, b""):
        with pytest.raises(FormatError):
            read_octets(other, "it")
