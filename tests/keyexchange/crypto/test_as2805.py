"""AS 2805: variants, cryptograms, the answer to a KEK validation."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.session import get_session
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.crypto import TdesKey, has_odd_parity, tdes_kcv
from keyexchange.crypto.as2805 import KekVariant, inverted, unwrap, variant_of, wrap
from keyexchange.errors import FormatError, RuleError
from keyexchange.secret import Secret
from tests.vectors import vectors

KEK = Secret(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
KEY = Secret(bytes.fromhex("DA38FD20EF58401658047AEF106DF42F"))
MAC = KekVariant.MESSAGE_AUTHENTICATION_KEY_VARIANT_24


@pytest.mark.parametrize("vector", vectors("components", "as2805_kek_validation"))
def test_the_answer_to_a_validation_is_the_random_key_inverted(vector: Any) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    send, receive = (Secret(bytes.fromhex(d)) for d in (inputs["random_key_send"], expected["random_key_receive"]))
    assert inverted(send) == receive
    assert inverted(receive) == send
    assert tdes_kcv(TdesKey(Secret(bytes.fromhex(inputs["kek"])))).digits == expected["kek_kcv"]


def test_variants_are_those_that_aws_names() -> None:
    control, data = (get_session().get_service_model(f"payment-cryptography{plane}") for plane in ("", "-data"))
    masks = {v for v in KekVariant if v.key_usage is None}
    assert set(control.shape_for("As2805KeyVariant").enum) == set(KekVariant) - masks
    assert set(data.shape_for("RandomKeySendVariantMask").enum) == masks


@pytest.mark.parametrize("variant", KekVariant)
def test_a_constant_is_what_the_name_says_and_keeps_parity(variant: KekVariant) -> None:
    assert variant.constant.hex().upper().startswith(variant.name.rpartition("_")[2])
    assert has_odd_parity(variant_of(KEK, variant).reveal())


def test_a_variant_is_the_kek_xor_the_constant_all_along() -> None:
    assert variant_of(KEK, KekVariant.TERMINAL_MAJOR_KEY_VARIANT_00) == KEK
    assert variant_of(KEK, MAC) == Secret(bytes.fromhex("25E361A7AD6BE92FDA1C9E58529416D0"))


@pytest.mark.parametrize("variant", KekVariant)
def test_a_cryptogram_is_the_key_under_the_variant_as_the_library_encrypts_it(variant: KekVariant) -> None:
    left_right = variant_of(KEK, variant).reveal()
    reference = Cipher(TripleDES(left_right + left_right[:8]), CBC(bytes(8))).encryptor()
    cryptogram = wrap(KEK, variant, KEY)
    assert cryptogram == reference.update(KEY.reveal()) + reference.finalize()
    assert unwrap(KEK, variant, cryptogram) == KEY


@settings(max_examples=50)
@given(st.sampled_from(KekVariant), st.binary(min_size=16, max_size=16))
def test_what_is_wrapped_opens_again_and_under_no_other_variant(variant: KekVariant, octets: bytes) -> None:
    cryptogram = wrap(KEK, variant, Secret(octets))
    opens = {v for v in KekVariant if unwrap(KEK, v, cryptogram) == Secret(octets)}
    assert opens == {variant}


def test_a_kek_weaker_than_the_key_is_refused() -> None:
    with pytest.raises(RuleError) as refused:
        wrap(KEK, MAC, Secret(bytes(range(24))))
    assert refused.value.rule == "kek-strength"
    repeated = Secret(b"\x01\x23\x45\x67\x89\xab\xcd\xef" * 2)
    with pytest.raises(RuleError):
        wrap(repeated, MAC, KEY)


@pytest.mark.parametrize("length", [0, 8, 15, 17, 32])
def test_other_lengths_are_refused_by_what_has_them(length: int) -> None:
    octets = bytes(length)
    for attempt, category in (
        (lambda: variant_of(Secret(octets), MAC), "kek_length"),
        (lambda: wrap(Secret(octets), MAC, KEY), "kek_length"),
        (lambda: wrap(KEK, MAC, Secret(octets)), "key_length"),
        (lambda: unwrap(KEK, MAC, octets), "cryptogram_length"),
        (lambda: unwrap(Secret(octets), MAC, bytes(16)), "kek_length"),
    ):
        with pytest.raises(FormatError) as refused:
            attempt()
        assert refused.value.category == category
