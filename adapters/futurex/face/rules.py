"""What a command needs of a key: usage, mode, exportability, strength. The error numbers are the list's nearest."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa

from keyexchange import tr31
from keyexchange.crypto import block_cipher_kcv, block_cipher_key
from keyexchange.errors import FormatError, RuleError
from keyexchange.keys import Exportability, KeyAlgorithm, require_kek_strength
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk

from ..errors import Refusal
from ..keys import is_cryptogram
from ..keys.pmk import PublicKey
from .device import Device

WRAPPING_USAGES = ("K0", "K1")
_SYMMETRIC = ("T", "A")
_NO_SLOT, _INVALID_BLOCK, _WRONG_TYPE, _TOO_STRONG = "07", "48", "63", "64"
_SLOT = "BD"


@dataclass(frozen=True)
class OpenKey:
    """A symmetric key taken from under the PMK."""

    header: Header
    key: Secret

    @property
    def algorithm(self) -> KeyAlgorithm:
        """The sized algorithm.

        Raises:
            Refusal: 63: neither TDES of two or three keys nor AES.
        """
        try:
            return KeyAlgorithm.of_symmetric(self.header.algorithm, len(self.key))
        except KeyError:
            raise Refusal(_WRONG_TYPE) from None


def open_key(device: Device, text: str) -> OpenKey:
    """A symmetric key as a command gives it.

    Raises:
        Refusal: 48: not a block under this PMK; 06: a cryptogram, and no MFK is loaded; 07: a slot, and all are empty;
            63: a block of an asymmetric key.
    """
    if text.startswith(_SLOT):
        raise Refusal(_NO_SLOT)
    if is_cryptogram(text):
        _ = device.mfk  # not loaded: says so
        raise Refusal(_INVALID_BLOCK)
    header, key = device.pmk.open(text)
    if header.algorithm not in _SYMMETRIC:
        raise Refusal(_WRONG_TYPE)
    return OpenKey(header, key)


def open_kek(device: Device, text: str, modes: str) -> Kbpk:
    """A key that wraps keys.

    Args:
        modes: the modes of use of which it must have one; N goes without saying.

    Raises:
        Refusal: as `open_key`, and 63: usage or mode is another's.
    """
    kek = open_key(device, text)
    if kek.header.key_usage not in WRAPPING_USAGES or kek.header.mode_of_use not in modes + "N":
        raise Refusal(_WRONG_TYPE)
    require_length(kek)
    return Kbpk(kek.header.algorithm, kek.key)


def require_length(key: OpenKey) -> KeyAlgorithm:
    """Refuse a key that has no length of its algorithm; see `OpenKey.algorithm`."""
    return key.algorithm


def require_exportable(key: OpenKey) -> None:
    """Refuse exportability N.

    Raises:
        Refusal: 63.
    """
    if key.header.exportability == Exportability.N:
        raise Refusal(_WRONG_TYPE)


def require_strength(kek: KeyAlgorithm, key: OpenKey, *, strength: int | None = None) -> None:
    """Refuse a KEK that is weaker than the key.

    Args:
        strength: bits, by the KEK's octets where they are known.

    Raises:
        Refusal: 64.
    """
    try:
        require_kek_strength(kek, key.algorithm, kek_strength=strength)
    except RuleError:
        raise Refusal(_TOO_STRONG) from None


def check_digits(device: Device, letter: str, key: Secret) -> str:
    """Check value of a TDES or AES key, as many digits as are set."""
    return block_cipher_kcv(block_cipher_key(letter, key), device.options.check_digit_length).digits


def read_header(text: str, letter: str) -> Header:
    """The header that a host gives for a new key of an algorithm.

    Raises:
        Refusal: 48: not a header of version D without optional blocks; 63: another algorithm.
    """
    try:
        header, length = tr31.parse_header(text)
    except FormatError:
        raise Refusal(_INVALID_BLOCK) from None
    if header.version_id != "D" or header.optional_blocks or length != len(text) or header.proprietary:
        raise Refusal(_INVALID_BLOCK)
    if header.algorithm != letter:
        raise Refusal(_WRONG_TYPE)
    return header


def trusted_key(device: Device, text: str, mode: str) -> PublicKey:
    """A trusted public key of a mode of use.

    Raises:
        Refusal: 57: it is none; 63: of another mode.
    """
    header, key = device.pmk.open_public(text)
    if header.mode_of_use != mode:
        raise Refusal(_WRONG_TYPE)
    return key


def private_rsa_key(device: Device, text: str, usage: str) -> rsa.RSAPrivateKey:
    """An RSA private key of a usage.

    Raises:
        Refusal: 58: it is none; 63: of another usage, or of an elliptic curve.
    """
    header, key = device.pmk.open_private(text)
    if header.key_usage != usage or not isinstance(key, rsa.RSAPrivateKey):
        raise Refusal(_WRONG_TYPE)
    return key
