"""A variant LMK: pairs of double-length DES keys, varied by key type and by scheme.

Encrypting a part of a key: take the pair of the key type; XOR its first octet with the type's variant; XOR its ninth
octet with the scheme's variant for that part; 3DES-ECB. Source: nickntg/thalessimulatorlibrary, Variants.vb; confirmed
with published cryptograms (tests/vectors/payshield.json).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from cryptography.hazmat.primitives.asymmetric import rsa

from keyexchange.crypto import TdesKey
from keyexchange.secret import Secret

from ..errors import Refusal
from . import rsa_numbers
from .key_types import PAIRS, PIN_PAIR, RSA_PRIVATE_TYPE, RSA_PUBLIC_MAC_TYPE
from .pins import DigitPins, PinStore
from .published import VARIANT_CHECK_VALUE, VARIANT_PAIRS
from .schemes import SCHEME_VARIANTS

_TYPE_VARIANTS = (0x00, 0xA6, 0x5A, 0x6A, 0xDE, 0x2B, 0x50, 0x74, 0x9C, 0xFA)
_TAGS = {8: "", 16: "U", 24: "T"}
_LENGTHS = {"U": 16, "T": 24}
_KEPT_PRIVATE_KEYS = 32


class VariantLmk:
    """Encrypts keys under LMK pairs; keeps the varied keys and their contexts.

    Args:
        identifier: two digits.
        pairs: pair name ("04-05") to 32 hex digits; the published test set when absent.
        check_value: what NC shows, six hex digits.
    """

    longest_rsa = 2048

    def __init__(
        self,
        identifier: str,
        pairs: Mapping[str, str] = VARIANT_PAIRS,
        check_value: str = VARIANT_CHECK_VALUE,
    ) -> None:
        self.identifier = identifier
        self.check_value = check_value
        self._pairs = {name: Secret(bytes.fromhex(octets)) for name, octets in pairs.items()}
        self._varied = cache(self._vary)  # the tables bound it: pairs times variants times parts
        self.pins: PinStore = DigitPins(TdesKey(self._pairs[PIN_PAIR]))
        self._loaded = lru_cache(_KEPT_PRIVATE_KEYS)(self._load)

    def encrypt(self, key_type: str, key: Secret) -> str:
        """The key with its scheme tag: none, U or T by its length of 8, 16 or 24 octets.

        Raises:
            Refusal: 04 for an unknown key type.
        """
        octets = key.reveal()
        parts = zip(SCHEME_VARIANTS[len(key)], range(0, len(key), 8), strict=True)
        cryptogram = b"".join(
            self._varied(key_type, scheme).encrypt_ecb(octets[start : start + 8]) for scheme, start in parts
        )
        return _TAGS[len(key)] + cryptogram.hex().upper()

    def decrypt(self, key_type: str, text: str) -> Secret:
        """The clear key of a tagged cryptogram. Nothing is authenticated: check its parity.

        Raises:
            Refusal: 04 for an unknown key type, 26 for a scheme that is none of an LMK.
        """
        length = _LENGTHS.get(text[0], 8)
        digits = text[1:] if text[0] in _LENGTHS else text
        if len(digits) != 2 * length:
            raise Refusal("26")
        octets = bytes.fromhex(digits)
        parts = zip(SCHEME_VARIANTS[length], range(0, length, 8), strict=True)
        return Secret(
            b"".join(self._varied(key_type, scheme).decrypt_ecb(octets[start : start + 8]) for scheme, start in parts)
        )

    def encrypt_private(self, key: rsa.RSAPrivateKey) -> bytes:
        """An RSA private key: five integers, zeros to whole blocks, CBC under pair 34-35.

        CONVENTION: a real payShield's inner format is not public; this one has its length (656 octets at 2048 bits).
        """
        content = rsa_numbers.integers(key).reveal()
        return self._varied(RSA_PRIVATE_TYPE, 0).encrypt_cbc(bytes(8), content + bytes(-len(content) % 8))

    def decrypt_private(self, cryptogram: bytes) -> rsa.RSAPrivateKey:
        """The RSA private key of such a cryptogram.

        Raises:
            Refusal: 49: it is none, 78: its length is none.
        """
        return self._loaded(cryptogram)

    def mac(self, octets: bytes) -> bytes:
        """Four octets over a public key.

        CONVENTION: ISO 9797-1 algorithm 1 with zero padding under pair 36-37; the real algorithm is not public.
        """
        return self._varied(RSA_PUBLIC_MAC_TYPE, 0).cbc_mac(octets + bytes(-len(octets) % 8))[:4]

    def _load(self, cryptogram: bytes) -> rsa.RSAPrivateKey:
        if not cryptogram or len(cryptogram) % 8:
            raise Refusal("78")
        content = self._varied(RSA_PRIVATE_TYPE, 0).decrypt_cbc(bytes(8), cryptogram)
        return rsa_numbers.load_integers(Secret(content))

    def _vary(self, key_type: str, scheme: int) -> TdesKey:
        variant, pair = key_type[:1], PAIRS.get(key_type[1:])
        if pair is None or not ("0" <= variant <= "9"):
            raise Refusal("04")
        octets = bytearray(self._pairs[pair].reveal())
        octets[0] ^= _TYPE_VARIANTS[int(variant)]
        octets[8] ^= scheme
        return TdesKey(Secret(bytes(octets)))
