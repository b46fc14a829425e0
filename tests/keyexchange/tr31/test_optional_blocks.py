"""One list of cases for both directions: the data as it stands, and what it says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.errors import FormatError
from keyexchange.tr31 import OptionalBlock, TypedBlock, UnknownBlock, explain, interpret
from keyexchange.tr31 import optional_blocks as blocks
from keyexchange.tr31.typed_block import KNOWN
from tests.vectors import vectors

CASES: list[tuple[str, TypedBlock]] = [
    ("0101", blocks.AsymmetricKeyLife("01", "01")),
    ("0008793E2500", blocks.BaseKeyIdentifier("00", "08793E2500")),
    ("0108793E25", blocks.BaseKeyIdentifier("01", "08793E25")),
    ("00TUlJ", blocks.PublicKeyCertificate((blocks.Certificate("00", "TUlJ"),))),
    (
        "02000004TUlJ010008TUlJTUk=",
        blocks.PublicKeyCertificate(
            (blocks.Certificate("00", "TUlJ"), blocks.Certificate("01", "TUlJTUk=")), chain=True
        ),
    ),
    (
        "01P0TEED0AEN",
        blocks.DerivationsAllowed((blocks.Derivation("P0", "T", "E", "E"), blocks.Derivation("D0", "A", "E", "N"))),
    ),
    ("any flags", blocks.Flags("any flags")),
    ("21", blocks.HmacHash("21")),
    ("E4CBDDE45272F5A4", blocks.InitialKeyIdentifier("E4CBDDE45272F5A4")),
    ("000169E3", blocks.KeyCheckValue("00", "0169E3")),
    ("012331550BC9", blocks.ProtectionKeyCheckValue("01", "2331550BC9")),
    ("00ECAD62", blocks.ExportKeyCheckValue("00", "ECAD62")),
    ("00604B120F9292800000", blocks.InitialSerialNumber("00604B120F9292800000")),
    ("00604B120F929280", blocks.InitialSerialNumber("00604B120F929280")),
    ("0100", blocks.KeyBlockValues("01", "00")),
    ("two words", blocks.Label("two words")),
    ("", blocks.ProprietaryAlgorithm("")),
    ("0000", blocks.Padding("0000")),
    ("20190717181929Z", blocks.TimeOfCreation("20190717181929Z")),
    ("2018-06-18T20:42:39.22Z", blocks.TimeStamp("2018-06-18T20:42:39.22Z")),
    ("002", blocks.WrappingPedigree("00", "2")),
    ("IBMC0114", UnknownBlock("10", "IBMC0114")),
]

MALFORMED = {
    "AL": ["", "01", "0102", "0201"],
    "BI": ["", "00", "0008793E25", "0108793E2500", "0208793E25", "0008793e2500"],
    "CT": [
        "",
        "00",
        "03TUlJ",
        "02",
        "020000",
        "02000005TUlJ",
        "02000000",
        "02000 04TUlJ",
        "02030004TUlJ",
        "02000003TUlJ",
        "02000_4TUlJ",
        "0200000atUlJTUlJTU",
        "00TU!J",
    ],
    "DA": ["", "01", "02P0TEE", "01P0TE", "01P0TEEE", "01p0tee"],
    "FL": ["\n"],
    "HM": ["", "11", "26", "2", "211"],
    "IK": ["", "E4CBDDE45272F5", "E4CBDDE45272F5G4"],
    "KC": ["", "00", "0001234567", "020123", "00GG"],
    "KP": ["0112345678901"],
    "PK": ["00 123"],
    "KS": ["", "00604B120F9292", "DE#GBIC#MMK1", "00604b120f929280"],
    "KV": ["", "010", "01000", "  00"],
    "LB": ["\u00e4", "a\n"],
    "PA": ["\x00"],
    "PB": ["\x7f"],
    "TC": [
        "",
        "20190717181929",
        "20190230181929Z",
        "2019-07-17 18:19:29Z",
        "2019-07-17T18:19:29,1Z",
        "20190717181929+01",
    ],
    "TS": ["20191317181929Z", "\u0662\u0660190717181929Z"],
    "WP": ["", "00", "004", "010"],
}


def test_every_block_of_the_standard_has_a_class_a_case_and_bad_cases() -> None:
    assert " ".join(sorted(KNOWN)) == "AL BI CT DA FL HM IK KC KP KS KV LB PA PB PK TC TS WP"
    assert {typed.block_id for _, typed in CASES} == {*KNOWN, "10"}
    assert set(MALFORMED) == set(KNOWN)


@pytest.mark.parametrize(("data", "typed"), CASES, ids=lambda value: getattr(value, "block_id", ""))
def test_a_block_is_taken_apart_and_put_together(data: str, typed: TypedBlock) -> None:
    raw = OptionalBlock(typed.block_id, data)
    assert interpret(raw) == typed
    assert typed.block() == raw


@pytest.mark.parametrize(("data", "typed"), CASES, ids=lambda value: getattr(value, "block_id", ""))
def test_an_explanation_begins_with_id_and_title_and_has_a_row_a_field(data: str, typed: TypedBlock) -> None:
    rows = explain(typed)
    assert rows[0] == (typed.block_id, typed.title)
    assert len(rows) > 1
    assert all(name and isinstance(value, str) for name, value in rows)


@pytest.mark.parametrize(("block_id", "data"), [(name, data) for name, bad in MALFORMED.items() for data in bad])
def test_data_of_another_form_is_refused_and_not_quoted(block_id: str, data: str) -> None:
    with pytest.raises(FormatError) as caught:
        interpret(OptionalBlock(block_id, data))
    assert caught.value.category == "optional_block"
    assert block_id in caught.value.message
    assert len(data) < 5 or data not in caught.value.message


@pytest.mark.parametrize(
    "make",
    [
        lambda: blocks.HmacHash("99"),
        lambda: blocks.PublicKeyCertificate(()),
        lambda: blocks.PublicKeyCertificate((blocks.Certificate("00", "TUlJ"), blocks.Certificate("00", "TUlJ"))),
        lambda: blocks.PublicKeyCertificate((blocks.Certificate("03", "TUlJ"),), chain=True),
        lambda: blocks.DerivationsAllowed(()),
        lambda: blocks.TimeStamp("20190230181929Z"),
    ],
)
def test_a_block_that_could_not_be_read_again_is_not_made(make: object) -> None:
    with pytest.raises(FormatError):
        make()  # type: ignore[operator]


def test_the_meaning_of_codes_is_told() -> None:
    assert ("hash", "21: SHA-256") in explain(interpret(OptionalBlock("HM", "21")))
    assert ("method", "01: CMAC") in explain(interpret(OptionalBlock("KC", "0112345678")))
    assert "PIN encryption; triple DEA" in explain(interpret(OptionalBlock("DA", "01P0TEE")))[1][1]
    assert explain(interpret(OptionalBlock("99", "x"))) == [("99", "not defined by X9.143"), ("content", "x")]


def test_a_time_is_read_to_the_hundredth() -> None:
    expected = datetime(2019, 7, 18, 19, 20, 30, 220_000, tzinfo=UTC)
    for text in ("2019071819203022Z", "2019-07-18T19:20:30.22Z"):
        assert blocks.TimeStamp(text).moment == expected


NOT_OF_THE_STANDARD = {
    ("KS", "DE#GBIC#OPT1"): "German systems put text here",
    ("KS", "VM9A"): "made up by the source to show that odd content is carried",
    ("TS", "2018-06-18T20:42:39.22"): "the same block, without the Z",
}


@pytest.mark.parametrize("vector", vectors("tr31", "unwrap"))
def test_the_blocks_of_published_key_blocks_come_back_exactly(
    vector: dict[str, dict[str, list[dict[str, str]]]],
) -> None:
    for one in vector["expected"]["optional_blocks"]:
        raw = OptionalBlock(one["id"], one["data"])
        if (raw.block_id, raw.data) not in NOT_OF_THE_STANDARD:
            assert interpret(raw).block() == raw


@given(st.sampled_from([*sorted(KNOWN), "10"]), st.text(st.sampled_from("0123456789ABCDEFTZ-:. az"), max_size=24))
@settings(max_examples=200, deadline=None)
def test_any_data_comes_back_exactly_or_raises_the_one_error(block_id: str, data: str) -> None:
    raw = OptionalBlock(block_id, data)
    try:
        typed = interpret(raw)
    except FormatError:
        return
    assert typed.block() == raw
