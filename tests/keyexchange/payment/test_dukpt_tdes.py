"""TDES DUKPT against the figures of X9.24-1 and of public implementations."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists

from keyexchange.crypto import TdesKey
from keyexchange.errors import FormatError
from keyexchange.payment import counters, dukpt_tdes, mac
from keyexchange.payment.data import CipherMode, encrypt
from keyexchange.payment.dukpt_tdes import TdesDevice, TdesKsn, TdesUsage
from keyexchange.payment.padding import Padding, pad_zeros
from keyexchange.payment.pin import Pin
from keyexchange.payment.pin_blocks import PinBlockFormat, PinLayout, encode
from keyexchange.secret import Secret
from tests.vectors import vectors

WORKING_KEYS = {
    "pin_key": TdesUsage.PIN,
    "mac_request_key": TdesUsage.MAC_REQUEST,
    "mac_response_key": TdesUsage.MAC_RESPONSE,
    "data_request_key": TdesUsage.DATA_REQUEST,
    "data_response_key": TdesUsage.DATA_RESPONSE,
}


def tdes(text: str) -> TdesKey:
    return TdesKey(Secret(bytes.fromhex(text)))


def ksn_of(inputs: dict[str, str]) -> TdesKsn:
    return TdesKsn(bytes.fromhex(inputs["ksn"]))


def shown(key: TdesKey) -> str:
    return key.secret.reveal().hex().upper()


@pytest.mark.parametrize("vector", vectors("dukpt_tdes", "derive", "dukpt_data_key", "dukpt_pin_key"))
def test_keys_are_those_of_the_standard(vector: dict[str, Any]) -> None:
    ksn, bdk = ksn_of(vector["inputs"]), tdes(vector["inputs"]["bdk"])
    initial = dukpt_tdes.initial_key(bdk, ksn)
    transaction = dukpt_tdes.transaction_key(initial, ksn)
    found = {"initial_key": shown(initial), "transaction_key": shown(transaction)}
    found |= {name: shown(dukpt_tdes.derive(bdk, ksn, usage)) for name, usage in WORKING_KEYS.items()}
    found["data_key"] = found["data_request_key"]
    expected = {name: value for name, value in vector["expected"].items() if name in found}
    assert expected == {name: found[name] for name in expected}


@pytest.mark.parametrize("vector", [v for v in vectors("dukpt_tdes", "derive") if "data" in v.values[0]["inputs"]])
def test_results_under_the_keys_are_those_of_the_standard(vector: dict[str, Any]) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    bdk, ksn, data = tdes(inputs["bdk"]), ksn_of(inputs), inputs["data"].encode()
    block = encode(PinLayout(PinBlockFormat.ISO_0, inputs["pan"]), Pin(inputs["pin"])).reveal()
    found = {"encrypted_pin_block": dukpt_tdes.derive(bdk, ksn, TdesUsage.PIN).encrypt_ecb(block)}
    for way in ("request", "response"):
        mac_key = dukpt_tdes.derive(bdk, ksn, TdesUsage[f"MAC_{way.upper()}"])
        data_key = dukpt_tdes.derive(bdk, ksn, TdesUsage[f"DATA_{way.upper()}"])
        found[f"mac_{way}"] = mac.iso9797_algorithm_3(mac_key, data, padding=Padding.METHOD_1)
        found[f"cmac_{way}"] = mac.cmac(mac_key, data)
        found[f"data_{way}_ciphertext"] = encrypt(data_key, CipherMode.CBC, pad_zeros(data, 8))
    assert {name: octets.hex().upper() for name, octets in found.items()} == {name: expected[name] for name in found}


@pytest.mark.parametrize("vector", vectors("dukpt_tdes", "next_ksn"))
def test_the_next_ksn_skips_what_devices_skip(vector: dict[str, Any]) -> None:
    ksn = ksn_of(vector["inputs"])
    if vector["expected"]["exhausted"]:
        with pytest.raises(FormatError) as refusal:
            ksn.next()
        assert refusal.value.category == "counter_exhausted"
    else:
        assert ksn.next() == TdesKsn(bytes.fromhex(vector["expected"]["next_ksn"]))


@pytest.mark.parametrize("vector", vectors("dukpt_tdes", "ksn_valid"))
def test_a_device_comes_to_the_counters_that_the_standard_has(vector: dict[str, Any]) -> None:
    counter = ksn_of(vector["inputs"]).counter
    assert counter == int(vector["expected"]["counter_hex"], 16)
    comes_to_it = counter > 0 and counters.TDES.next(counter - 1) == counter
    assert comes_to_it is vector["expected"]["transaction_ksn_valid"]


def test_there_are_as_many_transactions_as_the_standard_says() -> None:
    [vector] = vectors("dukpt_tdes", "counter_space")
    used = sum(1 for counter in range(1, 1 << 21) if counter.bit_count() <= 10)
    assert used == vector.values[0]["expected"]["valid_counters"]


def test_a_ksn_of_eight_octets_is_the_one_of_ten_without_its_padding() -> None:
    assert TdesKsn(bytes.fromhex("9876543210E00001")) == TdesKsn(bytes.fromhex("FFFF9876543210E00001"))


def test_the_initial_key_is_the_same_for_every_transaction_of_a_device() -> None:
    bdk = tdes("0123456789ABCDEFFEDCBA9876543210")
    keys = {shown(dukpt_tdes.initial_key(bdk, TdesKsn(bytes.fromhex(f"FFFF9876543210E{n:05X}")))) for n in range(50)}
    assert len(keys) == 1


@given(lists(integers(0, (1 << 21) - 1), max_size=8))
def test_a_device_gives_the_same_keys_whatever_was_asked_before(counters: list[int]) -> None:
    initial, number = tdes("0123456789ABCDEFFEDCBA9876543210"), 0xFFFF9876543210E00000
    device = TdesDevice(initial, TdesKsn(number.to_bytes(10, "big")))
    for counter in counters:
        ksn = TdesKsn((number | counter).to_bytes(10, "big"))
        alone = dukpt_tdes.transaction_key(initial, ksn)
        assert shown(device.transaction_key(counter)) == shown(alone)
        for usage in TdesUsage:
            assert shown(device.working_key(counter, usage)) == shown(dukpt_tdes.working_key(alone, usage))


def test_each_further_transaction_of_a_device_costs_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[int] = []

    def counted(key: Secret, register: int) -> Secret:
        steps.append(register)
        return step(key, register)

    step = dukpt_tdes._step
    monkeypatch.setattr(dukpt_tdes, "_step", counted)
    device = TdesDevice(tdes("0123456789ABCDEFFEDCBA9876543210"), TdesKsn(bytes(10)))
    for counter in range(1, 200):
        device.transaction_key(counter)
        device.working_key(counter, TdesUsage.PIN)
    assert steps == list(range(1, 200))


@pytest.mark.parametrize("octets", [0, 7, 9, 11, 12])
def test_a_ksn_of_another_length_is_refused(octets: int) -> None:
    with pytest.raises(FormatError) as refusal:
        TdesKsn(bytes(octets))
    assert refusal.value.category == "ksn_length"


@pytest.mark.parametrize("octets", [8, 24])
def test_a_base_derivation_key_that_is_not_double_length_is_refused(octets: int) -> None:
    with pytest.raises(FormatError) as refusal:
        dukpt_tdes.derive(TdesKey(Secret(bytes(octets))), TdesKsn(bytes(10)), TdesUsage.PIN)
    assert refusal.value.category == "key_length"
