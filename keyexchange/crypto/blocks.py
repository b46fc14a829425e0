"""Block cipher keys that keep their contexts.

Making a context costs ten to thirty times what a block costs on a kept one (docs/explanation/speed.md), so a key
object makes each context once. The contexts are used for whole blocks only and hold no chaining state, so one key
object serves any number of messages; CBC is done here over ECB and is therefore meant for key blocks of a few
blocks, not for bulk data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import ClassVar

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm, Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from cryptography.hazmat.primitives.cmac import CMAC

from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret

_WHOLE_MESSAGE = 96
"""From this many octets on, a context of its own is cheaper than a loop over blocks."""

_FIRST_MESSAGE = 64
"""The same for a key that has no context yet: one that is derived for a single message never keeps any."""

_ECB = ECB()


class BlockCipherKey:
    """A TDES or AES key. Use `TdesKey` or `AesKey`.

    Args:
        key: the clear key.
    """

    block_size: ClassVar[int]
    _load: Callable[[bytes], BlockCipherAlgorithm]

    def __init__(self, key: Secret) -> None:
        self.secret = key
        self._algorithm = self._load(key.reveal())
        # Made when first asked for. Before Python 3.12 cached_property takes a lock, and a key that is used once (one
        # derived by ECDH) would spend more time on locks than on ciphers.
        self._kept_encryptor: CipherContext | None = None
        self._kept_decryptor: CipherContext | None = None
        self._kept_cmac: CMAC | None = None

    @property
    def algorithm(self) -> KeyAlgorithm:
        """The sized algorithm.

        Raises:
            KeyError: a single DES key, which has no name in APC.
        """
        raise NotImplementedError

    @property
    def cipher_algorithm(self) -> BlockCipherAlgorithm:
        """The key as the library has it, for modes that need a context to each message."""
        return self._algorithm

    def _encryptor(self) -> CipherContext:
        if self._kept_encryptor is None:
            self._kept_encryptor = Cipher(self._algorithm, _ECB).encryptor()
        return self._kept_encryptor

    def _decryptor(self) -> CipherContext:
        if self._kept_decryptor is None:
            self._kept_decryptor = Cipher(self._algorithm, _ECB).decryptor()
        return self._kept_decryptor

    def _cmac(self) -> CMAC:
        if self._kept_cmac is None:
            self._kept_cmac = CMAC(self._algorithm)
        return self._kept_cmac

    def encrypt_ecb(self, octets: bytes) -> bytes:
        """Encrypt whole blocks, each by itself."""
        return self._encryptor().update(octets)

    def decrypt_ecb(self, octets: bytes) -> bytes:
        """Decrypt whole blocks, each by itself."""
        return self._decryptor().update(octets)

    def encrypt_cbc(self, iv: bytes, octets: bytes) -> bytes:
        """Encrypt whole blocks in CBC mode; no padding."""
        if len(octets) >= (_WHOLE_MESSAGE if self._kept_encryptor else _FIRST_MESSAGE):
            context = Cipher(self._algorithm, CBC(iv)).encryptor()
            return context.update(octets) + context.finalize()
        size, encrypt, from_bytes = self.block_size, self._encryptor().update, int.from_bytes
        chain = from_bytes(iv, "big")
        out = bytearray()
        for start in range(0, len(octets), size):
            block = encrypt((from_bytes(octets[start : start + size], "big") ^ chain).to_bytes(size, "big"))
            out += block
            chain = from_bytes(block, "big")
        return bytes(out)

    def decrypt_cbc(self, iv: bytes, octets: bytes) -> bytes:
        """Decrypt whole blocks in CBC mode; no padding."""
        context = self._kept_decryptor or self._decryptor()
        decrypted, chain = context.update(octets), iv + octets[: -self.block_size]
        return (int.from_bytes(decrypted, "big") ^ int.from_bytes(chain, "big")).to_bytes(len(octets), "big")

    def cmac(self, octets: bytes) -> bytes:
        """CMAC, a whole block. Source: NIST SP 800-38B."""
        mac = (self._kept_cmac or self._cmac()).copy()
        mac.update(octets)
        return mac.finalize()

    def cmacs(self, messages: Iterable[bytes]) -> bytes:
        """The CMACs of several messages, one after the other; for a key that has nothing more to do."""
        *copied, last = messages
        context = CMAC(self._algorithm)
        macs = []
        for message in copied:
            mac = context.copy()
            mac.update(message)
            macs.append(mac.finalize())
        context.update(last)
        return b"".join([*macs, context.finalize()])

    def cbc_mac(self, octets: bytes) -> bytes:
        """The last block of a CBC encryption under a zero IV; whole blocks only (ISO 9797-1 algorithm 1)."""
        return self.encrypt_cbc(bytes(self.block_size), octets)[-self.block_size :]


class TdesKey(BlockCipherKey):
    """A single, double or triple length DES key; 8, 16 or 24 octets.

    This is the one place that expands shorter keys to K1|K2|K3: `cryptography` deprecates doing so by itself.
    """

    block_size = 8

    @staticmethod
    def _load(octets: bytes) -> BlockCipherAlgorithm:
        if len(octets) not in (8, 16, 24):
            raise ValueError("a DES key has 8, 16 or 24 octets")
        return TripleDES((octets * 3)[:24] if len(octets) < 24 else octets)

    @property
    def algorithm(self) -> KeyAlgorithm:
        return KeyAlgorithm.of_symmetric("T", len(self.secret))

    @cached_property
    def first_part(self) -> TdesKey:
        """Single DES under the first eight octets, under which retail MACs and card values chain their blocks."""
        return TdesKey(Secret(self.secret.reveal()[:8]))


class AesKey(BlockCipherKey):
    """An AES key; 16, 24 or 32 octets."""

    block_size = 16
    _load = staticmethod(AES)

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


def des_encrypt(key: bytes, block: bytes) -> bytes:
    """One block under a single DES key that is used this once, without the cost of a key object.

    Args:
        key: eight octets.
    """
    return Cipher(TripleDES(key * 3), _ECB).encryptor().update(block)


def tdes_encrypt(key: bytes, blocks: bytes) -> bytes:
    """Whole blocks under a double-length TDES key that is used this once, without the cost of a key object.

    Args:
        key: sixteen octets.
    """
    return Cipher(TripleDES(key + key[:8]), _ECB).encryptor().update(blocks)


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
