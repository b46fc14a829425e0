"""Cryptographic primitives as the payment standards use them, over pyca cryptography."""

from keyexchange.crypto.blocks import (
    AesKey,
    BlockCipherKey,
    TdesKey,
    block_cipher_key,
    has_odd_parity,
    odd_parity,
    xor,
)
from keyexchange.crypto.kcv import aes_kcv, block_cipher_kcv, hmac_kcv, key_kcv, public_key_kcv, tdes_kcv
from keyexchange.crypto.strength import is_single_des, new_des_key, tdes_strength

__all__ = [
    "AesKey",
    "BlockCipherKey",
    "TdesKey",
    "aes_kcv",
    "block_cipher_kcv",
    "block_cipher_key",
    "has_odd_parity",
    "hmac_kcv",
    "is_single_des",
    "key_kcv",
    "new_des_key",
    "odd_parity",
    "public_key_kcv",
    "tdes_kcv",
    "tdes_strength",
    "xor",
]
