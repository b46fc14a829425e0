"""Paddings and MACs against published figures and psec."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psec import mac as psec

from keyexchange.crypto import AesKey, BlockCipherKey, TdesKey
from keyexchange.errors import FormatError, MismatchError
from keyexchange.payment import dukpt_tdes, mac
from keyexchange.payment.dukpt_tdes import TdesKsn, TdesUsage
from keyexchange.payment.mac import HmacHash
from keyexchange.payment.padding import Padding
from keyexchange.secret import Secret
from tests.vectors import vectors

pytestmark = pytest.mark.filterwarnings("ignore:(Single|Two)-key TripleDES")  # by psec

KEY = TdesKey(Secret(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")))
TDES_KEYS = st.sampled_from([16, 24]).flatmap(lambda octets: st.binary(min_size=octets, max_size=octets))


def compute(inputs: dict[str, Any], key: bytes) -> bytes:
    """What a vector asks for, by the names that vectors have for algorithms."""
    family, _, variant = inputs["algorithm"].partition("_")
    data, length = bytes.fromhex(inputs["data"]), inputs["length"]
    if family == "hmac":
        return mac.hmac_mac(Secret(key), data, HmacHash(variant), length=length)
    if family == "cmac":
        cipher: BlockCipherKey = AesKey(Secret(key)) if variant == "aes" else TdesKey(Secret(key))
        return mac.cmac(cipher, data, length=length)
    padding = Padding(inputs["padding"])
    if variant == "1":
        return mac.iso9797_algorithm_1(TdesKey(Secret(key)), data, padding=padding, length=length)
    return mac.iso9797_algorithm_3(TdesKey(Secret(key)), data, padding=padding, length=length)


@pytest.mark.parametrize("vector", vectors("mac", "pad"))
def test_padding_is_that_of_the_standard(vector: dict[str, Any]) -> None:
    inputs = vector["inputs"]
    padded = Padding(inputs["method"]).apply(bytes.fromhex(inputs["data"]), inputs["block"])
    assert padded.hex().upper() == vector["expected"]["padded"]


@pytest.mark.parametrize("vector", vectors("mac", "mac"))
def test_macs_are_those_of_the_source(vector: dict[str, Any]) -> None:
    inputs = vector["inputs"]
    assert compute(inputs, bytes.fromhex(inputs["key"])).hex().upper() == vector["expected"]["mac"]


@pytest.mark.parametrize("vector", vectors("mac", "dukpt_mac"))
def test_dukpt_macs_are_those_of_the_source(vector: dict[str, Any]) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    bdk, ksn = TdesKey(Secret(bytes.fromhex(inputs["bdk"]))), TdesKsn(bytes.fromhex(inputs["ksn"]))
    key = dukpt_tdes.derive(bdk, ksn, TdesUsage[inputs["variant"].upper()]).secret.reveal()
    assert key.hex().upper() == expected["working_key"]
    assert compute(inputs, key).hex().upper() == expected["mac"]


@settings(max_examples=60)
@given(key=st.binary(min_size=16, max_size=16), data=st.binary(max_size=700), method=st.sampled_from([1, 2]))
def test_psec_agrees_on_retail_macs(key: bytes, data: bytes, method: int) -> None:
    ours = mac.iso9797_algorithm_3(TdesKey(Secret(key)), data, padding=Padding(method))
    assert ours == psec.generate_retail_mac(key[:8], key[8:], data, method)


@settings(max_examples=60)
@given(key=TDES_KEYS, data=st.binary(max_size=700), method=st.sampled_from([1, 2]))
def test_psec_agrees_on_cbc_macs(key: bytes, data: bytes, method: int) -> None:
    ours = mac.iso9797_algorithm_1(TdesKey(Secret(key)), data, padding=Padding(method))
    assert ours == psec.generate_cbc_mac(key, data, method, algorithm=psec.Algorithm.DES)


@settings(max_examples=60)
@given(key=st.binary(min_size=32, max_size=32), data=st.binary(max_size=700), method=st.sampled_from([1, 2]))
def test_psec_agrees_on_cbc_macs_under_aes(key: bytes, data: bytes, method: int) -> None:
    ours = mac.iso9797_algorithm_1(AesKey(Secret(key)), data, padding=Padding(method))
    assert ours == psec.generate_cbc_mac(key, data, method, algorithm=psec.Algorithm.AES)


def test_a_retail_mac_of_three_parts_ends_with_the_third() -> None:
    parts = [bytes([value]) * 8 for value in (0x11, 0x22, 0x44)]
    first, second, third = (TdesKey(Secret(part)) for part in parts)
    data = bytes(range(24))
    expected = third.encrypt_ecb(second.decrypt_ecb(first.cbc_mac(data)))
    assert mac.iso9797_algorithm_3(TdesKey(Secret(b"".join(parts))), data) == expected


def test_a_retail_mac_needs_two_parts() -> None:
    with pytest.raises(FormatError) as refusal:
        mac.iso9797_algorithm_3(TdesKey(Secret(bytes(8))), b"data")
    assert refusal.value.category == "key_length"


@pytest.mark.parametrize("length", [4, 5, 8])
def test_a_mac_verifies_on_the_length_it_was_sent_with(length: int) -> None:
    whole = mac.cmac(KEY, b"data")
    mac.verify_mac(whole, whole[:length])


@settings(max_examples=50)
@given(bit=st.integers(0, 63))
def test_one_wrong_bit_never_verifies(bit: int) -> None:
    whole = mac.iso9797_algorithm_3(KEY, b"data")
    wrong = (int.from_bytes(whole, "big") ^ 1 << bit).to_bytes(8, "big")
    with pytest.raises(MismatchError) as mismatch:
        mac.verify_mac(whole, wrong)
    assert mismatch.value.reason == "mac"


@pytest.mark.parametrize("length", [0, 1, 3, 9])
def test_a_mac_too_short_or_too_long_is_refused(length: int) -> None:
    with pytest.raises(FormatError) as refusal:
        mac.verify_mac(bytes(8), bytes(length))
    assert refusal.value.category == "mac_length"
    with pytest.raises(FormatError) as refusal:
        mac.cmac(KEY, b"data", length=length)
    assert refusal.value.category == "mac_length"
