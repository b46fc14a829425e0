"""TR-31 blocks in words, and authenticated when a key is named; the key itself is never shown."""

from __future__ import annotations

from typing import Any

import pytest

from keyexchange.errors import ConfigError, FormatError
from keyexchange.inspection import protection_key, read, recognise
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, OptionalBlock, wrap
from tests.vectors import vectors

KBPK = Secret(bytes.fromhex("89E88CF7931444F334BD7547FC3F380C"))
AES = Secret(bytes(range(32)))


def verified(block: str, kbpk: str, algorithm: str | None = None) -> list[tuple[str, str]]:
    (written,) = read(block.encode())
    verify = recognise(written).verify
    assert verify is not None
    return verify(written, protection_key(Secret(kbpk.encode()), algorithm))


def explained(block: str) -> dict[str, str]:
    (written,) = read(block.encode())
    return dict(recognise(written).explain(written))


@pytest.mark.parametrize("vector", [v for v in vectors("tr31", "unwrap") if v.values[0]["inputs"]["block"][0] != "E"])
def test_every_published_block_is_explained_and_verified(vector: dict[str, Any]) -> None:
    inputs, key = vector["inputs"], vector["expected"]["key"]
    fields = verified(inputs["block"], inputs["kbpk"])
    assert ("key length", f"{len(key) // 2} octets") in fields
    assert any(name == "MAC" and value.endswith("octets, verified") for name, value in fields)
    assert key.upper() not in str(fields).upper()
    assert inputs["kbpk"].upper() not in str(fields).upper()


def test_the_check_values_of_both_keys_are_shown() -> None:
    block = wrap(Kbpk("A", AES), Header("D", "P0", "T", "E"), KBPK)
    fields = dict(verified(block, AES.reveal().hex(" ")))
    assert fields["key block protection key"] == "check value 377822"
    assert fields["key check value"].startswith("D1D812: ")


def test_optional_blocks_are_taken_apart_and_odd_ones_shown() -> None:
    blocks = (OptionalBlock("HM", "21"), OptionalBlock("KC", "odd"), OptionalBlock("10", "own"))
    fields = explained(wrap(Kbpk("A", AES), Header("D", "M7", "H", "C", optional_blocks=blocks), AES))
    assert fields["  HM hash"].startswith("21: ")
    assert fields["optional block KC"] == "odd (not in the form of X9.143)"
    assert fields["optional block 10"] == "own (not defined by X9.143)"


def test_attributes_that_do_not_go_together_are_named() -> None:
    block = wrap(Kbpk("A", AES), Header("D", "M7", "T", "X"), KBPK, odd_header=True)
    (written,) = read(block.encode())
    assert [name for name, _ in recognise(written).explain(written)].count("against X9.143") >= 2


def test_a_private_key_has_no_check_value_and_says_what_it_is() -> None:
    block = wrap(Kbpk("A", AES), Header("D", "S0", "R", "S"), Secret(bytes(40)), odd_key=True)
    fields = dict(verified(block, AES.reveal().hex()))
    assert fields["content"] == "no private key that is known here"
    assert "key check value" not in fields


def test_equal_parts_are_warned_of() -> None:
    block = wrap(Kbpk("A", AES), Header("D", "P0", "T", "E"), Secret(bytes.fromhex("0123456789ABCDEF") * 2))
    assert "single DES" in dict(verified(block, AES.reveal().hex()))["warning"]


def test_another_key_does_not_verify() -> None:
    block = wrap(Kbpk("A", AES), Header("D", "P0", "T", "E"), KBPK)
    with pytest.raises(FormatError) as raised:
        verified(block, "00" * 32)
    assert raised.value.category == "mac_mismatch"


@pytest.mark.parametrize("algorithm", ["TDES", "AES"])
def test_the_algorithm_of_the_key_may_be_given_and_must_fit(algorithm: str) -> None:
    block = wrap(Kbpk("A", AES), Header("D", "P0", "T", "E"), KBPK)
    if algorithm == "AES":
        assert verified(block, AES.reveal().hex(), algorithm)
        return
    with pytest.raises(FormatError) as raised:
        verified(block, AES.reveal().hex()[:48], algorithm)
    assert raised.value.category == "kbpk_length"


@pytest.mark.parametrize("text", [b"not hex", b"0", b"\xff\xfe"])
def test_a_reference_to_something_else_is_refused_without_quoting_it(text: bytes) -> None:
    with pytest.raises(ConfigError) as raised:
        protection_key(Secret(text), None)
    assert text.decode("latin-1") not in raised.value.message + (raised.value.hint or "") or text == b"0"
    assert raised.value.__cause__ is None


def test_the_scheme_tag_of_host_commands_is_named_and_left_away() -> None:
    block = wrap(Kbpk("A", AES), Header("D", "P0", "T", "E"), KBPK)
    assert explained("R" + block)["key scheme tag"].startswith("R: ")
    assert ("MAC", "16 octets, verified") in verified("R" + block, AES.reveal().hex())
    assert "key scheme tag" not in explained(block)


def test_a_block_of_version_e_is_said_to_be_of_iso_20038() -> None:
    with pytest.raises(FormatError) as raised:
        explained("E0084B0TX00S0000" + "0" * 68)
    assert raised.value.category == "unsupported_version"
    assert "ISO 20038" in str(raised.value.hint)


@pytest.mark.parametrize("data", ["10", "24", "25", "30", "41", None])
def test_an_hmac_key_without_a_check_value_says_why(data: str | None) -> None:
    blocks = (OptionalBlock("HM", data),) if data else ()
    block = wrap(Kbpk("A", AES), Header("D", "M7", "H", "C", optional_blocks=blocks), AES, odd_header=True)
    assert dict(verified(block, AES.reveal().hex()))["key check value"].startswith("none: ")
