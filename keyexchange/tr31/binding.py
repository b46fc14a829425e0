"""How a version binds header and key: which keys protect a block, and what its MAC covers.

| version | cipher | keys from the KBPK | MAC | covers | IV |
|---|---|---|---|---|---|
| A, C | TDES | XOR with 45.., 4D.. | CBC-MAC, 4 octets | header, ciphertext | header characters 0 to 7 |
| B | TDES | CMAC derivation | CMAC, 8 octets | header, plaintext | the MAC |
| D | AES | CMAC derivation | CMAC, 16 octets | header, plaintext | the MAC |

Source: ANSI X9.143:2021, 6.5 and 7; TR-31:2018, 5.3.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property

from keyexchange.crypto import AesKey, BlockCipherKey, TdesKey, block_cipher_kcv, block_cipher_key, tdes_strength, xor
from keyexchange.errors import FormatError
from keyexchange.keys import Kcv, KeyAlgorithm
from keyexchange.secret import Secret


@dataclass(frozen=True)
class Version:
    """What a version id means.

    Args:
        letter: algorithm of the KBPK, T or A.
        block: block size of the cipher, octets.
        mac: length of the MAC, octets.
        derives: keys are derived (B, D); else they are variants (A, C).
        kbpk_octets: lengths the KBPK may have.
    """

    letter: str
    block: int
    mac: int
    derives: bool
    kbpk_octets: tuple[int, ...]


VERSIONS = {
    "A": Version("T", 8, 4, derives=False, kbpk_octets=(8, 16, 24)),
    "B": Version("T", 8, 8, derives=True, kbpk_octets=(16, 24)),
    "C": Version("T", 8, 4, derives=False, kbpk_octets=(8, 16, 24)),
    "D": Version("A", 16, 16, derives=True, kbpk_octets=(16, 24, 32)),
}

_KBPK_OCTETS = {
    letter: {length for version in VERSIONS.values() if version.letter == letter for length in version.kbpk_octets}
    for letter in ("T", "A")
}

Keys = tuple[BlockCipherKey, BlockCipherKey]
"""Block encryption key and block authentication key."""

_ENCRYPTION, _AUTHENTICATION = 0, 1
_DERIVED_ALGORITHM = {("T", 16): 0, ("T", 24): 1, ("A", 16): 2, ("A", 24): 3, ("A", 32): 4}
"""Algorithm indicator in the derivation data. Source: X9.143:2021, tables 8 and 9."""
_CIPHERS: dict[str, type[BlockCipherKey]] = {"T": TdesKey, "A": AesKey}


def _derivation_data(letter: str, length: int) -> tuple[bytes, ...]:
    """What the CMACs are over that make, one after the other, the encryption key and then the authentication key.

    A counter from 1, the purpose, a zero, the algorithm indicator and the length in bits. Source: X9.143:2021, 6.5.2.2
    and 6.5.3.2.
    """
    indicator, blocks = _DERIVED_ALGORITHM[letter, length], -(-length // _CIPHERS[letter].block_size)
    return tuple(
        struct.pack(">BHxHH", counter, purpose, indicator, length * 8)
        for purpose in (_ENCRYPTION, _AUTHENTICATION)
        for counter in range(1, blocks + 1)
    )


_DERIVATIONS = {sized: _derivation_data(*sized) for sized in _DERIVED_ALGORITHM}
"""By algorithm and octets of the KBPK: there are five."""


class Kbpk:
    """A key block protection key: keeps the keys made from it and their cipher contexts.

    Args:
        letter: "T" or "A".
        key: the clear key.

    Raises:
        FormatError: category kbpk_length.
    """

    def __init__(self, letter: str, key: Secret) -> None:
        octets = len(key)
        if octets not in _KBPK_OCTETS.get(letter, ()):
            raise _wrong_length()
        self.letter = letter
        self.key = key
        self._octets = octets
        self._derived: Keys | None = None

    @cached_property
    def algorithm(self) -> KeyAlgorithm:
        """The sized algorithm.

        Raises:
            FormatError: category kbpk_length: a single DES key, which has no strength to speak of.
        """
        try:
            return KeyAlgorithm.of_symmetric(self.letter, len(self.key))
        except KeyError:
            raise _wrong_length() from None

    @cached_property
    def strength(self) -> int:
        """Bits of strength by the key's octets: less than `algorithm` has when a TDES key has equal parts.

        Raises:
            FormatError: category kbpk_length: a single DES key.
        """
        return self.algorithm.strength if self.letter == "A" else min(self.algorithm.strength, tdes_strength(self.key))

    @property
    def kcv(self) -> Kcv:
        """Check value of the KBPK itself."""
        return block_cipher_kcv(block_cipher_key(self.letter, self.key))

    def keys(self, version: Version) -> Keys:
        """Block encryption key and block authentication key of a version.

        Raises:
            FormatError: category kbpk_length: a version whose blocks this KBPK cannot protect.
        """
        if version.letter != self.letter or self._octets not in version.kbpk_octets:
            raise _wrong_length()
        if not version.derives:
            return self._variants
        if self._derived is None:
            self._derived = _derive(self.letter, self.key, self._octets)
        return self._derived

    @cached_property
    def _variants(self) -> Keys:
        octets, size = self.key.reveal(), len(self.key)
        return TdesKey(Secret(xor(octets, b"\x45" * size))), TdesKey(Secret(xor(octets, b"\x4d" * size)))


def _derive(letter: str, key: Secret, length: int) -> Keys:
    make = _CIPHERS[letter]
    octets = make(key).cmacs(_DERIVATIONS[letter, length])
    half = len(octets) // 2
    return make(Secret(octets[:length])), make(Secret(octets[half : half + length]))


def seal(version: Version, keys: Keys, header: bytes, content: bytes) -> tuple[bytes, bytes]:
    """Encrypt and authenticate.

    Args:
        header: the header's characters, optional blocks included.
        content: key length, key and padding; a multiple of the block.

    Returns:
        Ciphertext and MAC.
    """
    encryption, authentication = keys
    if version.derives:
        mac = authentication.cmac(header + content)
        return encryption.encrypt_cbc(mac, content), mac
    ciphertext = encryption.encrypt_cbc(header[: version.block], content)
    return ciphertext, authentication.cbc_mac(header + ciphertext)[: version.mac]


def open_sealed(version: Version, keys: Keys, header: bytes, ciphertext: bytes, mac: bytes) -> tuple[bytes, bytes]:
    """Decrypt, and compute the MAC that should stand there. The caller compares before it uses the content."""
    encryption, authentication = keys
    if version.derives:
        content = encryption.decrypt_cbc(mac, ciphertext)
        return content, authentication.cmac(header + content)
    expected = authentication.cbc_mac(header + ciphertext)[: version.mac]
    return encryption.decrypt_cbc(header[: version.block], ciphertext), expected


def _wrong_length() -> FormatError:
    return FormatError(
        "the key block protection key has not the algorithm or length of this key block version",
        category="kbpk_length",
        hint="versions A, B and C take a TDES key, version D an AES key",
    )
