"""Cryptograms of cards and the issuer's answers against public figures and pyemv."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyemv import ac

from keyexchange.crypto import TdesKey
from keyexchange.errors import FormatError, MismatchError
from keyexchange.payment.emv.cryptograms import (
    application_cryptogram,
    arpc_method_1,
    arpc_method_2,
    verify_application_cryptogram,
)
from keyexchange.payment.padding import Padding
from keyexchange.secret import Secret
from tests.keyexchange.payment.emv.session import master_key, session_key, tdes
from tests.vectors import vectors

pytestmark = pytest.mark.filterwarnings("ignore:(Single|Two)-key TripleDES")  # by pyemv

KEY = tdes("0123456789ABCDEFFEDCBA9876543210")
KEYS = st.binary(min_size=16, max_size=16)
CRYPTOGRAMS = st.binary(min_size=8, max_size=8)


@pytest.mark.parametrize("vector", vectors("emv", "cryptogram"))
def test_cryptogram_and_answer_are_those_of_the_source(vector: dict[str, Any]) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    keys = {"icc_mk": master_key(inputs)}
    keys["session_key"] = session_key(inputs, keys["icc_mk"])
    data, padding = bytes.fromhex(inputs["data"]), Padding(inputs["padding"])
    cryptogram = application_cryptogram(keys["session_key"], data, padding=padding)
    assert cryptogram.hex().upper() == expected["arqc"]
    verify_application_cryptogram(keys["session_key"], data, cryptogram, padding=padding)
    key = keys[inputs["arpc_key"]]
    if inputs["arpc_method"] == 1:
        answer = arpc_method_1(key, cryptogram, bytes.fromhex(inputs["arc"]))
    else:
        proprietary = bytes.fromhex(inputs["proprietary_authentication_data"])
        answer = arpc_method_2(key, cryptogram, bytes.fromhex(inputs["csu"]), proprietary)
    assert answer.hex().upper() == expected["arpc"]


@settings(max_examples=60)
@given(key=KEYS, data=st.binary(min_size=1, max_size=200), cryptogram=CRYPTOGRAMS, more=st.binary(max_size=8))
def test_pyemv_agrees(key: bytes, data: bytes, cryptogram: bytes, more: bytes) -> None:
    ours = TdesKey(Secret(key))
    assert application_cryptogram(ours, data) == ac.generate_ac(key, data, ac.PaddingType.EMV)
    visa = application_cryptogram(ours, data, padding=Padding.METHOD_1)
    assert visa == ac.generate_ac(key, data, ac.PaddingType.VISA)
    assert arpc_method_1(ours, cryptogram, b"00") == ac.generate_arpc_1(key, cryptogram, b"00")
    assert arpc_method_2(ours, cryptogram, bytes(4), more) == ac.generate_arpc_2(key, cryptogram, bytes(4), more)


@settings(max_examples=64)
@given(bit=st.integers(0, 63))
def test_one_wrong_bit_never_verifies(bit: int) -> None:
    right = application_cryptogram(KEY, b"transaction")
    wrong = (int.from_bytes(right, "big") ^ 1 << bit).to_bytes(8, "big")
    with pytest.raises(MismatchError) as mismatch:
        verify_application_cryptogram(KEY, b"transaction", wrong)
    assert mismatch.value.reason == "cryptogram"


def test_fields_of_another_length_are_refused() -> None:
    for wrong in (
        lambda: verify_application_cryptogram(KEY, b"", bytes(7)),
        lambda: arpc_method_1(KEY, bytes(7), bytes(2)),
        lambda: arpc_method_1(KEY, bytes(8), bytes(3)),
        lambda: arpc_method_2(KEY, bytes(9), bytes(4)),
        lambda: arpc_method_2(KEY, bytes(8), bytes(3)),
        lambda: arpc_method_2(KEY, bytes(8), bytes(4), bytes(9)),
    ):
        with pytest.raises(FormatError) as refusal:
            wrong()
        assert refusal.value.category == "octet_length"
