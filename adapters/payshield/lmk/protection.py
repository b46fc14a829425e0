"""How a Thales key block protects its content, under an LMK or under a ZMK.

| version | under | keys | cipher | MAC |
|---|---|---|---|---|
| 0 | 3DES | XOR with 45.., 4D.. | CBC, IV = header characters 0 to 7 | CBC-MAC, left 4 octets |
| 1 | AES | CMAC derivation as X9.143 version D | CBC, IV = header characters 0 to 15 | CMAC, left 8 octets |

The MAC covers header, optional blocks and encrypted octets. The keys are those of TR-31 versions A and D. Source: more
than thirty recorded blocks, opened under the published test LMKs (tests/vectors/payshield.json holds some).
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass

from keyexchange.crypto import BlockCipherKey
from keyexchange.secret import Secret
from keyexchange.tr31 import VERSIONS, Kbpk

from ..errors import Refusal


@dataclass(frozen=True)
class BlockVersion:
    """What a version id means.

    Args:
        letter: algorithm of the protecting key.
        size: block size of its cipher, octets.
        mac: length of the MAC, octets.
        derivation: the TR-31 version whose keys it uses.
        chained: the MAC is a CBC-MAC; else a CMAC.
    """

    letter: str
    size: int
    mac: int
    derivation: str
    chained: bool


BLOCK_VERSIONS = {
    "0": BlockVersion("T", 8, 4, "A", chained=True),
    "1": BlockVersion("A", 16, 8, "D", chained=False),
}
_VERSION_OF = {version.letter: version_id for version_id, version in BLOCK_VERSIONS.items()}


class Protection:
    """The keys of one LMK or ZMK for Thales key blocks; keeps their contexts.

    Args:
        kbpk: the LMK or ZMK.
    """

    def __init__(self, kbpk: Kbpk) -> None:
        self.version_id = _VERSION_OF[kbpk.letter]
        self.version = BLOCK_VERSIONS[self.version_id]
        self._encryption, self._authentication = kbpk.keys(VERSIONS[self.version.derivation])

    @property
    def encryption(self) -> BlockCipherKey:
        """The key that encrypts."""
        return self._encryption

    def padding_length(self, length: int) -> int:
        """How many octets are missing to whole cipher blocks."""
        return -length % self.version.size

    def encrypt(self, header: bytes, content: bytes) -> bytes:
        """Encrypt whole cipher blocks."""
        return self._encryption.encrypt_cbc(header[: self.version.size], content)

    def decrypt(self, header: bytes, ciphertext: bytes) -> Secret:
        """Decrypt; the caller has verified the MAC.

        Raises:
            Refusal: A4: not whole cipher blocks.
        """
        if not ciphertext or len(ciphertext) % self.version.size:
            raise Refusal("A4")
        return Secret(self._encryption.decrypt_cbc(header[: self.version.size], ciphertext))

    def mac(self, covered: bytes) -> bytes:
        """The MAC as octets.

        Raises:
            Refusal: A4: not whole cipher blocks.
        """
        key: BlockCipherKey = self._authentication
        if len(covered) % self.version.size:
            raise Refusal("A4")
        return (key.cbc_mac(covered) if self.version.chained else key.cmac(covered))[: self.version.mac]

    def verify(self, covered: bytes, mac: bytes) -> None:
        """Compare a MAC, upper-case hex digits, in constant time.

        Raises:
            Refusal: A4.
        """
        if not hmac.compare_digest(self.mac(covered).hex().upper().encode("ascii"), mac):
            raise Refusal("A4")


def random_padding(length: int) -> bytes:
    """Padding that tells nothing."""
    return os.urandom(length)
