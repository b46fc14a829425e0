"""Data, not keys, under RSA: PKCS#1 v1.5 and OAEP with SHA-1, SHA-256 or SHA-512.

Keys are wrapped with `rsa.wrap_key`, which is stricter. PKCS#1 v1.5 and SHA-1 are here because data are still sent so.

Source: RFC 8017, 7.1 and 7.2; names: AWS Payment Cryptography Data Plane API Reference, AsymmetricEncryptionAttributes.
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
        raise FormatError(
            f"{len(data)} octets of ciphertext instead of {size}",
            category="data_length",
            hint="an RSA ciphertext is as long as the modulus of its key",
        )
    try:
        return key.decrypt(data, _SCHEMES[scheme])
    except ValueError:
        raise FormatError(
            "the data do not decrypt under this private key",
            category="decrypt_failed",
            hint="they were encrypted for another key or padded otherwise, or were changed on the way",
        ) from None
