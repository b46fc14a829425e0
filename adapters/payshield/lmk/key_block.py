"""A key-block LMK: an AES or 3DES key that protects Thales key blocks."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import rsa

from keyexchange.crypto import AesKey
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk

from ..errors import Refusal
from . import blocks, rsa_numbers
from .pins import BlockPins, DigitPins, PinStore
from .protection import Protection
from .published import AES_LMK, TDES_CHECK_VALUE, TDES_LMK

_KEPT_PRIVATE_KEYS = 32


class KeyBlockLmk:
    """Wraps and unwraps keys; keeps the derived keys, and the RSA private keys used last.

    Args:
        identifier: two digits, also in every block's header.
        letter: "A" or "T".
        key: the clear LMK.
        check_value: what NC shows, six hex digits.
        any_identifier: take blocks of any LMK identifier ("Ignore LMK ID in key block header").
    """

    def __init__(
        self, identifier: str, letter: str, key: Secret, check_value: str, *, any_identifier: bool = False
    ) -> None:
        self.identifier = identifier
        self.any_identifier = any_identifier
        self.letter = letter
        self.check_value = check_value
        self._protection = Protection(Kbpk(letter, key))
        encryption = self._protection.encryption
        self.pins: PinStore = BlockPins(encryption) if letter == "A" else DigitPins(encryption)
        self._loaded = lru_cache(_KEPT_PRIVATE_KEYS)(self._load)

    @property
    def longest_rsa(self) -> int:
        """Bits of the longest RSA key that this LMK protects; a longer one is refused with 48."""
        return 2048 if self.letter == "T" else 4096

    @classmethod
    def aes_test(cls, identifier: str = "00", *, any_identifier: bool = False) -> KeyBlockLmk:
        """The published AES test LMK. Its check value is the CMAC of nothing, not X9.24's."""
        key = Secret(bytes.fromhex(AES_LMK))
        check_value = AesKey(key).cmac(b"").hex()[:6].upper()
        return cls(identifier, "A", key, check_value, any_identifier=any_identifier)

    @classmethod
    def tdes_test(cls, identifier: str = "01", *, any_identifier: bool = False) -> KeyBlockLmk:
        """The published 3DES test LMK."""
        key = Secret(bytes.fromhex(TDES_LMK))
        return cls(identifier, "T", key, TDES_CHECK_VALUE, any_identifier=any_identifier)

    def wrap(self, header: Header, key: Secret, *, padding: bytes | None = None) -> str:
        """A symmetric key under this LMK.

        Raises:
            Refusal: 48: a 3DES LMK does not hold AES keys.
        """
        if self.letter == "T" and header.algorithm == "A":
            raise Refusal("48")
        return blocks.wrap_symmetric(self._protection, self._own(header), key, padding=padding)

    def unwrap(self, text: str) -> tuple[Header, Secret]:
        """Header and key of a block under this LMK.

        Raises:
            Refusal: A1, A3 (another LMK identifier), A4, A5, AC, B2.
        """
        header, key = blocks.unwrap_symmetric(self._protection, text)
        self._require_own(header)
        return header, key

    def wrap_private(self, header: Header, key: rsa.RSAPrivateKey, *, padding: bytes | None = None) -> bytes:
        """An RSA private key of at most `longest_rsa` bits under this LMK."""
        return blocks.wrap_private(self._protection, self._own(header), rsa_numbers.sequence(key), padding=padding)

    def unwrap_private(self, block: bytes) -> tuple[Header, rsa.RSAPrivateKey]:
        """Header and RSA private key of a block under this LMK.

        Raises:
            Refusal: 49, A1, A3, A4, A6, AC, B2.
        """
        return self._loaded(block)

    def wrap_public(self, header: Header, der: bytes) -> bytes:
        """An RSA public key, authenticated by this LMK."""
        return blocks.wrap_public(self._protection, self._own(header), der)

    def unwrap_public(self, block: bytes) -> tuple[Header, bytes]:
        """Header and DER (with padding) of a public key that this LMK authenticated.

        Raises:
            Refusal: A1, A3, A4, A6, AC, B2.
        """
        header, body = blocks.unwrap_public(self._protection, block)
        self._require_own(header)
        return header, body

    def _load(self, block: bytes) -> tuple[Header, rsa.RSAPrivateKey]:
        header, sequence = blocks.unwrap_private(self._protection, block)
        self._require_own(header)
        return header, rsa_numbers.load_sequence(sequence)

    def _own(self, header: Header) -> Header:
        return replace(header, reserved=self.identifier)

    def _require_own(self, header: Header) -> None:
        if header.reserved != self.identifier and not self.any_identifier:
            raise Refusal("A3")
