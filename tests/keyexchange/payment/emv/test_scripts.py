"""MACs and encipherment of issuer scripts against public figures and pyemv."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyemv import sm

from keyexchange.crypto import TdesKey
from keyexchange.errors import FormatError
from keyexchange.payment.data import CipherMode
from keyexchange.payment.emv import scripts
from keyexchange.payment.emv.scripts import Encipherment, script_mac
from keyexchange.secret import Secret
from tests.keyexchange.payment.emv.session import master_key, session_key, tdes
from tests.vectors import vectors

pytestmark = pytest.mark.filterwarnings("ignore:(Single|Two)-key TripleDES")  # by pyemv

KEY = tdes("0123456789ABCDEFFEDCBA9876543210")
FORMS = [
    Encipherment(mode, length_first, padded)
    for mode in (CipherMode.ECB, CipherMode.CBC)
    for length_first, padded in ((False, False), (False, True), (True, True))
]
OF_PYEMV = {
    scripts.VISA: sm.EncryptionType.VISA,
    scripts.MASTERCARD: sm.EncryptionType.MASTERCARD,
    scripts.EMV: sm.EncryptionType.EMV,
}


@pytest.mark.parametrize("vector", vectors("emv", "script_mac"))
def test_script_macs_are_those_of_the_source(vector: dict[str, Any]) -> None:
    inputs = vector["inputs"]
    key = session_key(inputs, master_key(inputs))
    assert script_mac(key, bytes.fromhex(inputs["data"])).hex().upper() == vector["expected"]["mac"]


@settings(max_examples=60)
@given(key=st.binary(min_size=16, max_size=16), data=st.binary(min_size=1, max_size=100), length=st.integers(4, 8))
def test_pyemv_agrees_on_macs(key: bytes, data: bytes, length: int) -> None:
    assert script_mac(TdesKey(Secret(key)), data, length=length) == sm.generate_command_mac(key, data, length)


@settings(max_examples=60)
@given(key=st.binary(min_size=16, max_size=16), data=st.binary(min_size=8, max_size=100))
@pytest.mark.parametrize("form", list(OF_PYEMV), ids=["visa", "mastercard", "emv"])
def test_pyemv_agrees_on_enciphered_data(form: Encipherment, key: bytes, data: bytes) -> None:
    data = data[: len(data) // 8 * 8]
    assert form.encipher(TdesKey(Secret(key)), data) == sm.encrypt_command_data(key, data, OF_PYEMV[form])


@settings(max_examples=60)
@given(data=st.binary(max_size=255), form=st.sampled_from(FORMS))
def test_what_was_enciphered_deciphers(data: bytes, form: Encipherment) -> None:
    if not form.padded:
        data = data + bytes(8 - len(data) % 8)
    assert form.decipher(KEY, form.encipher(KEY, data)) == data


@settings(max_examples=60)
@given(blocks=st.integers(1, 4).flatmap(lambda count: st.binary(min_size=8 * count, max_size=8 * count)))
def test_any_blocks_decipher_or_are_refused_in_one_way(blocks: bytes) -> None:
    for form in FORMS:
        try:
            data = form.decipher(KEY, blocks)
        except FormatError as refusal:
            outcome = refusal.category
        else:
            assert form.encipher(KEY, data) == blocks
            continue
        assert outcome == "script_data"
        assert form.padded


@pytest.mark.parametrize(("plain", "padded_and_counted"), [("00" * 8, True), ("0380" + "00" * 6, True)])
def test_a_block_without_mark_or_with_another_length_is_refused(plain: str, padded_and_counted: bool) -> None:
    form = Encipherment(CipherMode.ECB, length_first=padded_and_counted, padded=True)
    with pytest.raises(FormatError) as refusal:
        form.decipher(KEY, KEY.encrypt_ecb(bytes.fromhex(plain)))
    assert refusal.value.category == "script_data"


def test_forms_that_cannot_be_are_refused() -> None:
    for arguments in ((CipherMode.ECB, True, False), (CipherMode.OFB, False, True)):
        with pytest.raises(FormatError) as refusal:
            Encipherment(*arguments)
        assert refusal.value.category == "script_form"


@pytest.mark.parametrize(("form", "octets"), [(scripts.MASTERCARD, 7), (scripts.VISA, 256)])
def test_data_that_do_not_fit_the_form_are_refused(form: Encipherment, octets: int) -> None:
    with pytest.raises(FormatError) as refusal:
        form.encipher(KEY, bytes(octets))
    assert refusal.value.category == "data_length"
