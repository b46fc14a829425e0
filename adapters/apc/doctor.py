"""What AWS Payment Cryptography refuses as Tr31KeyBlock of ImportKey, and how it changes a block that it exports.

Source: AWS Payment Cryptography User Guide, "Understanding key attributes" and "Importing and exporting keys"; API
reference, ImportTr31KeyBlock and KeyBlockHeaders.
"""

from __future__ import annotations

from dataclasses import dataclass

from keyexchange.inspection import STANDARD_RULES, Doctor, Facts, Remedy, Rule, Severity, Step, is_component

_GUIDE = 'AWS Payment Cryptography User Guide, "Understanding key attributes"'
_API = "AWS Payment Cryptography API reference, ImportTr31KeyBlock, WrappedKeyBlock"
_HEADERS = "AWS Payment Cryptography API reference, ExportKey and KeyBlockHeaders"
LONGEST = 9984
"""Characters of a WrappedKeyBlock."""


@dataclass(frozen=True)
class Attributes:
    """What a key of one usage may be: algorithm letters, mode of use letters."""

    algorithms: str
    modes: str


_CRYPT, _CHECK, _DERIVE = "BEDN", "CGVN", "XN"
ATTRIBUTES = {
    "B0": Attributes("TA", _DERIVE),
    "C0": Attributes("TA", _CHECK),
    "D0": Attributes("TA", _CRYPT),
    "E0": Attributes("TA", _DERIVE),
    "E1": Attributes("TA", _DERIVE),
    "E2": Attributes("TA", _DERIVE),
    "E4": Attributes("TA", _DERIVE),
    "E5": Attributes("TA", _DERIVE),
    "E6": Attributes("TA", _DERIVE),
    "K0": Attributes("TA", _CRYPT),
    "K1": Attributes("TA", _CRYPT),
    "M0": Attributes("T", _CHECK),
    "M1": Attributes("T", _CHECK),
    "M3": Attributes("T", _CHECK),
    "M6": Attributes("TA", _CHECK),
    "M7": Attributes("TAH", _CHECK),
    "P0": Attributes("TA", _CRYPT),
    "P1": Attributes("TA", _CRYPT + _CHECK),
    "V1": Attributes("TA", _CHECK),
    "V2": Attributes("TA", _CHECK),
}
"""Symmetric keys by usage. M0, M7 and P1 are not in the guide's list and are read from its examples and X9.143."""


def _allowed(facts: Facts) -> Attributes | None:
    return ATTRIBUTES.get(facts.header.key_usage)


def _other_algorithm(facts: Facts) -> bool:
    allowed = _allowed(facts)
    return allowed is not None and facts.header.algorithm not in allowed.algorithms


def _other_mode(facts: Facts) -> bool:
    allowed = _allowed(facts)
    return allowed is not None and facts.header.mode_of_use not in allowed.modes


def _no_hash(facts: Facts) -> bool:
    return facts.header.algorithm == "H" and all(block.block_id != "HM" for block in facts.header.optional_blocks)


def _punctuated(facts: Facts) -> bool:
    return any(not block.data.isalnum() for block in facts.header.optional_blocks if block.data)


RULES = (
    *STANDARD_RULES,
    Rule(
        "usage",
        lambda facts: _allowed(facts) is None,
        Severity.REFUSED,
        "the service has no symmetric key of this usage",
        "send the key with a usage that the service has: " + ", ".join(ATTRIBUTES),
        _GUIDE,
        Remedy.USAGE,
    ),
    Rule(
        "algorithm",
        _other_algorithm,
        Severity.REFUSED,
        "the service has no key of this usage with this algorithm; single DES it has not at all",
        "make the key with an algorithm that its usage allows: TDES or AES, TDES alone for M0, M1 and M3",
        _GUIDE,
        Remedy.ALGORITHM,
    ),
    Rule(
        "mode-of-use",
        _other_mode,
        Severity.REFUSED,
        "the service does not allow this mode of use with this key usage",
        "send the key with a mode of its usage: B, E, D or N for encryption, C, G, V or N for checks, X or N for "
        "derivation",
        _GUIDE,
        Remedy.MODE,
    ),
    Rule(
        "component",
        is_component,
        Severity.REFUSED,
        "the block holds a key component, not a key",
        "combine the components first and send the key, with key version number 00",
        "ANSI X9.143:2021, 6.2, key version number",
        Remedy.VERSION_NUMBER,
    ),
    Rule(
        "hmac-hash",
        _no_hash,
        Severity.REFUSED,
        "an HMAC key has no optional block HM, so its hash is not known",
        "export with optional block HM: 20 for SHA-224, 21 for SHA-256, 22 for SHA-384, 23 for SHA-512",
        "ANSI X9.143:2021, 6.3.6.5",
        Remedy.OPTIONAL_BLOCKS,
    ),
    Rule(
        "characters",
        _punctuated,
        Severity.REFUSED,
        "an optional block holds other characters than letters and digits",
        "export without that optional block",
        f"{_API}: pattern [0-9a-zA-Z]+",
        Remedy.OPTIONAL_BLOCKS,
    ),
    Rule(
        "length",
        lambda facts: facts.length > LONGEST,
        Severity.REFUSED,
        f"the block is longer than {LONGEST} characters",
        "export with fewer or shorter optional blocks",
        _API,
        Remedy.OPTIONAL_BLOCKS,
    ),
)

STEPS = {
    Remedy.VERSION: Step(
        "ExportKey writes B under a TDES key and D under an AES key: name another WrappingKeyIdentifier", _HEADERS
    ),
    Remedy.KEK: Step(
        "ExportKey with a WrappingKeyIdentifier of an AES key at least as long, made with KeyUsage "
        "TR31_K1_KEY_BLOCK_PROTECTION_KEY",
        _HEADERS,
    ),
    Remedy.TRANSPORT: Step(
        "ExportKey with Tr34KeyBlock and a WrappingKeyCertificate of RSA-3072 or longer, or DiffieHellmanTr31KeyBlock",
        'AWS Payment Cryptography User Guide, "Importing and exporting keys", minimum key strengths',
    ),
    Remedy.USAGE: Step("KeyUsage is set by CreateKey and cannot be changed: create the key again", _GUIDE),
    Remedy.ALGORITHM: Step("KeyAlgorithm is set by CreateKey and cannot be changed: create the key again", _GUIDE),
    Remedy.MODE: Step("ExportKey with ExportAttributes, KeyBlockHeaders, KeyModesOfUse", _HEADERS),
    Remedy.VERSION_NUMBER: Step("ExportKey with ExportAttributes, KeyBlockHeaders, KeyVersion 00", _HEADERS),
    Remedy.EXPORTABILITY: Step(
        "ExportKey with ExportAttributes, KeyBlockHeaders, KeyExportability EXPORTABLE or SENSITIVE", _HEADERS
    ),
    Remedy.OPTIONAL_BLOCKS: Step("ExportKey with ExportAttributes, KeyBlockHeaders, OptionalBlocks", _HEADERS),
}

DOCTOR = Doctor("apc", RULES, STEPS)
