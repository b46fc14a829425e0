"""Card master keys against public figures and pyemv."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyemv import kd

from keyexchange.crypto import TdesKey, has_odd_parity
from keyexchange.errors import FormatError
from keyexchange.payment.emv.cryptograms import application_cryptogram
from keyexchange.payment.emv.master_keys import icc_master_key_a, icc_master_key_b
from keyexchange.payment.padding import Padding
from keyexchange.secret import Secret
from tests.keyexchange.payment.emv.session import master_key, shown, tdes
from tests.vectors import vectors

pytestmark = pytest.mark.filterwarnings("ignore:(Single|Two)-key TripleDES")  # by pyemv

ISSUER_KEY = tdes("0123456789ABCDEFFEDCBA9876543210")
PANS = st.text("0123456789", min_size=12, max_size=19)


@pytest.mark.parametrize("vector", [v for v in vectors("emv") if "icc_mk" in v.values[0]["expected"]])
def test_master_keys_are_those_of_the_source(vector: dict[str, Any]) -> None:
    inputs = {**vector["inputs"], "imk": vector["inputs"].get("imk", vector["inputs"].get("imk_ac"))}
    options = {"A": "A", "B": "B", None: "B" if "Visa" in inputs.get("profile", "") else "A"}
    inputs["mk_option"] = options[inputs.get("mk_option")]
    assert shown(master_key(inputs)) == vector["expected"]["icc_mk"]


@pytest.mark.parametrize("vector", vectors("emv", "icc_master_key"))
def test_the_sample_data_of_the_cloud_service_agree(vector: dict[str, Any]) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    key = master_key(inputs)
    data = bytes.fromhex(inputs["transaction_data"])
    assert shown(key) == expected["udk"]
    for method in (Padding.METHOD_1, Padding.METHOD_2):
        cryptogram = application_cryptogram(key, data, padding=method)
        assert cryptogram.hex().upper() == expected[f"arqc_with_udk_padding_{method.value}"]


@settings(max_examples=100)
@given(issuer=st.binary(min_size=16, max_size=16), pan=PANS, number=st.integers(0, 99))
def test_pyemv_agrees(issuer: bytes, pan: str, number: int) -> None:
    key, sequence = TdesKey(Secret(issuer)), f"{number:02}"
    assert icc_master_key_a(key, pan, sequence).secret == Secret(kd.derive_icc_mk_a(issuer, pan, sequence))
    assert icc_master_key_b(key, pan, sequence).secret == Secret(kd.derive_icc_mk_b(issuer, pan, sequence))


@settings(max_examples=50)
@given(pan=PANS)
def test_option_b_is_option_a_for_all_but_long_pans_and_both_have_odd_parity(pan: str) -> None:
    first, second = (derive(ISSUER_KEY, pan, "01") for derive in (icc_master_key_a, icc_master_key_b))
    assert (first.secret == second.secret) == (len(pan) <= 16)
    assert has_odd_parity(first.secret.reveal() + second.secret.reveal())


@pytest.mark.parametrize(
    ("key", "pan", "sequence", "category"),
    [
        ("0123456789ABCDEF", "4111111111111111", "00", "key_length"),
        ("0123456789ABCDEF" * 3, "4111111111111111", "00", "key_length"),
        ("0123456789ABCDEF" * 2, "41111111111", "00", "pan"),
        ("0123456789ABCDEF" * 2, "4111 1111 1111 1111", "00", "pan"),
        ("0123456789ABCDEF" * 2, "4" * 20, "00", "pan"),
        ("0123456789ABCDEF" * 2, "4111111111111111", "0", "pan_sequence_number"),
        ("0123456789ABCDEF" * 2, "4111111111111111", "٠٠", "pan_sequence_number"),
    ],
)
def test_bad_input_is_refused_and_never_quoted(key: str, pan: str, sequence: str, category: str) -> None:
    for derive in (icc_master_key_a, icc_master_key_b):
        with pytest.raises(FormatError) as refusal:
            derive(tdes(key), pan, sequence)
        assert refusal.value.category == category
        assert pan not in str(refusal.value)
