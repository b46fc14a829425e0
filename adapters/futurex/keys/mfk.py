"""Keys under a TDES key and its variants: under the master file key (MFK), and as cryptograms under a KEK.

Each use of keys has a modifier. A part of eight octets of a key is encrypted in ECB mode under the TDES key, whose own
parts have eight times the modifier XORed to their first octet. Nothing tells whether a cryptogram was changed, but the
parity of the key inside.

Source: FelipeRodriguezFonte/CryptoCarver, FuturexMfkOperations.java, whose figures are reproduced in the tests.
Modifiers known from a public client: 1 PIN encryption keys, 4 PIN verification key pairs, 13 EMV master keys for MACs.
"""

from __future__ import annotations

from functools import lru_cache

from keyexchange.crypto import TdesKey, has_odd_parity, xor
from keyexchange.secret import Secret

from ..errors import Refusal
from ..tokens import HEX

CRYPTOGRAM_LENGTHS = (16, 32, 48)
"""Hex digits of single, double and triple length keys."""
_PART = 8
_STEP = 8
_MODIFIERS = 16
_PARITY_ERROR, _INVALID_KEY = "05", "48"


def is_cryptogram(text: str) -> bool:
    """Whether it looks like one: as many hex digits, upper case."""
    return len(text) in CRYPTOGRAM_LENGTHS and HEX.issuperset(text)


class VariantKey:
    """A TDES key under whose variants keys are encrypted.

    Args:
        key: 16 or 24 octets.
    """

    def __init__(self, key: Secret) -> None:
        self.secret = key
        self._variant = lru_cache(_MODIFIERS)(self._make_variant)

    def encrypt(self, key: Secret, modifier: int) -> str:
        """A key of 8, 16 or 24 octets as hex digits."""
        return self._variant(modifier).encrypt_ecb(key.reveal()).hex().upper()

    def decrypt(self, text: str, modifier: int) -> Secret:
        """The key of a cryptogram.

        Raises:
            Refusal: 48: no cryptogram; 05: of even parity, as a key under another MFK, KEK or modifier mostly is.
        """
        if not is_cryptogram(text):
            raise Refusal(_INVALID_KEY)
        key = Secret(self._variant(modifier).decrypt_ecb(bytes.fromhex(text)))
        if not has_odd_parity(key.reveal()):
            raise Refusal(_PARITY_ERROR)
        return key

    def _make_variant(self, modifier: int) -> TdesKey:
        mask = bytes([modifier * _STEP]) + bytes(_PART - 1)
        octets = self.secret.reveal()
        return TdesKey(Secret(xor(octets, mask * (len(octets) // _PART))))
