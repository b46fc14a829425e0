"""Block cipher keys that keep their contexts.

Making a context costs ten to thirty times what a block costs on a kept one (docs/explanation/speed.md), so a key
object makes each context once. The contexts are used for whole blocks only and hold no chaining state, so one key
object serves any number of messages; CBC is done here over ECB and is therefore meant for key blocks of a few
blocks, not for bulk data.
"""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import ClassVar

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm, Cipher, CipherAlgorithm, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from cryptography.hazmat.primitives.cmac import CMAC

from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret

_WHOLE_MESSAGE = 512
"""From this many octets on, a context of its own is cheaper than a loop over blocks."""


class BlockCipherKey:
    """A TDES or AES key. Use `TdesKey` or `AesKey`.

    Args:
        key: the clear key.
    """

    block_size: ClassVar[int]

    def __init__(self, key: Secret) -> None:
        self.secret = key
        self._algorithm = self._load(key.reveal())

    def _load(self, octets: bytes) -> CipherAlgorithm:
        raise NotImplementedError

    @property
    def algorithm(self) -> KeyAlgorithm:
        """The sized algorithm.

        Raises:
            KeyError: a single DES key, which has no name in APC.
        """
        raise NotImplementedError

    @cached_property
    def _ecb_encryptor(self) -> CipherContext:
        return Cipher(self._algorithm, ECB()).encryptor()

    @cached_property
    def _ecb_decryptor(self) -> CipherContext:
        return Cipher(self._algorithm, ECB()).decryptor()

    @cached_property
    def _cmac(self) -> CMAC:
        assert isinstance(self._algorithm, BlockCipherAlgorithm)
        return CMAC(self._algorithm)

    def encrypt_ecb(self, octets: bytes) -> bytes:
        """Encrypt whole blocks, each by itself."""
        return self._ecb_encryptor.update(octets)

    def decrypt_ecb(self, octets: bytes) -> bytes:
        """Decrypt whole blocks, each by itself."""
        return self._ecb_decryptor.update(octets)

    def encrypt_cbc(self, iv: bytes, octets: bytes) -> bytes:
        """Encrypt whole blocks in CBC mode; no padding."""
        if len(octets) >= _WHOLE_MESSAGE:
            context = Cipher(self._algorithm, CBC(iv)).encryptor()
            return context.update(octets) + context.finalize()
        size, encrypt, from_bytes = self.block_size, self._ecb_encryptor.update, int.from_bytes
        chain = from_bytes(iv, "big")
        out = bytearray()
        for start in range(0, len(octets), size):
            block = encrypt((from_bytes(octets[start : start + size], "big") ^ chain).to_bytes(size, "big"))
            out += block
            chain = from_bytes(block, "big")
        return bytes(out)

    def decrypt_cbc(self, iv: bytes, octets: bytes) -> bytes:
        """Decrypt whole blocks in CBC mode; no padding."""
        chain = iv + octets[: -self.block_size]
        return xor(self._ecb_decryptor.update(octets), chain)

    def cmac(self, octets: bytes) -> bytes:
        """CMAC, a whole block. Source: NIST SP 800-38B."""
        mac = self._cmac.copy()
        mac.update(octets)
        return mac.finalize()

    def cbc_mac(self, octets: bytes) -> bytes:
        """The last block of a CBC encryption under a zero IV; whole blocks only (ISO 9797-1 algorithm 1)."""
        return self.encrypt_cbc(bytes(self.block_size), octets)[-self.block_size :]


class TdesKey(BlockCipherKey):
    """A single, double or triple length DES key; 8, 16 or 24 octets.

    This is the one place that expands shorter keys to K1|K2|K3: `cryptography` deprecates doing so by itself.
    """

    block_size = 8

    def _load(self, octets: bytes) -> CipherAlgorithm:
        if len(octets) not in (8, 16, 24):
            raise ValueError("a DES key has 8, 16 or 24 octets")
        with warnings.catch_warnings():
            # K1 = K2 = K3 (single DES, which old key types still are) makes the library warn about each such key.
            warnings.simplefilter("ignore")
            return TripleDES((octets * 3)[:24] if len(octets) < 24 else octets)

    @property
    def algorithm(self) -> KeyAlgorithm:
        return KeyAlgorithm.of_symmetric("T", len(self.secret))


class AesKey(BlockCipherKey):
    """An AES key; 16, 24 or 32 octets."""

    block_size = 16

    def _load(self, octets: bytes) -> CipherAlgorithm:
        return AES(octets)

    @property
    def algorithm(self) -> KeyAlgorithm:
        return KeyAlgorithm.of_symmetric("A", len(self.secret))


def block_cipher_key(letter: str, key: Secret) -> BlockCipherKey:
    """The key object for a header's algorithm letter: T or D, A.

    Raises:
        ValueError: another letter, or a length the algorithm does not have.
    """
    if letter in ("T", "D"):
        return TdesKey(key)
    if letter == "A":
        return AesKey(key)
    raise ValueError(f"no block cipher is named {letter!r}")


def xor(left: bytes, right: bytes) -> bytes:
    """XOR of two strings of one length."""
    return (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).to_bytes(len(left), "big")


def odd_parity(octets: bytes) -> bytes:
    """The same DES key with the lowest bit of every octet set for odd parity. Source: FIPS 46-3."""
    return octets.translate(_ODD)


def has_odd_parity(octets: bytes) -> bool:
    """Whether every octet has odd parity."""
    return octets.translate(_ODD) == octets


_ODD = bytes(b & 0xFE | ((b >> 1).bit_count() & 1 ^ 1) for b in range(256))
