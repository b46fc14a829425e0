"""Keys formed of components: known answers, and envelopes that do not belong together."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.crypto import AesKey, aes_kcv, has_odd_parity
from keyexchange.crypto.components import combine
from keyexchange.errors import FormatError, UnsupportedError
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret
from tests.vectors import vectors

TDES, AES = KeyAlgorithm.TDES_2KEY, KeyAlgorithm.AES_128


def secret(digits: str) -> Secret:
    return Secret(bytes.fromhex(digits))


@pytest.mark.parametrize("vector", vectors("components", "key_components"))
def test_components_give_the_known_key_and_check_values(vector: Any) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    components = [secret(digits) for digits in inputs["components"]]
    combined = combine(TDES, components, adjust_parity=inputs.get("adjust_parity", False))
    assert combined.key == secret(expected["key"])
    assert combined.kcv.digits == expected["kcv"]
    if "component_kcvs" in expected:
        assert [kcv.digits for kcv in combined.component_kcvs] == expected["component_kcvs"]


def test_parity_is_adjusted_on_request_only() -> None:
    components = [Secret(bytes(16)), Secret(bytes(range(16)))]
    as_it_is, adjusted = combine(TDES, components), combine(TDES, components, adjust_parity=True)
    assert as_it_is.key == Secret(bytes(range(16)))
    assert has_odd_parity(adjusted.key.reveal())
    assert as_it_is.kcv == adjusted.kcv


def test_an_aes_key_has_its_own_check_values_and_no_parity() -> None:
    key = Secret(bytes(range(16)))
    components = [Secret(bytes(16)), key]
    combined = combine(AES, components)
    assert combined.kcv == combined.component_kcvs[1] == aes_kcv(AesKey(key))
    with pytest.raises(UnsupportedError, match="parity"):
        combine(AES, components, adjust_parity=True)


@settings(max_examples=50)
@given(st.lists(st.binary(min_size=24, max_size=24), min_size=1, max_size=8), st.randoms())
def test_two_to_nine_components_give_one_key_in_any_order(parts: list[bytes], order: Any) -> None:
    key = bytes(range(1, 25))
    last = int.from_bytes(key, "big")
    for part in parts:
        last ^= int.from_bytes(part, "big")
    components = [*map(Secret, parts), Secret(last.to_bytes(24, "big"))]
    order.shuffle(components)
    combined = combine(KeyAlgorithm.TDES_3KEY, components)
    assert combined.key == Secret(key)
    assert len(combined.component_kcvs) == len(components)


@pytest.mark.parametrize("count", [0, 1, 10])
def test_another_number_of_components_is_refused(count: int) -> None:
    with pytest.raises(FormatError, match=f"not of {count}") as refused:
        combine(TDES, [Secret(bytes([number] * 16)) for number in range(count)])
    assert refused.value.category == "component_count"


def test_a_component_of_another_length_is_named_by_its_number() -> None:
    with pytest.raises(FormatError, match="component 2 has 24 octets") as refused:
        combine(TDES, [Secret(bytes(16)), Secret(bytes(24))])
    assert refused.value.category == "component_length"


def test_one_envelope_entered_twice_is_refused() -> None:
    twice = secret("0123456789ABCDEFFEDCBA9876543210")
    with pytest.raises(FormatError) as refused:
        combine(TDES, [twice, twice])
    assert refused.value.category == "components_cancel"


def test_other_keys_are_not_entered_in_components() -> None:
    with pytest.raises(UnsupportedError, match="RSA_2048"):
        combine(KeyAlgorithm.RSA_2048, [Secret(b"a"), Secret(b"b")])


def test_a_combined_key_prints_no_octets() -> None:
    components = [secret("FF" * 16), secret("FEDCBA98765432100123456789ABCDEF")]
    assert "0123456789abcdef" not in repr(combine(TDES, components)).lower()
