"""AES DUKPT against the supplement of X9.24-3 and public implementations."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists

from keyexchange.crypto import AesKey
from keyexchange.errors import FormatError
from keyexchange.payment import dukpt_aes, mac
from keyexchange.payment.data import CipherMode, encrypt
from keyexchange.payment.dukpt_aes import AesDevice, AesKeyType, AesKsn, AesUsage
from keyexchange.payment.padding import pad_zeros
from keyexchange.payment.pin import Pin
from keyexchange.payment.pin_blocks import PinBlockFormat, PinLayout
from keyexchange.payment.pin_encryption import encrypt_pin
from keyexchange.secret import Secret
from tests.vectors import vectors

USAGES = {
    "pin": AesUsage.PIN,
    "mac_gen": AesUsage.MAC_GENERATION,
    "mac_ver": AesUsage.MAC_VERIFICATION,
    "mac_both": AesUsage.MAC_BOTH_WAYS,
    "data_enc": AesUsage.DATA_ENCRYPTION,
    "data_dec": AesUsage.DATA_DECRYPTION,
    "data_both": AesUsage.DATA_BOTH_WAYS,
    "key_encryption": AesUsage.KEY_ENCRYPTION,
}
TYPES = {
    "TDES2": AesKeyType.TDES_2KEY,
    "TDES3": AesKeyType.TDES_3KEY,
    "AES128": AesKeyType.AES_128,
    "AES192": AesKeyType.AES_192,
    "AES256": AesKeyType.AES_256,
    "HMAC128": AesKeyType.HMAC_128,
    "HMAC192": AesKeyType.HMAC_192,
    "HMAC256": AesKeyType.HMAC_256,
}


def aes(text: str) -> AesKey:
    return AesKey(Secret(bytes.fromhex(text)))


def shown(secret: Secret) -> str:
    return secret.reveal().hex().upper()


def working(transaction: AesKey, ksn: AesKsn, name: str) -> str:
    usage, _, kind = name.partition(".")
    if kind.startswith("HMAC"):
        return shown(dukpt_aes.hmac_key(transaction, ksn, USAGES[usage], TYPES[kind]))
    return shown(dukpt_aes.working_key(transaction, ksn, USAGES[usage], TYPES[kind]).secret)


@pytest.mark.parametrize("vector", vectors("dukpt_aes", "derive"))
def test_keys_are_those_of_the_standard(vector: dict[str, Any]) -> None:
    expected = vector["expected"]
    ksn = AesKsn(bytes.fromhex(vector["inputs"]["ksn"]))
    initial = dukpt_aes.initial_key(aes(vector["inputs"]["bdk"]), ksn)
    transaction = dukpt_aes.transaction_key(initial, ksn)
    assert shown(initial.secret) == expected["initial_key"]
    assert shown(transaction.secret) == expected["transaction_key"]
    assert {name: working(transaction, ksn, name) for name in expected["working_keys"]} == expected["working_keys"]


@pytest.mark.parametrize("vector", vectors("dukpt_aes", "aes_dukpt_pin_key"))
def test_pin_keys_are_those_of_the_sample_data(vector: dict[str, Any]) -> None:
    inputs = vector["inputs"]
    ksn = AesKsn(bytes.fromhex(inputs["ksn"]))
    key = dukpt_aes.derive(aes(inputs["bdk"]), ksn, AesUsage.PIN, TYPES[inputs["type"]])
    assert shown(key.secret) == vector["expected"]["pin_key"]


@pytest.mark.parametrize("vector", [v for v in vectors("dukpt_aes", "derive") if "data" in v.values[0]["inputs"]])
def test_results_under_the_keys_are_those_of_the_standard(vector: dict[str, Any]) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    bdk, ksn, data = aes(inputs["bdk"]), AesKsn(bytes.fromhex(inputs["ksn"])), inputs["data"].encode()
    layout = PinLayout(PinBlockFormat.ISO_4, inputs["pan"])
    size = 8 * len(bdk.secret)
    cipher, hashing = AesKeyType[f"AES_{size}"], AesKeyType[f"HMAC_{size}"]
    pin_key = dukpt_aes.derive(bdk, ksn, AesUsage.PIN, AesKeyType.AES_128 if size == 128 else cipher)
    fill = inputs["pin_block_random"]
    found = {"encrypted_pin_block": encrypt_pin(pin_key, layout, Pin(inputs["pin"]), fill=fill)}
    transaction = dukpt_aes.transaction_key(dukpt_aes.initial_key(bdk, ksn), ksn)
    for way, mac_usage, data_usage in (
        ("request", AesUsage.MAC_GENERATION, AesUsage.DATA_ENCRYPTION),
        ("response", AesUsage.MAC_VERIFICATION, AesUsage.DATA_DECRYPTION),
    ):
        hmac_key = dukpt_aes.hmac_key(transaction, ksn, mac_usage, hashing)
        found[f"cmac_{way}"] = mac.cmac(dukpt_aes.derive(bdk, ksn, mac_usage, cipher), data)
        found[f"hmac_sha256_{way}"] = mac.hmac_mac(hmac_key, data, mac.HmacHash.SHA_256)
        data_key = dukpt_aes.derive(bdk, ksn, data_usage, cipher)
        found[f"data_{way}_ciphertext"] = encrypt(data_key, CipherMode.CBC, pad_zeros(data, 16))
    assert {name: octets.hex().upper() for name, octets in found.items()} == {name: expected[name] for name in found}


@pytest.mark.parametrize("vector", vectors("dukpt_aes", "next_ksn"))
def test_the_next_ksn_skips_what_devices_skip(vector: dict[str, Any]) -> None:
    ksn = AesKsn(bytes.fromhex(vector["inputs"]["ksn"]))
    if vector["expected"]["exhausted"]:
        with pytest.raises(FormatError) as refusal:
            ksn.next()
        assert refusal.value.category == "counter_exhausted"
    else:
        assert ksn.next() == AesKsn(bytes.fromhex(vector["expected"]["next_ksn"]))


@pytest.mark.parametrize("octets", [8, 10, 11, 13])
def test_a_ksn_of_another_length_is_refused(octets: int) -> None:
    with pytest.raises(FormatError) as refusal:
        AesKsn(bytes(octets))
    assert refusal.value.category == "ksn_length"


@pytest.mark.parametrize(
    ("bdk_octets", "kind"),
    [(16, AesKeyType.AES_192), (16, AesKeyType.AES_256), (24, AesKeyType.AES_256)],
)
def test_no_key_is_derived_that_is_stronger_than_its_base(bdk_octets: int, kind: AesKeyType) -> None:
    with pytest.raises(FormatError) as refusal:
        dukpt_aes.derive(AesKey(Secret(bytes(bdk_octets))), AesKsn(bytes(12)), AesUsage.PIN, kind)
    assert refusal.value.category == "derived_key_strength"


def test_hmac_keys_and_cipher_keys_are_told_apart() -> None:
    key, ksn = AesKey(Secret(bytes(16))), AesKsn(bytes(12))
    with pytest.raises(FormatError) as refusal:
        dukpt_aes.working_key(key, ksn, AesUsage.MAC_GENERATION, AesKeyType.HMAC_128)
    assert refusal.value.category == "derived_key_type"
    with pytest.raises(FormatError) as refusal:
        dukpt_aes.hmac_key(key, ksn, AesUsage.MAC_GENERATION, AesKeyType.AES_128)
    assert refusal.value.category == "derived_key_type"


@pytest.mark.parametrize("octets", [16, 24, 32])
@given(lists(integers(0, (1 << 32) - 1), max_size=8))
def test_a_device_gives_the_same_keys_whatever_was_asked_before(octets: int, counters: list[int]) -> None:
    initial, device_id = AesKey(Secret(bytes(range(octets)))), bytes.fromhex("1234567890123456")
    device = AesDevice(initial, AesKsn(device_id + bytes(4)))
    for counter in counters:
        ksn = AesKsn(device_id + counter.to_bytes(4, "big"))
        alone = dukpt_aes.transaction_key(initial, ksn)
        assert shown(device.transaction_key(counter).secret) == shown(alone.secret)


def test_each_further_transaction_of_a_device_costs_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[int] = []

    def counted(device: AesDevice, key: AesKey, reached: int) -> AesKey:
        steps.append(reached)
        return step(device, key, reached)

    step = AesDevice._step
    monkeypatch.setattr(AesDevice, "_step", counted)
    device = AesDevice(aes("0123456789ABCDEFFEDCBA9876543210"), AesKsn(bytes(12)))
    for counter in range(1, 200):
        device.transaction_key(counter)
        device.transaction_key(counter)
    assert steps == list(range(1, 200))
