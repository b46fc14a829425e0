"""What wrapping and unwrapping promise beyond the vectors."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from psec import tr31 as oracle

from keyexchange.errors import FormatError, RuleError
from keyexchange.secret import Secret
from keyexchange.tr31 import STRICT, Header, Kbpk, OptionalBlock, unwrap, wrap
from keyexchange.tr31.rules import USAGES

TDES3 = bytes.fromhex("0123456789ABCDEFFEDCBA98765432101032547698BADCFE")
AES256 = bytes(range(32))
KBPKS = {"B": ("T", TDES3), "D": ("A", AES256)}

usages = st.sampled_from(["B0", "C0", "D0", "E0", "K0", "M3", "P0", "V2"])
attributes = usages.flatmap(lambda usage: st.tuples(st.just(usage), st.sampled_from("N" + USAGES[usage].modes)))
printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=40)
blocks = st.lists(st.builds(OptionalBlock, st.sampled_from(["FL", "LB", "TS", "1A"]), printable), max_size=4)


def kbpk(version: str) -> Kbpk:
    letter, octets = KBPKS[version]
    return Kbpk(letter, Secret(octets))


@given(st.sampled_from("BD"), attributes, st.sampled_from("ENS"), blocks, st.sampled_from([16, 24]), st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_wrapped_key_comes_back_with_its_header(
    version: str,
    attributes: tuple[str, str],
    exportability: str,
    optional: list[OptionalBlock],
    size: int,
    conceal: bool,
) -> None:
    usage, mode = attributes
    header = Header(version, usage, "T", mode, "00", exportability, tuple(optional))
    key = Secret(bytes(range(1, size + 1)))
    block = wrap(kbpk(version), header, key, conceal_length=conceal)
    content = unwrap(kbpk(version), block)
    assert content.key == key
    kept = [b for b in content.header.optional_blocks if b.block_id != "PB"]
    assert kept == optional
    assert content.header.text(0)[5:12] == header.text(0)[5:12]


@given(st.sampled_from("BD"), usages, st.sampled_from([16, 24]))
@settings(max_examples=25, deadline=None)
def test_psec_opens_what_we_wrap_and_we_open_what_psec_wraps(version: str, usage: str, size: int) -> None:
    key, (_, kbpk_octets) = bytes(range(1, size + 1)), KBPKS[version]
    ours = wrap(kbpk(version), Header(version, usage, "T", "N"), Secret(key))
    assert oracle.unwrap(kbpk_octets, ours)[1] == key
    theirs = oracle.wrap(kbpk_octets, f"{version}0000{usage}TN00E0000", key)
    assert unwrap(kbpk(version), theirs).key == Secret(key)


SEALED = {version: wrap(kbpk(version), Header(version, "P0", "T", "E"), Secret(TDES3[:16])) for version in "BD"}
"""Made once, because their padding is random and an example has to mean the same when it is tried again."""


@given(st.sampled_from("BD"), st.integers(0, 79), st.sampled_from("0123456789ABCDEFGKTZ"))
@settings(max_examples=200, deadline=None)
def test_one_changed_character_never_unwraps(version: str, place: int, other: str) -> None:
    block = SEALED[version]
    assume(other != block[place])
    with pytest.raises(FormatError):
        unwrap(kbpk(version), block[:place] + other + block[place + 1 :])


def test_a_weaker_kbpk_is_refused_by_the_name_of_the_rule() -> None:
    with pytest.raises(RuleError) as caught:
        wrap(Kbpk("T", Secret(TDES3[:16])), Header("B", "K0", "T", "N"), Secret(TDES3))
    assert caught.value.rule == "kek-strength"
    assert "112 bits" in caught.value.message


@pytest.mark.parametrize(
    ("parts", "key", "bits"),
    [((0, 0, 0), 16, 56), ((0, 0, 8), 16, 56), ((8, 0, 0), 16, 56), ((0, 0), 16, 56), ((0, 8, 0), 24, 80)],
)
def test_a_kbpk_of_equal_parts_counts_as_what_is_left_of_it(parts: tuple[int, ...], key: int, bits: int) -> None:
    degenerate = Kbpk("T", Secret(b"".join(TDES3[part : part + 8] for part in parts)))
    header = Header("B", "K0", "T", "N")
    assert degenerate.strength == bits
    with pytest.raises(RuleError, match=rf"\({bits} bits of strength\)") as caught:
        wrap(degenerate, header, Secret(TDES3[:key]))
    assert caught.value.rule == "kek-strength"
    block = wrap(degenerate, header, Secret(TDES3[:key]), weaker_kbpk=True)
    assert unwrap(degenerate, block).key == Secret(TDES3[:key])  # what exists is read


def test_a_kbpk_of_two_keys_in_the_length_of_three_protects_two() -> None:
    expanded = Kbpk("T", Secret(TDES3[:16] + TDES3[:8]))
    assert unwrap(expanded, wrap(expanded, Header("B", "K0", "T", "N"), Secret(TDES3[:16]))).key == Secret(TDES3[:16])


def test_old_versions_and_proprietary_codes_are_not_written() -> None:
    for header, rule in [
        (Header("A", "P0", "T", "E"), "deprecated-version"),
        (Header("C", "P0", "T", "E"), "deprecated-version"),
        (Header("B", "10", "T", "E"), "proprietary-code"),
    ]:
        with pytest.raises(RuleError) as caught:
            wrap(kbpk("B"), header, Secret(TDES3[:16]))
        assert caught.value.rule == rule
    with pytest.raises(FormatError):
        wrap(kbpk("B"), Header("B", "ZZ", "T", "E"), Secret(TDES3[:16]))


@pytest.mark.parametrize(
    ("version", "letter", "size"),
    [("B", "T", 16), ("B", "T", 24), ("D", "T", 16), ("D", "A", 16), ("D", "A", 24), ("D", "A", 32)],
)
def test_a_concealed_key_has_the_length_of_the_longest_as_psec_makes_it(version: str, letter: str, size: int) -> None:
    key, (_, octets) = bytes(range(1, size + 1)), KBPKS[version]
    ours = wrap(kbpk(version), Header(version, "P0", letter, "E"), Secret(key), conceal_length=True)
    assert len(ours) == len(oracle.wrap(octets, f"{version}0000P0{letter}E00E0000", key))
    assert oracle.unwrap(octets, ours)[1] == key
    assert unwrap(kbpk(version), ours, STRICT).key == Secret(key)


def test_a_key_pair_has_no_length_to_conceal() -> None:
    header = Header("D", "S0", "R", "S")
    concealed = wrap(kbpk("D"), header, Secret(bytes(100)), conceal_length=True, odd_key=True)
    assert len(concealed) == len(wrap(kbpk("D"), header, Secret(bytes(100)), odd_key=True))


def test_a_long_optional_block_takes_the_extended_length() -> None:
    header = Header("D", "K0", "A", "B", optional_blocks=(OptionalBlock("LB", "L" * 300),))
    block = wrap(kbpk("D"), header, Secret(AES256))
    assert block[16:26] == "LB00040136"
    assert unwrap(kbpk("D"), block).header.optional_blocks[0] == header.optional_blocks[0]


@pytest.mark.parametrize(("blocks", "data"), [(99, "abc"), (100, "abcd")])
def test_no_block_has_more_optional_blocks_than_its_header_can_count(blocks: int, data: str) -> None:
    header = Header("B", "P0", "T", "E", optional_blocks=(OptionalBlock("LB", data),) * blocks)
    with pytest.raises(FormatError, match="optional blocks"):
        wrap(kbpk("B"), header, Secret(bytes(range(16))))


def test_an_error_never_quotes_key_material() -> None:
    block = wrap(kbpk("B"), Header("B", "P0", "T", "E"), Secret(TDES3[:16]))
    with pytest.raises(FormatError) as caught:
        unwrap(Kbpk("T", Secret(TDES3[:16])), block)
    assert caught.value.category == "mac_mismatch"
    assert block[16:40] not in str(caught.value) + (caught.value.hint or "")
