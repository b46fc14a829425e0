"""Key check values. Source: ANSI X9.24-1:2017 Annex A; payment HSMs show the first three octets."""

from __future__ import annotations

import hashlib
import hmac

from keyexchange.crypto.blocks import AesKey, BlockCipherKey, TdesKey
from keyexchange.keys import Kcv, KcvMethod, KeyAlgorithm
from keyexchange.secret import Secret


def tdes_kcv(key: TdesKey, digits: int = 6) -> Kcv:
    """First octets of the encryption of eight zero octets."""
    return Kcv(key.encrypt_ecb(bytes(8)).hex()[:digits], KcvMethod.ANSI_X9_24)


def aes_kcv(key: AesKey, digits: int = 6) -> Kcv:
    """First octets of the CMAC over sixteen zero octets."""
    return Kcv(key.cmac(bytes(16)).hex()[:digits], KcvMethod.CMAC)


def block_cipher_kcv(key: BlockCipherKey, digits: int = 6) -> Kcv:
    """The usual check value of a TDES or AES key."""
    return tdes_kcv(key, digits) if isinstance(key, TdesKey) else aes_kcv(_aes(key), digits)


def hmac_kcv(key: Secret, algorithm: KeyAlgorithm, digits: int = 6) -> Kcv:
    """First octets of the HMAC over an empty message. Several definitions exist; APC's is not published in figures."""
    hash_name = algorithm.value.removeprefix("HMAC_").lower()
    return Kcv(hmac.digest(key.reveal(), b"", hash_name).hex()[:digits], KcvMethod.HMAC)


def public_key_kcv(spki: bytes, digits: int = 6) -> Kcv:
    """First octets of the SHA-1 over the DER SubjectPublicKeyInfo of an asymmetric key."""
    return Kcv(hashlib.sha1(spki, usedforsecurity=False).hexdigest()[:digits], KcvMethod.SHA_1)


def key_kcv(algorithm: KeyAlgorithm, key: Secret, digits: int = 6) -> Kcv:
    """The usual check value of a symmetric key of any kind."""
    letter = algorithm.letter.value
    if letter == "H":
        return hmac_kcv(key, algorithm, digits)
    return block_cipher_kcv(TdesKey(key) if letter == "T" else AesKey(key), digits)


def _aes(key: BlockCipherKey) -> AesKey:
    assert isinstance(key, AesKey)
    return key
