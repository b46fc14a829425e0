"""Keys that arrive by TR-34 and TR-31 and are found again, against the software HSM over a real socket."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from keyexchange.errors import DeviceRefusedError, JournalError, UnsupportedError
from keyexchange.keys import Kcv
from keyexchange.protocols.messages import HeldKey, ImportMark, KeyBlock
from tests.apc_server import MovableClock

from .house import (
    CVK,
    KEK,
    KEK_OCTETS,
    LONG_AGO,
    NONCE,
    Established,
    House,
    Kdh,
    import_token,
    key_block,
    make_kdh,
    octets_of,
    working_key,
)


def test_a_kek_arrives_by_tr34_as_it_was_sent(house: House, established: Established) -> None:
    held = established.held
    assert held.kcv.matches(established.token.kcv)
    assert held.attributes == KEK.attributes
    assert house.tags(held.reference) == {"keyexchange:run": "run-0", "keyexchange:key": "kek"}


def test_another_layout_is_refused_before_it_is_sent(house: House, kdh: Kdh, established: Established) -> None:
    token = replace(established.token, layout="cms")
    with pytest.raises(UnsupportedError, match="X9_TR34_2012"):
        import_token(house.side, kdh, token, established.credential, established.anchor, ImportMark("run-1", "kek"))
    assert house.sent() == []


@pytest.mark.parametrize("trouble", ["nonce", "expired", "untrusted"])
def test_a_token_the_receiver_refuses_is_a_refusal_and_leaves_no_key(
    house: House, kdh: Kdh, established: Established, clock: MovableClock, trouble: str
) -> None:
    mark = ImportMark(f"run-{trouble}", "kek")
    sender = make_kdh() if trouble == "untrusted" else kdh
    token = sender.token(KEK, KEK_OCTETS, established.credential)
    clock.ahead = timedelta(days=31 if trouble == "expired" else 0)
    try:
        with pytest.raises(DeviceRefusedError, match=r"apc refused ImportKey: ValidationException"):
            import_token(
                house.side,
                sender,
                token,
                established.credential,
                established.anchor,
                mark,
                nonce=bytes(8) if trouble == "nonce" else NONCE,
            )
    finally:
        clock.ahead = timedelta()
    assert house.side.find_import(mark, attributes=CVK.attributes, kcv=token.kcv, since=LONG_AGO) is None


@pytest.mark.parametrize(
    ("usage", "mode", "exportability"),
    [("B0", "X", "E"), ("C0", "C", "N"), ("D0", "B", "S"), ("M3", "G", "E"), ("P0", "E", "E"), ("V2", "N", "E")],
)
def test_working_keys_arrive_by_tr31_as_they_were_sent(
    house: House, established: Established, usage: str, mode: str, exportability: str
) -> None:
    key = working_key(usage, mode, exportability, tags=(("team", "cards"),))
    block = key_block(key, octets_of(1))
    held = house.side.import_tr31(block, key=key, kek=established.held, mark=ImportMark("run-1", key.name))
    assert held.kcv.matches(block.kcv)
    assert held.attributes is not None
    assert (held.attributes.key_usage, held.attributes.mode_of_use) == (usage, mode)
    assert held.attributes.exportability == ("N" if exportability == "N" else "E")
    assert house.tags(held.reference) == {
        "keyexchange:run": "run-1",
        "keyexchange:key": key.name,
        "team": "cards",
    }


def test_a_block_with_a_bad_mac_is_a_refusal_that_does_not_show_it(house: House, established: Established) -> None:
    text = key_block(CVK, octets_of(2)).text
    bad = KeyBlock(text[:-1] + ("0" if text[-1] != "0" else "1"), Kcv("000000", established.held.kcv.method))
    with pytest.raises(DeviceRefusedError) as caught:
        house.side.import_tr31(bad, key=CVK, kek=established.held, mark=ImportMark("run-1", "bad"))
    assert caught.value.code == "ValidationException"
    assert text[20:40] not in "\n".join([*house.lines, str(caught.value)])


def test_a_key_whose_block_says_something_else_is_described_as_it_is(house: House, established: Established) -> None:
    """The engine compares; an adapter that refused it now would hide from a resumed run that it is there."""
    block = key_block(CVK, octets_of(3))
    asked, mark = replace(CVK, attributes=replace(CVK.attributes, mode_of_use="V")), ImportMark("run-1", "other")
    held = house.side.import_tr31(block, key=asked, kek=established.held, mark=mark)
    assert held.attributes is not None
    assert held.attributes.mode_of_use == "C"
    assert house.side.find_import(mark, attributes=asked.attributes, kcv=block.kcv, since=LONG_AGO) == held


def test_what_the_service_has_no_name_for_is_refused_before_it_is_sent(house: House, established: Established) -> None:
    key = working_key("B1", "X")
    with pytest.raises(UnsupportedError, match="key usage B1"):
        house.side.import_tr31(key_block(key, octets_of(4)), key=key, kek=established.held, mark=ImportMark("r", "k"))
    assert house.sent() == []


def test_the_operators_tags_cannot_hide_the_mark(house: House, established: Established) -> None:
    key = replace(CVK, tags=(("keyexchange:run", "forged"),))
    mark = ImportMark("run-7", "cvk")
    held = house.side.import_tr31(key_block(key, octets_of(5)), key=key, kek=established.held, mark=mark)
    assert house.tags(held.reference)["keyexchange:run"] == "run-7"


def test_an_import_is_found_again_by_its_mark_alone(house: House, established: Established) -> None:
    begun, block = datetime.now(UTC), key_block(CVK, octets_of(6))
    marks = [ImportMark(run, key) for run in ("run-a", "run-b") for key in ("cvk", "cvk 2")]
    held = [house.side.import_tr31(block, key=CVK, kek=established.held, mark=mark) for mark in marks]

    def find(mark: ImportMark, kcv: Kcv = block.kcv, since: datetime = begun) -> HeldKey | None:
        return house.side.find_import(mark, attributes=CVK.attributes, kcv=kcv, since=since)

    assert [find(mark) for mark in marks] == held
    assert find(ImportMark("run-c", "cvk")) is None
    other = Kcv("000000", block.kcv.method)
    assert find(marks[0], other) == held[0], "another key than was sent bears the mark: for the caller to refuse"
    assert find(marks[0], since=datetime.now(UTC) + timedelta(hours=1)) is None


def test_a_key_on_its_way_out_is_not_found(house: House, established: Established) -> None:
    mark, block = ImportMark("run-d", "cvk"), key_block(CVK, octets_of(7))
    held = house.side.import_tr31(block, key=CVK, kek=established.held, mark=mark)
    house.plain.delete_key(KeyIdentifier=held.reference)
    assert house.side.find_import(mark, attributes=CVK.attributes, kcv=block.kcv, since=LONG_AGO) is None


def test_a_key_that_is_there_twice_stops_the_run(house: House, established: Established) -> None:
    mark, block = ImportMark("run-e", "cvk"), key_block(CVK, octets_of(8))
    for _ in range(2):
        house.side.import_tr31(block, key=CVK, kek=established.held, mark=mark)
    with pytest.raises(JournalError, match="2 keys of run run-e"):
        house.side.find_import(mark, attributes=CVK.attributes, kcv=block.kcv, since=LONG_AGO)
