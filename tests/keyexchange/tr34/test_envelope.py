"""Envelopes in all arrangements of the field; each deviation is named."""

from __future__ import annotations

from typing import Any

import pytest
from asn1crypto import core

from keyexchange.errors import FormatError
from keyexchange.pki.der import encode
from keyexchange.tr34 import Layout, Tolerance, asn1, read
from keyexchange.tr34.envelope import open_envelope, read_envelope
from tests.keyexchange.tr34.lab import private_key, rearranged, receive, token_of
from tests.vectors import vectors

KEY_TOKENS = {parameter.id: parameter.values[0] for parameter in vectors("tr34_computed", "key_token")}
SAMPLE = KEY_TOKENS["tr34-v-2012-two-pass-03-B0T"]

ARRANGEMENTS = [
    (True, True, Layout.X9_TR34_2012, (Tolerance.HAS_SEQUENCE,)),
    (False, True, Layout.X9_TR34_2012, ()),
    (True, False, Layout.CMS, ()),
    (False, False, Layout.CMS, (Tolerance.LACKS_SEQUENCE,)),
]


@pytest.mark.parametrize(("sequence", "inside", "layout", "tolerances"), ARRANGEMENTS)
def test_four_arrangements_open(sequence: bool, inside: bool, layout: Layout, tolerances: tuple[str, ...]) -> None:
    envelope = read_envelope(rearranged(token_of(SAMPLE), sequence=sequence, inside=inside))
    assert (envelope.layout, envelope.tolerances) == (layout, tolerances)
    block = open_envelope(envelope, private_key("krd_2048"))
    assert block.key.reveal().hex().upper() == SAMPLE["inputs"]["key"]


@pytest.mark.parametrize(
    ("name", "tolerances"),
    [
        ("tr34-v-2012-two-pass-00-K0A", ()),
        ("tr34-v-2012-sorted-attributes", ()),
        ("tr34-v-2012-unsorted-attributes", (Tolerance.UNSORTED,)),
        ("tr34-v-2012-tagged-oaep", (Tolerance.TAGGED_OAEP,)),
        ("tr34-v-cms-sorted-tagged", (Tolerance.TAGGED_OAEP,)),
        ("tr34-v-2012-unpadded-aligned-content", (Tolerance.UNPADDED,)),
    ],
)
def test_what_was_put_up_with_is_named(name: str, tolerances: tuple[str, ...]) -> None:
    _, opened = receive(token_of(KEY_TOKENS[name]), KEY_TOKENS[name])
    assert opened.tolerances == tolerances


def replaced(path: tuple[str | int, ...], value: bytes) -> bytes:
    """The sample's content with one element, found by its path, replaced."""
    content = encode(asn1.EnvelopedData, read(token_of(SAMPLE)).signed.content)

    def rebuild(element: Any, rest: tuple[str | int, ...]) -> bytes:
        if not rest:
            return value
        keys = list(element) if isinstance(element, core.Sequence) else list(range(len(element)))
        return encode(
            type(element), *(rebuild(element[k], rest[1:]) if k == rest[0] else element[k].dump() for k in keys)
        )

    return rebuild(asn1.EnvelopedData.load(content), path)


INFO = "encrypted_content_info"
ALGORITHM = (INFO, "content_encryption_algorithm")
RECIPIENT = ("recipient_infos", 0)
BROKEN = {
    "version 1": (("version",), "020101"),
    "no recipient": (("recipient_infos",), "3100"),
    "recipient by key identifier": ((*RECIPIENT, "rid"), "80021234"),
    "recipient version 2": ((*RECIPIENT, "version"), "020102"),
    "wrapped with PKCS#1 v1.5": ((*RECIPIENT, "key_encryption_algorithm"), "300D06092A864886F70D0101010500"),
    "content is not data": ((INFO, "content_type"), "06092A864886F70D010702"),
    "no ciphertext": ((*ALGORITHM, "encrypted_content"), ""),
    "two ciphertexts": ((INFO, "encrypted_content"), "8008" + "00" * 8),
    "unknown cipher": ((*ALGORITHM, "algorithm"), "06082A864886F70D0302"),
    "IV of another length": ((*ALGORITHM, "iv"), "040100"),
    "IV is no octet string": ((*ALGORITHM, "iv"), "0500"),
}


def test_replacing_an_element_by_itself_changes_nothing() -> None:
    assert (
        read_envelope(replaced(("version",), bytes.fromhex("020100"))).ciphertext
        == read(token_of(SAMPLE)).envelope.ciphertext
    )


@pytest.mark.parametrize(("path", "value"), BROKEN.values(), ids=BROKEN)
def test_other_structures_are_refused(path: tuple[str | int, ...], value: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_envelope(replaced(path, bytes.fromhex(value)))
    assert caught.value.category == "structure"


def test_two_recipients_are_refused() -> None:
    recipient = asn1.EnvelopedData.load(encode(asn1.EnvelopedData, read(token_of(SAMPLE)).signed.content))[
        "recipient_infos"
    ][0].dump()
    with pytest.raises(FormatError):
        read_envelope(replaced(("recipient_infos",), encode(asn1.RecipientInfos, recipient, recipient)))
