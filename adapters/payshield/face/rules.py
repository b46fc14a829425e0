"""What a command needs of an LMK, whatever its kind. Each kind has its own rules and its own error codes.

A key-block LMK answers with codes A1 to BE, a variant LMK with 04, 10, 11 and 26 to 29. Where no public source gives a
code, the choice is ours; the declarations in `commands` list those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from keyexchange.crypto import BlockCipherKey, block_cipher_kcv, block_cipher_key, is_single_des
from keyexchange.errors import FormatError, RuleError
from keyexchange.keys import KeyAlgorithm, require_kek_strength
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk

from ..commands import (
    ExportKey,
    ExportTr34,
    GenerateEccPair,
    GenerateKey,
    GenerateKeyPair,
    ImportPublicKey,
    TranslatePrivateKey,
)
from ..errors import Refusal
from ..fields import PrivateKey, PublicKey
from ..lmk.pins import PinStore

Exporting = ExportKey | ExportTr34 | GenerateKey
"""Commands that say, in their tail, what the exported block's header shall be."""


@dataclass(frozen=True)
class OpenKey:
    """A symmetric key taken from under an LMK.

    Args:
        letter: algorithm: A, T, or D for single DES.
        key: the clear key.
        wraps: it is a ZMK (or another key that wraps keys).
        header: of its key block; None under a variant LMK.
        key_type: three characters; FFF under a key-block LMK.
    """

    letter: str
    key: Secret
    wraps: bool
    key_type: str
    header: Header | None = None

    @property
    def kcv(self) -> str:
        """Six hex digits."""
        return block_cipher_kcv(self.cipher).digits

    @property
    def authority(self) -> str:
        """What the name of an authorised activity says of it: its type, or its usage under a key-block LMK."""
        return self.header.key_usage if self.header is not None else self.key_type

    @property
    def cipher(self) -> BlockCipherKey:
        """The key as a key object."""
        return block_cipher_key(self.letter, self.key)


@dataclass(frozen=True)
class ArrivedKey:
    """A key that is to come under the LMK.

    Args:
        letter: algorithm: A, T, or D for single DES.
        key: the clear key.
        key_type: as the command states it.
        scheme: key scheme that the command asks for.
        header: what its block shall say; None where the command tells nothing. A variant LMK needs none.
    """

    letter: str
    key: Secret
    key_type: str
    scheme: str
    header: Header | None


@dataclass(frozen=True)
class Purpose:
    """What a data command needs of a key.

    Args:
        usages: in a key block, of which it has one.
        modes: modes of use, of which it has one; N, no restriction, goes without saying.
        key_type: under a variant LMK.
        separated_type: instead of it, while key type 002 separation is enforced.
    """

    usages: frozenset[str]
    modes: str
    key_type: str
    separated_type: str | None = None


class LmkRules(Protocol):
    """One loaded LMK, with the rules of its kind."""

    identifier: str
    check_value: str
    too_weak: str
    """Error code for a ZMK that is weaker than the key."""
    holds_blocks: bool
    """Keys lie under it in key blocks."""
    pins: PinStore
    """PINs under it."""
    longest_rsa: int
    """Bits of the longest RSA key that the LMK protects."""

    def new_key(self, request: GenerateKey) -> tuple[str, OpenKey]:
        """Make a random key; returns it under the LMK, and open."""

    def open_key(self, key_type: str, text: str, *, parity: str) -> OpenKey:
        """Open a key; `parity` is the code for a wrong one."""

    def open_zmk(self, text: str, *, unwraps: bool = False) -> Kbpk:
        """Open a key for wrapping others, or for unwrapping them, if it may do so."""

    def open_working_key(self, text: str, purpose: Purpose, *, parity: str) -> OpenKey:
        """Open a key for a data command, if it is for that."""

    def keep(self, arrived: ArrivedKey) -> tuple[str, OpenKey]:
        """Put a key under the LMK; returns it under the LMK, and open."""

    def type_for(self, key_type: str, header: Header | None) -> str:
        """The type under this LMK of a key that has this type and header under an old one."""

    def arriving_header(self, key_type: str, header: Header, changed_usage: str | None) -> Header:
        """The header for a key that came in a block, if it goes with the key type."""

    def export_header(self, key: OpenKey, request: Exporting, version_id: str) -> Header:
        """The TR-31 header under which the key leaves."""

    def thales_header(self, key: OpenKey, request: Exporting) -> Header:
        """The header of a Thales block under which the key leaves."""

    def keep_private_key(self, key: rsa.RSAPrivateKey, request: GenerateKeyPair) -> PrivateKey:
        """Put a new RSA private key under the LMK."""

    def signing_key(self, private_key: PrivateKey) -> rsa.RSAPrivateKey:
        """Open an RSA private key, if it may sign."""

    def decrypting_key(self, private_key: PrivateKey) -> rsa.RSAPrivateKey:
        """Open an RSA private key, if it may manage keys."""

    def move_private_key(self, private_key: PrivateKey, old: LmkRules, request: TranslatePrivateKey) -> PrivateKey:
        """Put an RSA private key that is under an old LMK under this one."""

    def private_header(self, private_key: PrivateKey) -> tuple[Header | None, rsa.RSAPrivateKey]:
        """Open an RSA private key, whatever it may do; a variant LMK knows no header."""

    def keep_public_key(self, request: ImportPublicKey) -> bytes:
        """Authenticate a public key for later commands."""

    def public_key(self, public_key: PublicKey) -> bytes:
        """The DER of a public key that EO authenticated; padding may follow it."""

    def keep_agreeing_key(self, key: ec.EllipticCurvePrivateKey, request: GenerateEccPair) -> str:
        """Put a new ECC private key under the LMK."""

    def agreeing_key(self, text: str, curve: ec.EllipticCurve) -> ec.EllipticCurvePrivateKey:
        """Open an ECC private key, if it may agree on keys, and is of this curve."""


def require_distinct_parts(letter: str, key: Secret) -> None:
    """Refuse a TDES key whose parts are equal.

    Raises:
        Refusal: 75. Single-length keys that say so are not meant.
    """
    if letter == "T" and is_single_des(key):
        raise Refusal("75")


def require_strength(kek: KeyAlgorithm, key: OpenKey, *, code: str, strength: int | None = None) -> None:
    """Refuse a KEK that is weaker than the key; single DES is weaker than any.

    Args:
        strength: bits, by the KEK's octets where they are known.

    Raises:
        Refusal: the code.
    """
    try:
        require_kek_strength(kek, KeyAlgorithm.of_symmetric(key.letter, len(key.key)), kek_strength=strength)
    except KeyError:
        return
    except RuleError:
        raise Refusal(code) from None


def sized(kbpk: Kbpk) -> KeyAlgorithm:
    """The sized algorithm of a ZMK.

    Raises:
        Refusal: 27: a single-length ZMK.
    """
    try:
        return kbpk.algorithm
    except FormatError:
        raise Refusal("27") from None
