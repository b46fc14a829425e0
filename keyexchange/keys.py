"""What a key is, in the words of X9.143: usage, algorithm, mode of use, exportability, check value.

No key octets here. The tables are data: code, meaning. Source: ANSI X9.143:2021, tables 2 to 4 and 6 (key usage,
algorithm, mode of use, exportability); strengths: NIST SP 800-57 part 1 rev. 5, table 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from keyexchange.errors import RuleError


class _Coded(StrEnum):
    """An enum whose member is its code on the wire and carries its meaning."""

    meaning: str

    def __new__(cls, code: str, meaning: str) -> _Coded:
        member = str.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member


class KeyUsage(_Coded):
    """X9.143:2021, 6.3.1, table 2. Numeric codes are proprietary and are not members."""

    B0 = "B0", "BDK, base derivation key"
    B1 = "B1", "initial DUKPT key"
    B2 = "B2", "base key variant key (deprecated)"
    B3 = "B3", "key derivation key (not X9.24)"
    C0 = "C0", "CVK, card verification key"
    D0 = "D0", "symmetric key for data encryption"
    D1 = "D1", "asymmetric key for data encryption"
    D2 = "D2", "data encryption key for decimalisation table"
    D3 = "D3", "data encryption key for sensitive data"
    E0 = "E0", "EMV issuer master key: application cryptograms"
    E1 = "E1", "EMV issuer master key: secure messaging for confidentiality"
    E2 = "E2", "EMV issuer master key: secure messaging for integrity"
    E3 = "E3", "EMV issuer master key: data authentication code"
    E4 = "E4", "EMV issuer master key: dynamic numbers"
    E5 = "E5", "EMV issuer master key: card personalisation"
    E6 = "E6", "EMV issuer master key: other"
    E7 = "E7", "EMV asymmetric key pair for PIN encryption"
    I0 = "I0", "initialisation vector"
    I1 = "I1", "initialisation value"
    K0 = "K0", "key encryption or wrapping"
    K1 = "K1", "TR-31 / X9.143 key block protection key"
    K2 = "K2", "TR-34 asymmetric key"
    K3 = "K3", "asymmetric key for key agreement or key wrapping"
    K4 = "K4", "key block protection key, ISO 20038"
    M0 = "M0", "ISO 16609 MAC algorithm 1 (3DES)"
    M1 = "M1", "ISO 9797-1 MAC algorithm 1"
    M2 = "M2", "ISO 9797-1 MAC algorithm 2"
    M3 = "M3", "ISO 9797-1 MAC algorithm 3"
    M4 = "M4", "ISO 9797-1 MAC algorithm 4"
    M5 = "M5", "ISO 9797-1:1999 MAC algorithm 5"
    M6 = "M6", "ISO 9797-1:2011 MAC algorithm 5 / CMAC"
    M7 = "M7", "HMAC"
    M8 = "M8", "ISO 9797-1:2011 MAC algorithm 6"
    P0 = "P0", "PIN encryption"
    P1 = "P1", "PIN generation key"
    S0 = "S0", "asymmetric key pair for digital signature"
    S1 = "S1", "asymmetric key pair, CA key"
    S2 = "S2", "asymmetric key pair, not X9.24"
    V0 = "V0", "PIN verification, KPV, other algorithm"
    V1 = "V1", "PIN verification, IBM 3624"
    V2 = "V2", "PIN verification, Visa PVV"
    V3 = "V3", "PIN verification, X9.132 algorithm 1"
    V4 = "V4", "PIN verification, X9.132 algorithm 2"
    V5 = "V5", "PIN verification, X9.132 algorithm 3"


class Algorithm(_Coded):
    """X9.143:2021, 6.3.2, table 3."""

    A = "A", "AES"
    D = "D", "DEA (single DES)"
    E = "E", "elliptic curve"
    H = "H", "HMAC"
    R = "R", "RSA"
    S = "S", "DSA"
    T = "T", "triple DEA"


class ModeOfUse(_Coded):
    """X9.143:2021, 6.3.3, table 4."""

    B = "B", "both encrypt and decrypt, or wrap and unwrap"
    C = "C", "both generate and verify"
    D = "D", "decrypt or unwrap only"
    E = "E", "encrypt or wrap only"
    G = "G", "generate only"
    N = "N", "no special restrictions"
    S = "S", "signature only"
    T = "T", "both sign and decrypt"
    V = "V", "verify only"
    X = "X", "derive other keys"
    Y = "Y", "create key variants"


class Exportability(_Coded):
    """X9.143:2021, 6.3.5, table 6."""

    E = "E", "exportable under a KEK in a trusted key block form"
    N = "N", "not exportable"
    S = "S", "sensitive: exportable in other forms too"


class KeyAlgorithm(StrEnum):
    """An algorithm with its size, spelled as APC spells it."""

    TDES_2KEY = "TDES_2KEY"
    TDES_3KEY = "TDES_3KEY"
    AES_128 = "AES_128"
    AES_192 = "AES_192"
    AES_256 = "AES_256"
    HMAC_SHA224 = "HMAC_SHA224"
    HMAC_SHA256 = "HMAC_SHA256"
    HMAC_SHA384 = "HMAC_SHA384"
    HMAC_SHA512 = "HMAC_SHA512"
    RSA_2048 = "RSA_2048"
    RSA_3072 = "RSA_3072"
    RSA_4096 = "RSA_4096"
    ECC_NIST_P256 = "ECC_NIST_P256"
    ECC_NIST_P384 = "ECC_NIST_P384"
    ECC_NIST_P521 = "ECC_NIST_P521"

    @cached_property
    def letter(self) -> Algorithm:
        """The algorithm field of a key block header."""
        return _FAMILY[self.value.partition("_")[0]]

    @property
    def octets(self) -> int:
        """Length of a symmetric key in octets.

        Raises:
            KeyError: an asymmetric algorithm.
        """
        return _OCTETS[self]

    @property
    def strength(self) -> int:
        """Security strength in bits. Source: NIST SP 800-57 part 1 rev. 5, table 2; RSA-4096: FIPS 140 IG, D.B."""
        return _STRENGTH[self]

    @classmethod
    def of_symmetric(cls, letter: str, octets: int) -> KeyAlgorithm:
        """The sized algorithm of a TDES or AES key.

        Raises:
            KeyError: no such size (single DES among them).
        """
        return _BY_SIZE[letter, octets]


_FAMILY = {"TDES": Algorithm.T, "AES": Algorithm.A, "HMAC": Algorithm.H, "RSA": Algorithm.R, "ECC": Algorithm.E}
_OCTETS = {
    KeyAlgorithm.TDES_2KEY: 16,
    KeyAlgorithm.TDES_3KEY: 24,
    KeyAlgorithm.AES_128: 16,
    KeyAlgorithm.AES_192: 24,
    KeyAlgorithm.AES_256: 32,
    KeyAlgorithm.HMAC_SHA224: 28,
    KeyAlgorithm.HMAC_SHA256: 32,
    KeyAlgorithm.HMAC_SHA384: 48,
    KeyAlgorithm.HMAC_SHA512: 64,
}
_STRENGTH = {
    KeyAlgorithm.TDES_2KEY: 80,
    KeyAlgorithm.TDES_3KEY: 112,
    KeyAlgorithm.AES_128: 128,
    KeyAlgorithm.AES_192: 192,
    KeyAlgorithm.AES_256: 256,
    KeyAlgorithm.HMAC_SHA224: 112,
    KeyAlgorithm.HMAC_SHA256: 128,
    KeyAlgorithm.HMAC_SHA384: 192,
    KeyAlgorithm.HMAC_SHA512: 256,
    KeyAlgorithm.RSA_2048: 112,
    KeyAlgorithm.RSA_3072: 128,
    KeyAlgorithm.RSA_4096: 150,
    KeyAlgorithm.ECC_NIST_P256: 128,
    KeyAlgorithm.ECC_NIST_P384: 192,
    KeyAlgorithm.ECC_NIST_P521: 256,
}
_BY_SIZE = {(a.letter.value, n): a for a, n in _OCTETS.items() if a.letter in (Algorithm.T, Algorithm.A)}


def require_kek_strength(
    kek: KeyAlgorithm, key: KeyAlgorithm, *, kek_name: str = "the KEK", kek_strength: int | None = None
) -> None:
    """Refuse a KEK that is weaker than the key it is to protect.

    Args:
        kek_strength: bits, by the KEK's octets where they are known: a TDES key of equal parts is worth less than its
            length promises. The key itself always counts as its length promises.

    Raises:
        RuleError: rule `kek-strength`. Source: X9.143:2021, 5.1; PCI PIN Security, requirement 6.
    """
    strength = kek.strength if kek_strength is None else kek_strength
    require_strength(f"{kek_name} is {kek}", strength, f"a {key} key", key.strength)


def require_strength(kek: str, kek_strength: int, key: str, key_strength: int) -> None:
    """`require_kek_strength` for keys whose strength is known in bits.

    Args:
        kek: "the KEK is TDES_3KEY", for the message.
        key: "a HMAC key".

    Raises:
        RuleError: rule `kek-strength`.
    """
    if kek_strength < key_strength:
        raise RuleError(
            f"{kek} ({kek_strength} bits of strength) and may not protect {key} ({key_strength} bits)",
            rule="kek-strength",
            hint=f"establish a KEK of at least {key_strength} bits of strength first",
        )


@dataclass(frozen=True)
class KeyAttributes:
    """The attributes that travel with a key, as the codes of an X9.143 header.

    `key_usage` and the others are text and not enum members, because devices also hold proprietary codes.
    """

    key_usage: str
    algorithm: KeyAlgorithm
    mode_of_use: str
    exportability: str = "E"
    key_version_number: str = "00"

    def describe(self) -> str:
        """For a person: `C0 TDES_2KEY mode C, exportable E`."""
        return f"{self.key_usage} {self.algorithm} mode {self.mode_of_use}, exportability {self.exportability}"


class KcvMethod(_Coded):
    """How a check value was computed."""

    ANSI_X9_24 = "ANSI_X9_24", "first octets of the encryption of a zero block (X9.24-1 Annex A, TDES)"
    CMAC = "CMAC", "first octets of the CMAC over a zero block (X9.24-1 Annex A, AES)"
    HMAC = "HMAC", "first octets of the HMAC over an empty or zero message (HMAC keys)"
    SHA_1 = "SHA_1", "first octets of a SHA-1 over the public key (asymmetric keys)"

    @classmethod
    def for_algorithm(cls, algorithm: KeyAlgorithm) -> KcvMethod:
        """The method that both sides use unless told otherwise."""
        return _KCV_METHOD[algorithm.letter]


_KCV_METHOD = {
    Algorithm.T: KcvMethod.ANSI_X9_24,
    Algorithm.A: KcvMethod.CMAC,
    Algorithm.H: KcvMethod.HMAC,
    Algorithm.R: KcvMethod.SHA_1,
    Algorithm.E: KcvMethod.SHA_1,
}


@dataclass(frozen=True)
class Kcv:
    """A key check value: 4 to 16 hex digits, upper case, with the method it was made by."""

    digits: str
    method: KcvMethod

    def __post_init__(self) -> None:
        digits = self.digits.upper()
        if not 4 <= len(digits) <= 16 or set(digits) - set("0123456789ABCDEF"):
            raise ValueError("a KCV is 4 to 16 hex digits")
        object.__setattr__(self, "digits", digits)

    def matches(self, other: Kcv) -> bool:
        """Equal on the shorter length, made by the same method. Four hex digits are the least that is compared."""
        shorter = min(len(self.digits), len(other.digits))
        return self.method == other.method and self.digits[:shorter] == other.digits[:shorter]

    def __str__(self) -> str:
        return self.digits
