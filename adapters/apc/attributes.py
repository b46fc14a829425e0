"""Key attributes: the codes of X9.143 and the service's names for them.

Source: AWS Payment Cryptography API reference, KeyAttributes and KeyModesOfUse; user guide, "Understanding key
attributes" (which modes go together); ANSI X9.143:2021, tables 2 and 4 (the codes).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyexchange.errors import ProtocolError, UnsupportedError
from keyexchange.keys import KcvMethod, KeyAlgorithm, KeyAttributes

USAGES: Mapping[str, str] = {
    "B0": "TR31_B0_BASE_DERIVATION_KEY",
    "C0": "TR31_C0_CARD_VERIFICATION_KEY",
    "D0": "TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY",
    "D1": "TR31_D1_ASYMMETRIC_KEY_FOR_DATA_ENCRYPTION",
    "E0": "TR31_E0_EMV_MKEY_APP_CRYPTOGRAMS",
    "E1": "TR31_E1_EMV_MKEY_CONFIDENTIALITY",
    "E2": "TR31_E2_EMV_MKEY_INTEGRITY",
    "E4": "TR31_E4_EMV_MKEY_DYNAMIC_NUMBERS",
    "E5": "TR31_E5_EMV_MKEY_CARD_PERSONALIZATION",
    "E6": "TR31_E6_EMV_MKEY_OTHER",
    "K0": "TR31_K0_KEY_ENCRYPTION_KEY",
    "K1": "TR31_K1_KEY_BLOCK_PROTECTION_KEY",
    "K2": "TR31_K2_TR34_ASYMMETRIC_KEY",
    "K3": "TR31_K3_ASYMMETRIC_KEY_FOR_KEY_AGREEMENT",
    "M0": "TR31_M0_ISO_16609_MAC_KEY",
    "M1": "TR31_M1_ISO_9797_1_MAC_KEY",
    "M3": "TR31_M3_ISO_9797_3_MAC_KEY",
    "M6": "TR31_M6_ISO_9797_5_CMAC_KEY",
    "M7": "TR31_M7_HMAC_KEY",
    "P0": "TR31_P0_PIN_ENCRYPTION_KEY",
    "P1": "TR31_P1_PIN_GENERATION_KEY",
    "S0": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE",
    "V1": "TR31_V1_IBM3624_PIN_VERIFICATION_KEY",
    "V2": "TR31_V2_VISA_PIN_VERIFICATION_KEY",
}
"""Every usage that the service knows."""

MODES: Mapping[str, frozenset[str]] = {
    "B": frozenset({"Encrypt", "Decrypt", "Wrap", "Unwrap"}),
    "C": frozenset({"Generate", "Verify"}),
    "D": frozenset({"Decrypt", "Unwrap"}),
    "E": frozenset({"Encrypt", "Wrap"}),
    "G": frozenset({"Generate"}),
    "N": frozenset({"NoRestrictions"}),
    "S": frozenset({"Sign"}),
    "V": frozenset({"Verify"}),
    "X": frozenset({"DeriveKey"}),
}
"""Mode of use to the operations that are true. T (sign and decrypt) and Y (variants) do not exist at the service."""

_CRYPT, _CHECK, _DERIVE = "BEDN", "CGVN", "XN"
SYMMETRIC: Mapping[str, tuple[str, str]] = {
    "B0": ("TA", _DERIVE),
    "C0": ("TA", _CHECK),
    "D0": ("TA", _CRYPT),
    "E0": ("TA", _DERIVE),
    "E1": ("TA", _DERIVE),
    "E2": ("TA", _DERIVE),
    "E4": ("TA", _DERIVE),
    "E5": ("TA", _DERIVE),
    "E6": ("TA", _DERIVE),
    "K0": ("TA", _CRYPT),
    "K1": ("TA", _CRYPT),
    "M0": ("T", _CHECK),
    "M1": ("T", _CHECK),
    "M3": ("T", _CHECK),
    "M6": ("TA", _CHECK),
    "M7": ("TAH", _CHECK),
    "P0": ("TA", _CRYPT),
    "P1": ("TA", _CRYPT + _CHECK),
    "V1": ("TA", _CHECK),
    "V2": ("TA", _CHECK),
}
"""Algorithms and modes of symmetric keys by usage. M0 and P1 are not in the guide's list and are read from its examples
and X9.143. M7 stands there with block ciphers alone; the list is older than the HMAC algorithms of the API, which are
added here."""

_CODES = {name: code for code, name in USAGES.items()}
_LETTERS = {operations: letter for letter, operations in MODES.items()}

_ANY = ("", "")
_EXPORTABLE = {True: "E", False: "N"}


def require_known(attributes: KeyAttributes) -> None:
    """Refuse, before anything is sent, what the service has no name for.

    Raises:
        UnsupportedError: such a usage or mode of use, or a symmetric key with a combination that it does not allow.
    """
    for what, code, known in (
        ("key usage", attributes.key_usage, USAGES),
        ("mode of use", attributes.mode_of_use, MODES),
    ):
        if code not in known:
            raise UnsupportedError(
                f"apc has no {what} {code}", hint=f"one of {', '.join(known)}: let the sender's key say so"
            )
    letters, modes = SYMMETRIC.get(attributes.key_usage, _ANY)
    if letters and attributes.algorithm.letter not in letters:
        raise UnsupportedError(f"apc has no {attributes.key_usage} keys that are {attributes.algorithm}")
    if modes and attributes.mode_of_use not in modes:
        raise UnsupportedError(
            f"apc does not allow mode of use {attributes.mode_of_use} for {attributes.key_usage} keys",
            hint=f"one of {', '.join(modes)}",
        )


def kcv_method(algorithm: KeyAlgorithm) -> str:
    """KeyCheckValueAlgorithm to ask for: what the other side computes."""
    return KcvMethod.for_algorithm(algorithm).value


def attributes_of(key: Mapping[str, Any]) -> KeyAttributes:
    """The attributes of a Key or a KeySummary. The service does not tell the key version number.

    Raises:
        ProtocolError: a name that is not in the tables of this file.
    """
    told = key["KeyAttributes"]
    operations = frozenset(name for name, allowed in told["KeyModesOfUse"].items() if allowed)
    try:
        return KeyAttributes(
            key_usage=_CODES[told["KeyUsage"]],
            algorithm=KeyAlgorithm(told["KeyAlgorithm"]),
            mode_of_use=_LETTERS[operations],
            exportability=_EXPORTABLE[bool(key["Exportable"])],
        )
    except (KeyError, ValueError):
        raise ProtocolError(
            "apc describes a key in words that this version does not know", hint="a newer version may know them"
        ) from None
