"""Session keys against public figures and pyemv."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyemv import kd

from keyexchange.crypto import TdesKey, has_odd_parity
from keyexchange.errors import FormatError
from keyexchange.payment.emv import session_keys
from keyexchange.secret import Secret
from tests.keyexchange.payment.emv.session import session_key, shown, tdes
from tests.vectors import vectors

pytestmark = pytest.mark.filterwarnings("ignore:(Single|Two)-key TripleDES")  # by pyemv

KEY = tdes("0123456789ABCDEFFEDCBA9876543210")
MASTERS = st.binary(min_size=16, max_size=16)
COUNTERS = st.binary(min_size=2, max_size=2)


@pytest.mark.parametrize("vector", vectors("emv", "cryptogram", "script_mac"))
def test_session_keys_are_those_of_the_source(vector: dict[str, Any]) -> None:
    if "session_key" not in vector["expected"]:
        assert vector["inputs"]["sk_method"] == "union_pay"  # its source prints what is made under the key
        return
    assert shown(session_key(vector["inputs"], tdes(vector["expected"]["icc_mk"]))) == vector["expected"]["session_key"]


@pytest.mark.parametrize("vector", vectors("emv", "session_key"))
def test_tree_keys_are_those_of_the_source(vector: dict[str, Any]) -> None:
    inputs = vector["inputs"]
    assert session_keys.TREES[inputs["branch"]] == inputs["height"]
    counter, initial_value = bytes.fromhex(inputs["atc"]), bytes.fromhex(inputs["iv"])
    key = session_keys.emv2000(tdes(inputs["icc_mk"]), counter, branches=inputs["branch"], initial_value=initial_value)
    assert shown(key) == vector["expected"]["session_key"]


@settings(max_examples=60)
@given(master=MASTERS, counter=COUNTERS, number=st.binary(min_size=4, max_size=4))
def test_pyemv_agrees(master: bytes, counter: bytes, number: bytes) -> None:
    key = TdesKey(Secret(master))
    pairs = [
        (session_keys.common_of_counter(key, counter), kd.derive_common_sk(master, counter + bytes(6))),
        (session_keys.mastercard(key, counter, number), kd.derive_common_sk(master, counter + bytes(2) + number)),
        (session_keys.counter_xor(key, counter), kd.derive_visa_sm_sk(master, counter)),
        (session_keys.emv2000(key, counter), kd.derive_emv2000_tree_sk(master, counter)),
        (session_keys.emv2000(key, counter, branches=2), kd.derive_emv2000_tree_sk(master, counter, 16, 2)),
    ]
    for ours, theirs in pairs:
        assert ours.secret == Secret(theirs)
        assert has_odd_parity(theirs)


def test_each_counter_has_a_key_of_its_own() -> None:
    counters = [number.to_bytes(2, "big") for number in (0, 1, 3, 4, 255, 256, 65535)]
    methods = (session_keys.common_of_counter, session_keys.union_pay, session_keys.emv2000)
    for method in methods:
        assert len({shown(method(KEY, counter)) for counter in counters}) == len(counters)


def test_the_third_octet_of_a_diversifier_does_not_count() -> None:
    assert shown(session_keys.common(KEY, bytes(8))) == shown(session_keys.common(KEY, b"\0\0\x77" + bytes(5)))


@pytest.mark.parametrize("octets", [0, 1, 3])
def test_a_counter_of_another_length_is_refused(octets: int) -> None:
    methods = (
        session_keys.common_of_counter,
        session_keys.counter_xor,
        session_keys.union_pay,
        session_keys.emv2000,
        lambda key, counter: session_keys.mastercard(key, counter, bytes(4)),
    )
    for method in methods:
        with pytest.raises(FormatError) as refusal:
            method(KEY, bytes(octets))
        assert refusal.value.category == "octet_length"


def test_other_lengths_and_trees_are_refused() -> None:
    with pytest.raises(FormatError) as refusal:
        session_keys.emv2000(KEY, bytes(2), branches=3)
    assert refusal.value.category == "tree"
    for wrong in (
        lambda: session_keys.common(KEY, bytes(7)),
        lambda: session_keys.mastercard(KEY, bytes(2), bytes(5)),
        lambda: session_keys.emv2000(KEY, bytes(2), initial_value=bytes(8)),
    ):
        with pytest.raises(FormatError) as refusal:
            wrong()
        assert refusal.value.category == "octet_length"
    for short in (tdes("0123456789ABCDEF"), tdes("0123456789ABCDEF" * 3)):
        with pytest.raises(FormatError) as refusal:
            session_keys.union_pay(short, bytes(2))
        assert refusal.value.category == "key_length"


@settings(max_examples=50)
@given(st.lists(st.tuples(COUNTERS, st.sampled_from([2, 4]), st.sampled_from([bytes(16), bytes(15) + b"\x01"]))))
def test_what_is_kept_of_a_tree_changes_no_key_of_it(asked: list[tuple[bytes, int, bytes]]) -> None:
    for counter, branches, initial_value in asked:
        here, anew = (
            session_keys.emv2000(key, counter, branches=branches, initial_value=initial_value)
            for key in (KEY, TdesKey(KEY.secret))
        )
        assert shown(here) == shown(anew)
