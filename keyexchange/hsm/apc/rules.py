"""Which attributes a key may have, and which key may protect another: tables, from the user guide.

Source: AWS Payment Cryptography User Guide, "Understanding key attributes" (usage, algorithms, modes) and "Importing
and exporting keys" (minimum key strengths; the table there is what `keyexchange.keys.require_kek_strength` computes
from NIST SP 800-57). Where the guide is silent, the row says what was assumed.
"""

from __future__ import annotations

from dataclasses import dataclass

from keyexchange.errors import RuleError
from keyexchange.hsm.apc.attributes import USAGE_NAMES
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.records import KeyClass
from keyexchange.keys import KcvMethod, KeyAlgorithm, require_kek_strength

TDES = frozenset({KeyAlgorithm.TDES_2KEY, KeyAlgorithm.TDES_3KEY})
AES = frozenset({KeyAlgorithm.AES_128, KeyAlgorithm.AES_192, KeyAlgorithm.AES_256})
BLOCK = TDES | AES
HMAC = frozenset(
    {KeyAlgorithm.HMAC_SHA224, KeyAlgorithm.HMAC_SHA256, KeyAlgorithm.HMAC_SHA384, KeyAlgorithm.HMAC_SHA512}
)
RSA = frozenset({KeyAlgorithm.RSA_2048, KeyAlgorithm.RSA_3072, KeyAlgorithm.RSA_4096})
ECC = frozenset({KeyAlgorithm.ECC_NIST_P256, KeyAlgorithm.ECC_NIST_P384, KeyAlgorithm.ECC_NIST_P521})


@dataclass(frozen=True)
class Allowed:
    """What keys of one usage may be.

    Args:
        algorithms: any of them.
        modes: mode of use letters.
    """

    algorithms: frozenset[KeyAlgorithm]
    modes: frozenset[str]


_CRYPT = frozenset("BEDN")
_CHECK = frozenset("CGVN")
_DERIVE = frozenset("XN")

SECRET_KEYS: dict[str, Allowed] = {
    "B0": Allowed(BLOCK, _DERIVE),
    "C0": Allowed(BLOCK, _CHECK),
    "D0": Allowed(BLOCK, _CRYPT),
    "E0": Allowed(BLOCK, _DERIVE),
    "E1": Allowed(BLOCK, _DERIVE),
    "E2": Allowed(BLOCK, _DERIVE),
    "E4": Allowed(BLOCK, _DERIVE),
    "E5": Allowed(BLOCK, _DERIVE),
    "E6": Allowed(BLOCK, _DERIVE),
    "K0": Allowed(BLOCK, _CRYPT),
    "K1": Allowed(BLOCK, _CRYPT),
    "M0": Allowed(TDES, _CHECK),  # not in the guide's list; ISO 16609 is a TDES MAC
    "M1": Allowed(TDES, _CHECK),
    "M3": Allowed(TDES, _CHECK),
    "M6": Allowed(BLOCK, _CHECK),
    "M7": Allowed(BLOCK | HMAC, _CHECK),  # the guide's list is older than the HMAC algorithms of the model
    "P0": Allowed(BLOCK, _CRYPT),
    "P1": Allowed(BLOCK, _CRYPT | _CHECK),  # not in the guide's list; its examples show mode B, X9.143 says G
    "V1": Allowed(BLOCK, _CHECK),
    "V2": Allowed(BLOCK, _CHECK),
}
"""Symmetric keys by usage code."""

KEY_PAIRS: dict[str, Allowed] = {
    "D1": Allowed(RSA, frozenset("BED")),
    "S0": Allowed(RSA, frozenset("SV")),
    "K2": Allowed(RSA, frozenset("BEDX")),
    "K3": Allowed(ECC, frozenset("X")),
}
"""Key pairs by usage code."""

PUBLIC_KEYS: dict[str, Allowed] = {
    "D1": Allowed(RSA, frozenset("E")),
    "S0": Allowed(RSA | ECC, frozenset("V")),  # ECC: roots of the guide's ECDH examples
    "K2": Allowed(RSA, frozenset("E")),
}
"""Imported public keys by usage code: encrypt and wrap, or verify, nothing else."""

KEY_AGREEMENT = "K3"

_BY_CLASS = {
    KeyClass.SYMMETRIC_KEY: SECRET_KEYS,
    KeyClass.ASYMMETRIC_KEY_PAIR: KEY_PAIRS,
    KeyClass.PUBLIC_KEY: PUBLIC_KEYS,
}

KCV_METHODS: dict[str, tuple[KcvMethod, ...]] = {
    "T": (KcvMethod.ANSI_X9_24, KcvMethod.CMAC),
    "A": (KcvMethod.CMAC, KcvMethod.ANSI_X9_24),
    "H": (KcvMethod.HMAC,),
    "R": (KcvMethod.SHA_1,),
    "E": (KcvMethod.SHA_1,),
}
"""Key check value methods by algorithm letter, the usual one first. Source: APC API reference, CreateKey."""


def require_attributes(key_class: KeyClass, usage: str, algorithm: KeyAlgorithm, mode_of_use: str) -> None:
    """Refuse attributes that no key may have.

    Raises:
        ApiError: ValidationException.
    """
    allowed = _BY_CLASS[key_class].get(usage)
    name = USAGE_NAMES.get(usage, usage)
    if allowed is None:
        raise validation(f"KeyUsage {name} is not valid for KeyClass {key_class.value}")
    if algorithm not in allowed.algorithms:
        raise validation(f"KeyAlgorithm {algorithm} is not valid for KeyUsage {name}")
    if mode_of_use not in allowed.modes:
        raise validation(f"KeyModesOfUse is not valid for KeyUsage {name}")


def refuse_derive_key_usage(usage: str) -> None:
    """Refuse a DeriveKeyUsage with a key that agrees on no key.

    A key agreement key pair may go without: AWS's own samples make such pairs for ECDH in the data plane. Source: AWS
    Payment Cryptography User Guide, "Understanding key attributes" (K3); aws-samples/samples-for-payment-cryptography.

    Raises:
        ApiError: ValidationException.
    """
    if usage != KEY_AGREEMENT:
        raise validation(f"DeriveKeyUsage is only valid for KeyUsage {USAGE_NAMES[KEY_AGREEMENT]}")


def require_strength(wrapping: KeyAlgorithm, key: KeyAlgorithm, *, strength: int | None = None) -> None:
    """Refuse a wrapping key that is weaker than what it is to protect.

    Args:
        strength: bits, by the wrapping key's octets where they are known.

    Raises:
        ApiError: ValidationException.
    """
    try:
        require_kek_strength(wrapping, key, kek_strength=strength)
    except RuleError:
        bits = wrapping.strength if strength is None else strength
        raise validation(
            f"A {key} key can not be protected by a weaker {wrapping} wrapping key of {bits} bits of strength"
        ) from None


def kcv_method(algorithm: KeyAlgorithm, asked: str | None) -> KcvMethod:
    """The method of a key's check value.

    Args:
        asked: the request's KeyCheckValueAlgorithm. Ignored for public keys and key pairs, as AWS does: its own sample
            clients ask for ANSI_X9_24 when they import an RSA root.

    Raises:
        ApiError: ValidationException.
    """
    methods = KCV_METHODS[algorithm.letter.value]
    if asked is None or methods == (KcvMethod.SHA_1,):
        return methods[0]
    method = KcvMethod[asked]
    if method not in methods:
        raise validation(f"KeyCheckValueAlgorithm {method} is not valid for KeyAlgorithm {algorithm}")
    return method
