"""The platform master key: an AES key under which every key leaves the HSM, in a TR-31 block of version D.

Symmetric keys are such blocks by AWS's scripts. What an asymmetric key looks like is not public: here it is such a
block too, with PKCS#8 or SubjectPublicKeyInfo inside, usage and mode by what it was made for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from keyexchange import tr31
from keyexchange.errors import FormatError, RuleError
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk

from ..errors import Refusal

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

VERSION = "D"
_INVALID_BLOCK, _WRONG_TYPE, _TOO_STRONG = "48", "63", "64"
_INVALID_PRIVATE, _INVALID_PUBLIC = "58", "57"
_KEPT_KEYS = 256


@dataclass(frozen=True)
class Pair:
    """What a mode of use makes of an asymmetric key.

    Args:
        usage: key usage of both blocks.
        private, public: modes of use in their blocks.
    """

    usage: str
    private: str
    public: str


PAIRS = {
    "G": Pair("S0", private="G", public="V"),
    "V": Pair("S0", private="G", public="V"),
    "X": Pair("K3", private="X", public="X"),
    "D": Pair("K2", private="D", public="E"),
}
"""By CZ. A convention; the usage letters are X9.143's."""


class Pmk:
    """A platform master key. Opened keys are kept, since a host sends the same ones again and again.

    Args:
        key: the clear key; AES.
    """

    def __init__(self, key: Secret) -> None:
        self._kbpk = Kbpk("A", key)
        self.open = lru_cache(_KEPT_KEYS)(self._open)
        self.open_private = lru_cache(_KEPT_KEYS)(self._open_private)
        self.open_public = lru_cache(_KEPT_KEYS)(self._open_public)

    @property
    def check_value(self) -> str:
        """Six hex digits of its CMAC."""
        return self._kbpk.kcv.digits

    def wrap(self, header: Header, key: Secret) -> str:
        """A symmetric key under the PMK.

        Raises:
            Refusal: 63: the header is not one of X9.143, or the key does not fit it; 64: stronger than the PMK.
        """
        try:
            return tr31.wrap(self._kbpk, header, key)
        except RuleError as error:
            raise Refusal(_TOO_STRONG if error.rule == "kek-strength" else _WRONG_TYPE) from None
        except FormatError:
            raise Refusal(_WRONG_TYPE) from None

    def _open(self, block: str) -> tuple[Header, Secret]:
        """A symmetric key from under the PMK.

        Raises:
            Refusal: 48.
        """
        try:
            content = tr31.unwrap(self._kbpk, block)
        except FormatError:
            raise Refusal(_INVALID_BLOCK) from None
        return content.header, content.key

    def wrap_private(self, key: PrivateKey, mode: str) -> str:
        """A private key under the PMK.

        Args:
            mode: CZ, one of `PAIRS`.
        """
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return self._wrap_der(_letter(key.public_key()), PAIRS[mode].usage, PAIRS[mode].private, "N", der)

    def wrap_public(self, key: PublicKey, mode: str) -> str:
        """A trusted public key under the PMK.

        Args:
            mode: CZ, one of `PAIRS`.
        """
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return self._wrap_der(_letter(key), PAIRS[mode].usage, PAIRS[mode].public, "E", der)

    def _open_private(self, block: str) -> tuple[Header, PrivateKey]:
        """A private key from under the PMK.

        Raises:
            Refusal: 58: it is none, or not under this PMK.
        """
        header, der = self._opened(block, _INVALID_PRIVATE)
        try:
            # it was made by this HSM and authenticated since, so its numbers need not be checked again
            key = load_der_private_key(der.reveal(), None, unsafe_skip_rsa_key_validation=True)
        except (ValueError, UnsupportedAlgorithm):
            raise Refusal(_INVALID_PRIVATE) from None
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise Refusal(_INVALID_PRIVATE)
        return header, key

    def _open_public(self, block: str) -> tuple[Header, PublicKey]:
        """A trusted public key from under the PMK.

        Raises:
            Refusal: 57: it is none, or not under this PMK.
        """
        header, der = self._opened(block, _INVALID_PUBLIC)
        try:
            key = load_der_public_key(der.reveal())
        except (ValueError, UnsupportedAlgorithm):
            raise Refusal(_INVALID_PUBLIC) from None
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            raise Refusal(_INVALID_PUBLIC)
        return header, key

    def _opened(self, block: str, number: str) -> tuple[Header, Secret]:
        try:
            content = tr31.unwrap(self._kbpk, block)
        except FormatError:
            raise Refusal(number) from None
        return content.header, content.key

    def _wrap_der(self, letter: str, usage: str, mode: str, exportability: str, der: bytes) -> str:
        header = Header(VERSION, usage, letter, mode, "00", exportability)
        # mode G of a signature key is the HSM's own letter, X9.143 has S; and it has no blocks of public keys
        return tr31.wrap(self._kbpk, header, Secret(der), odd_header=True, odd_key=True)


def _letter(key: PublicKey) -> str:
    return "R" if isinstance(key, rsa.RSAPublicKey) else "E"
