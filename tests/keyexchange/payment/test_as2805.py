"""The session PIN key of AS 2805, against the steps of the public sample done with the library's own modes."""

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.crypto import TdesKey
from keyexchange.errors import FormatError
from keyexchange.payment import as2805
from keyexchange.secret import Secret

KEY = TdesKey(Secret(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")))


def library_cbc(key: bytes, iv: bytes, data: bytes) -> bytes:
    context = Cipher(TripleDES(key + key[:8]), CBC(iv)).encryptor()
    return context.update(data) + context.finalize()


@settings(max_examples=50)
@given(key=st.binary(min_size=16, max_size=16), stan=st.integers(0, 999_999), amount=st.integers(0, 10**12 - 1))
def test_the_key_is_made_in_the_steps_of_the_sample(key: bytes, stan: int, amount: int) -> None:
    data = bytes.fromhex(f"{stan:06}0000000000" + f"0000{amount:012}")
    mac = library_cbc(key, bytes(8), data)[-8:]
    expected = bytes(left ^ right for left, right in zip(library_cbc(key, mac, data), data, strict=True))
    session = as2805.session_pin_key(TdesKey(Secret(key)), f"{stan:06}", f"{amount:012}")
    assert session.secret == Secret(expected)


@pytest.mark.parametrize(
    ("stan", "amount", "category"),
    [
        ("00438", "000000000328", "trace_number"),
        ("00043A", "000000000328", "trace_number"),
        ("000438", "328", "amount"),
        ("000438", "00000000032X", "amount"),
    ],
)
def test_fields_of_another_length_or_with_letters_are_refused(stan: str, amount: str, category: str) -> None:
    with pytest.raises(FormatError) as refusal:
        as2805.session_pin_key(KEY, stan, amount)
    assert refusal.value.category == category


@pytest.mark.parametrize("octets", [0, 8, 17])
def test_the_one_way_function_takes_two_blocks_or_more(octets: int) -> None:
    with pytest.raises(FormatError) as refusal:
        as2805.one_way(KEY, bytes(octets))
    assert refusal.value.category == "data_length"
