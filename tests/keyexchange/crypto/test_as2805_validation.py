"""The validation of a KEK, held against the arithmetic of the partner's node in AWS's samples."""

from __future__ import annotations

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.crypto.as2805 import KekVariant
from keyexchange.crypto.as2805_validation import answer_validation, ask_validation
from keyexchange.errors import FormatError
from keyexchange.secret import Secret

KEK = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
MASKS = {
    KekVariant.VARIANT_MASK_82: (b"\x82\x82", b"\x84\x84"),
    KekVariant.VARIANT_MASK_82C0: (b"\x82\xc0", b"\x84\xc0"),
}


def cbc(kek: bytes, mask: bytes) -> Cipher[CBC]:
    variant = bytes(a ^ b for a, b in zip(kek, mask * 12, strict=False))
    return Cipher(TripleDES((variant * 2)[:24]), CBC(bytes(8)))


def partner(mask: KekVariant, sent: bytes) -> bytes:
    """Open, turn every bit over, set odd parity, close under the other mask; written out over the library alone."""
    asking, answering = MASKS[mask]
    decryptor = cbc(KEK, asking).decryptor()
    random_key = decryptor.update(sent) + decryptor.finalize()
    turned = bytes(b ^ 0xFF ^ ((b ^ 0xFF).bit_count() % 2 == 0) for b in random_key)
    encryptor = cbc(KEK, answering).encryptor()
    return encryptor.update(turned) + encryptor.finalize()


@settings(max_examples=50)
@given(
    st.sampled_from(sorted(MASKS)), st.sampled_from([8, 16, 24]).flatmap(lambda n: st.binary(min_size=n, max_size=n))
)
def test_both_nodes_arrive_at_one_answer(mask: KekVariant, random_key: bytes) -> None:
    sent, received = ask_validation(Secret(KEK), mask, Secret(random_key))
    assert received == partner(mask, sent)
    assert received == answer_validation(Secret(KEK), mask, sent)


def test_another_kek_answers_something_else() -> None:
    mask = KekVariant.VARIANT_MASK_82
    sent, received = ask_validation(Secret(KEK), mask, Secret(bytes(16)))
    assert answer_validation(Secret(KEK[8:] + KEK[:8]), mask, sent) != received


@pytest.mark.parametrize("octets", [0, 7, 12, 32])
def test_a_random_key_of_another_length_is_refused(octets: int) -> None:
    mask = KekVariant.VARIANT_MASK_82
    for refused in (
        lambda: ask_validation(Secret(KEK), mask, Secret(bytes(octets))),
        lambda: answer_validation(Secret(KEK), mask, bytes(octets)),
    ):
        with pytest.raises(FormatError) as refusal:
            refused()
        assert refusal.value.category == "random_key_length"


@pytest.mark.parametrize("octets", [8, 15, 32])
def test_a_kek_of_another_length_is_refused(octets: int) -> None:
    with pytest.raises(FormatError) as refusal:
        answer_validation(Secret(bytes(octets)), KekVariant.VARIANT_MASK_82, bytes(16))
    assert refusal.value.category == "kek_length"
