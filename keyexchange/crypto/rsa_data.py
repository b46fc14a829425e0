"""Data, not keys, under RSA: PKCS#1 v1.5, OAEP with SHA-1, SHA-256 or SHA-512, and data that somebody else has padded.

Keys are wrapped with `rsa.wrap_key`, which is stricter. PKCS#1 v1.5 and SHA-1 are here because data are still sent so.

Source: RFC 8017, 5.1, 7.1 and 7.2; names: AWS Payment Cryptography Data Plane API Reference,
AsymmetricEncryptionAttributes.
"""

from __future__ import annotations

from enum import StrEnum

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from keyexchange.errors import FormatError

_PKCS1_OVERHEAD = 11


class RsaPadding(StrEnum):
    """How data are padded. MGF1 has the hash of the OAEP; the label is empty."""

    PKCS1 = "PKCS1"
    OAEP_SHA1 = "OAEP_SHA1"
    OAEP_SHA256 = "OAEP_SHA256"
    OAEP_SHA512 = "OAEP_SHA512"


_HASHES: dict[RsaPadding, hashes.HashAlgorithm] = {
    RsaPadding.OAEP_SHA1: hashes.SHA1(),  # noqa: S303  # in OAEP its collisions do no harm
    RsaPadding.OAEP_SHA256: hashes.SHA256(),
    RsaPadding.OAEP_SHA512: hashes.SHA512(),
}
_SCHEMES: dict[RsaPadding, padding.AsymmetricPadding] = {
    RsaPadding.PKCS1: padding.PKCS1v15(),
    **{name: padding.OAEP(padding.MGF1(chosen), chosen, None) for name, chosen in _HASHES.items()},
}


def longest_data(bits: int, scheme: RsaPadding) -> int:
    """Octets that fit at most under a modulus of so many bits."""
    chosen = _HASHES.get(scheme)
    return bits // 8 - (2 * chosen.digest_size + 2 if chosen else _PKCS1_OVERHEAD)


def encrypt_data(key: rsa.RSAPublicKey, data: bytes, scheme: RsaPadding) -> bytes:
    """Encrypt; each call gives another ciphertext, as long as the modulus.

    Raises:
        FormatError: category data_length: more than `longest_data`.
    """
    most = longest_data(key.key_size, scheme)
    if len(data) > most:
        raise FormatError(
            f"{len(data)} octets do not fit under {scheme} and {key.key_size} bits",
            category="data_length",
            hint=f"{most} octets fit; use a longer key, or encrypt the data under a symmetric key",
        )
    return key.encrypt(data, _SCHEMES[scheme])


def decrypt_data(key: rsa.RSAPrivateKey, data: bytes, scheme: RsaPadding) -> bytes:
    """Decrypt.

    A ciphertext that was padded otherwise is refused under OAEP. Under PKCS#1 v1.5 newer libraries give random data
    instead, so that nobody can learn from refusals.

    Raises:
        FormatError: category data_length: not as long as the modulus; category decrypt_failed, without detail.
    """
    size = key.key_size // 8
    if len(data) != size:
        raise _not_a_ciphertext(len(data), size)
    try:
        return key.decrypt(data, _SCHEMES[scheme])
    except ValueError:
        raise FormatError(
            "the data do not decrypt under this private key",
            category="decrypt_failed",
            hint="they were encrypted for another key or padded otherwise, or were changed on the way",
        ) from None


def encrypt_unpadded(key: rsa.RSAPublicKey, data: bytes) -> bytes:
    """Encrypt data that the caller has padded; the ciphertext is as long as the modulus.

    Args:
        data: read as a number, which must be less than the modulus; zeros on the left may be left out.

    Raises:
        FormatError: category data_length.

    Source: RFC 8017, 5.1.1, RSAEP.
    """
    numbers = key.public_numbers()
    clear = int.from_bytes(data, "big")
    if clear >= numbers.n:
        raise FormatError(
            f"{len(data)} octets are no number below the modulus of {key.key_size} bits",
            category="data_length",
            hint="pad them to the length of the modulus, with a zero octet first",
        )
    return pow(clear, numbers.e, numbers.n).to_bytes(key.key_size // 8, "big")


def decrypt_unpadded(key: rsa.RSAPrivateKey, data: bytes) -> bytes:
    """Decrypt without looking at padding; as long as the modulus, with the zeros on the left.

    The library has no such operation, and Python's arithmetic takes a time that depends on the numbers: enough for a
    rehearsal, and not for a key that others must not learn.

    Raises:
        FormatError: category data_length: not as long as the modulus, or not below it.

    Source: RFC 8017, 5.1.2, RSADP, by the Chinese remainder theorem.
    """
    size = key.key_size // 8
    numbers = key.private_numbers()
    enciphered = int.from_bytes(data, "big")
    if len(data) != size or enciphered >= numbers.public_numbers.n:
        raise _not_a_ciphertext(len(data), size)
    first = pow(enciphered, numbers.dmp1, numbers.p)
    second = pow(enciphered, numbers.dmq1, numbers.q)
    clear = second + numbers.q * ((first - second) * numbers.iqmp % numbers.p)
    return clear.to_bytes(size, "big")


def _not_a_ciphertext(length: int, size: int) -> FormatError:
    return FormatError(
        f"{length} octets are no ciphertext under a modulus of {size} octets",
        category="data_length",
        hint="an RSA ciphertext is as long as the modulus of its key",
    )
