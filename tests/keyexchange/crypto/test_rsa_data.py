"""Data under RSA: every padding, both ways, against OpenSSL's limits and the library's own paddings."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from keyexchange.crypto import rsa
from keyexchange.crypto.rsa_data import (
    RsaPadding,
    decrypt_data,
    decrypt_unpadded,
    encrypt_data,
    encrypt_unpadded,
    longest_data,
)
from keyexchange.errors import FormatError

KEY = rsa.generate(2048)
LIBRARY: dict[RsaPadding, padding.AsymmetricPadding] = {
    RsaPadding.PKCS1: padding.PKCS1v15(),
    RsaPadding.OAEP_SHA1: padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None),
    RsaPadding.OAEP_SHA256: padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None),
    RsaPadding.OAEP_SHA512: padding.OAEP(padding.MGF1(hashes.SHA512()), hashes.SHA512(), None),
}


@pytest.mark.parametrize("scheme", RsaPadding)
def test_the_longest_data_come_back_and_one_octet_more_is_refused(scheme: RsaPadding) -> None:
    most = longest_data(2048, scheme)
    data = bytes(range(256))[:most]
    assert decrypt_data(KEY, encrypt_data(KEY.public_key(), data, scheme), scheme) == data
    with pytest.raises(FormatError) as refusal:
        encrypt_data(KEY.public_key(), bytes(most + 1), scheme)
    assert refusal.value.category == "data_length"


@pytest.mark.parametrize("scheme", RsaPadding)
def test_the_padding_is_the_one_that_its_name_says(scheme: RsaPadding) -> None:
    assert KEY.decrypt(encrypt_data(KEY.public_key(), b"data", scheme), LIBRARY[scheme]) == b"data"
    assert decrypt_data(KEY, KEY.public_key().encrypt(b"data", LIBRARY[scheme]), scheme) == b"data"


@pytest.mark.parametrize(
    ("bits", "scheme", "hex_digits"),
    [
        (2048, RsaPadding.OAEP_SHA1, 428),
        (2048, RsaPadding.OAEP_SHA256, 380),
        (2048, RsaPadding.OAEP_SHA512, 252),
        (3072, RsaPadding.OAEP_SHA256, 636),
        (4096, RsaPadding.OAEP_SHA512, 764),
    ],
)
def test_limits_are_those_of_the_user_guide(bits: int, scheme: RsaPadding, hex_digits: int) -> None:
    """Source: AWS Payment Cryptography User Guide, "Encrypt data"."""
    assert 2 * longest_data(bits, scheme) == hex_digits


def test_what_does_not_decrypt_is_refused_without_detail() -> None:
    foreign = encrypt_data(rsa.generate(2048).public_key(), b"data", RsaPadding.OAEP_SHA256)
    with pytest.raises(FormatError) as refusal:
        decrypt_data(KEY, foreign, RsaPadding.OAEP_SHA256)
    assert refusal.value.category == "decrypt_failed"
    assert refusal.value.__cause__ is None
    with pytest.raises(FormatError) as refusal:
        decrypt_data(KEY, foreign[:-1], RsaPadding.OAEP_SHA256)
    assert refusal.value.category == "data_length"


def test_data_padded_by_hand_are_what_the_library_reads() -> None:
    padded = b"\x00\x02" + b"\xa5" * 249 + b"\x00data"
    assert KEY.decrypt(encrypt_unpadded(KEY.public_key(), padded), LIBRARY[RsaPadding.PKCS1]) == b"data"
    seen = decrypt_unpadded(KEY, encrypt_data(KEY.public_key(), b"data", RsaPadding.PKCS1))
    assert seen.startswith(b"\x00\x02")
    assert seen.endswith(b"\x00data")


def test_unpadded_data_are_a_number_below_the_modulus() -> None:
    assert decrypt_unpadded(KEY, encrypt_unpadded(KEY.public_key(), b"\x01\x02")) == bytes(254) + b"\x01\x02"
    with pytest.raises(FormatError) as refusal:
        encrypt_unpadded(KEY.public_key(), b"\xff" * 256)
    assert refusal.value.category == "data_length"
    for ciphertext in (b"\xff" * 256, bytes(255), bytes(257)):
        with pytest.raises(FormatError) as refusal:
            decrypt_unpadded(KEY, ciphertext)
        assert refusal.value.category == "data_length"
