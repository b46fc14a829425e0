"""Keys under a ZMK outside of key blocks: Thales's variant schemes (U, T), ANSI X9.17 (X, Y), single length (Z).

Each part is encrypted by itself in ECB; under U and T the ninth octet of the ZMK (in a ZMK of three parts, the first
one of the middle part) is varied for each part. Nothing authenticates such a key but its parity. Source:
nickntg/thalessimulatorlibrary, Variants.vb; known answers in tests/vectors/payshield.json.
"""

from __future__ import annotations

from functools import cache

from keyexchange.crypto import TdesKey
from keyexchange.secret import Secret

from ..errors import Refusal

SCHEME_VARIANTS = {16: (0xA6, 0x5A), 24: (0x6A, 0xDE, 0x2B), 8: (0x00,)}
"""By length of the key in octets, for each of its parts."""
LENGTHS = {"Z": 8, "U": 16, "X": 16, "T": 24, "Y": 24}
"""Octets of a key by its scheme."""
X9_17 = ("X", "Y")
_VARIED_OCTET = 8


class SchemeZmk:
    """A ZMK that wraps keys without a key block.

    Args:
        zmk: clear, 16 or 24 octets.
    """

    def __init__(self, zmk: Secret) -> None:
        self._zmk = zmk
        self._varied = cache(self._vary)

    def encrypt(self, scheme: str, key: Secret) -> str:
        """Hex digits with the scheme's tag; Z has none.

        Raises:
            Refusal: 27: the key has another length than the scheme's.
        """
        if len(key) != LENGTHS[scheme]:
            raise Refusal("27")
        octets = key.reveal()
        parts = (self._varied(variant).encrypt_ecb(octets[start : start + 8]) for start, variant in self._parts(scheme))
        return _tag(scheme) + b"".join(parts).hex().upper()

    def decrypt(self, text: str) -> Secret:
        """The clear key of a tagged cryptogram, with the parity that comes out."""
        scheme = text[0] if text[0] in LENGTHS else "Z"
        octets = bytes.fromhex(text.removeprefix(_tag(scheme)))
        parts = (self._varied(variant).decrypt_ecb(octets[start : start + 8]) for start, variant in self._parts(scheme))
        return Secret(b"".join(parts))

    @staticmethod
    def _parts(scheme: str) -> list[tuple[int, int]]:
        """Offset and variant of each part."""
        length = LENGTHS[scheme]
        variants = (0,) * 3 if scheme in X9_17 else SCHEME_VARIANTS[length]
        return list(zip(range(0, length, 8), variants, strict=False))

    def _vary(self, variant: int) -> TdesKey:
        octets = bytearray(self._zmk.reveal())
        octets[_VARIED_OCTET] ^= variant
        return TdesKey(Secret(bytes(octets)))


def _tag(scheme: str) -> str:
    return "" if scheme == "Z" else scheme
