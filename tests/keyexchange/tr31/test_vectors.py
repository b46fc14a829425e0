"""Every published and computed TR-31 vector, valid and invalid."""

from __future__ import annotations

from typing import Any

import pytest

from keyexchange.errors import FormatError
from keyexchange.secret import Secret
from keyexchange.tr31 import VERSIONS, Header, Kbpk, OptionalBlock, Tolerance, parse, parse_header, unwrap, wrap
from tests.vectors import vectors

Vector = dict[str, Any]


def kbpk_for(block: str, octets: str) -> Kbpk:
    """The KBPK of a vector; where the version is none of ours, of whichever kind has this length."""
    version = VERSIONS.get(block[:1])
    letter = version.letter if version else "T" if len(octets) <= 48 else "A"
    return Kbpk(letter, Secret(bytes.fromhex(octets)))


def readable(param: Any) -> bool:
    return param.values[0]["expected"]["version"] != "E"


@pytest.mark.parametrize("vector", [p for p in vectors("tr31", "unwrap") if readable(p)])
def test_a_valid_block_gives_its_header_and_key(vector: Vector) -> None:
    block, expected = vector["inputs"]["block"], vector["expected"]
    content = unwrap(kbpk_for(block, vector["inputs"]["kbpk"]), block, frozenset(Tolerance))
    header = content.header
    assert content.key == Secret(bytes.fromhex(expected["key"]))
    assert (header.version_id, header.key_usage, header.algorithm, header.mode_of_use) == (
        expected["version"],
        expected["usage"],
        expected["algorithm"],
        expected["mode_of_use"],
    )
    assert (header.key_version_number, header.exportability, header.reserved) == (
        expected["key_version"],
        expected["exportability"],
        expected["reserved"],
    )
    assert header.optional_blocks == tuple(OptionalBlock(b["id"], b["data"]) for b in expected["optional_blocks"])
    assert parse(block).header_text == expected["header_text"]
    sealed = block[len(expected["header_text"]) :]
    assert (Tolerance.LOWER_CASE_HEX in content.tolerances) == (sealed != sealed.upper())
    single_des = header.algorithm == "T" and len(content.key) == 8  # as some of the sources have it
    assert content.violations == (("a key of algorithm T does not have 8 octets",) if single_des else ())


def rewritable(param: Any) -> bool:
    expected = param.values[0]["expected"]
    numeric = any(expected[f][0].isdigit() for f in ("usage", "algorithm", "mode_of_use", "exportability"))
    return expected["version"] in ("B", "D") and not numeric


@pytest.mark.parametrize("vector", [p for p in vectors("tr31", "unwrap") if rewritable(p)])
def test_the_same_header_key_and_padding_give_the_same_block(vector: Vector) -> None:
    block, expected = vector["inputs"]["block"], vector["expected"]
    kbpk = kbpk_for(block, vector["inputs"]["kbpk"])
    header = parse(block).header
    key, padding = Secret(bytes.fromhex(expected["key"])), bytes.fromhex(expected["padding"])
    assert wrap(kbpk, header, key, padding=padding, **CARRIED).upper() == block.upper()


CARRIED = {"weaker_kbpk": True, "odd_header": True, "odd_key": True}
"""Published blocks are written again as they stand: HMAC keys without HM and keys of eight octets are among them."""
PSECS_OWN_LENGTH = "tr31-hdr-ext-bytes"
"""psec counts the octets of an extended length, the published samples its characters; the two collide."""


def test_psecs_own_extended_length_is_refused() -> None:
    text = next(p.values[0]["inputs"]["text"] for p in vectors("tr31", "parse_header") if p.id == PSECS_OWN_LENGTH)
    with pytest.raises(FormatError) as caught:
        parse_header(text)
    assert caught.value.category == "optional_block"


@pytest.mark.parametrize("vector", [p for p in vectors("tr31", "parse_header") if p.id != PSECS_OWN_LENGTH])
def test_a_header_alone_is_read(vector: Vector) -> None:
    expected = vector["expected"]
    header, consumed = parse_header(vector["inputs"]["text"])
    assert consumed == expected["consumed"]
    assert header.optional_blocks == tuple(OptionalBlock(b["id"], b["data"]) for b in expected["optional_blocks"])
    assert (header.key_usage, header.mode_of_use) == (expected["usage"], expected["mode_of_use"])


@pytest.mark.parametrize("vector", vectors("tr31_malformed", "unwrap"))
def test_a_bad_block_is_refused_with_its_category(vector: Vector) -> None:
    block, expected = vector["inputs"]["block"], vector["expected"]
    with pytest.raises(FormatError) as caught:
        unwrap(kbpk_for(block, vector["inputs"]["kbpk"]), block)
    if block.startswith("E"):
        assert caught.value.category == "unsupported_version"
    else:
        assert caught.value.category in [expected["error"], *expected["also_acceptable"]]


@pytest.mark.parametrize("vector", vectors("tr31_malformed", "parse_header"))
def test_a_bad_header_is_refused_with_its_category(vector: Vector) -> None:
    expected = vector["expected"]
    with pytest.raises(FormatError) as caught:
        parse_header(vector["inputs"]["text"])
    assert caught.value.category in [expected["error"], *expected["also_acceptable"]]


@pytest.mark.parametrize("vector", [p for p in vectors("tr31_kdf") if p.values[0]["inputs"]["version"] in VERSIONS])
def test_the_kbpk_gives_the_published_keys(vector: Vector) -> None:
    version = VERSIONS[vector["inputs"]["version"]]
    kbpk = Kbpk(version.letter, Secret(bytes.fromhex(vector["inputs"]["kbpk"])))
    encryption, authentication = kbpk.keys(version)
    assert encryption.secret.reveal().hex().upper() == vector["expected"]["kbek"]
    assert authentication.secret.reveal().hex().upper() == vector["expected"]["kbak"]


def test_a_version_e_block_is_named_as_unsupported() -> None:
    block = next(p.values[0]["inputs"]["block"] for p in vectors("tr31", "unwrap") if not readable(p))
    with pytest.raises(FormatError) as caught:
        parse(block)
    assert caught.value.category == "unsupported_version"


def test_a_header_field_out_of_the_table_is_refused() -> None:
    for text in ("B0080ZZTB00E0000", "B0080P0QB00E0000", "B0080P0TQ00E0000", "B0080P0TB00Q0000"):
        with pytest.raises(FormatError) as caught:
            parse_header(text)
        assert caught.value.category == "header_malformed"


def test_a_header_prints_as_it_was_read() -> None:
    text = "D0144K0AB00E0200KC1001947AE33259PB100000000000000000"[:48]
    header, consumed = parse_header(text)
    assert header.text(144) == text[:consumed]
    assert isinstance(header, Header)
