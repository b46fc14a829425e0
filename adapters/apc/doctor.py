"""What AWS Payment Cryptography refuses as Tr31KeyBlock of ImportKey, and how it changes a block that it exports.

Some keys are taken and then refused by the operations that are to use them: those rules are notes.

Source: AWS Payment Cryptography User Guide, "Understanding key attributes", "Valid keys for cryptographic operations",
"Import keys", "Export keys" and "Importing and exporting keys"; API reference, ImportTr31KeyBlock and KeyBlockHeaders.
"""

from __future__ import annotations

from keyexchange.inspection import (
    STANDARD_RULES,
    Attributes,
    Confidence,
    Doctor,
    Facts,
    Remedy,
    Rule,
    Severity,
    Source,
    Step,
    Words,
    attribute_rules,
    block_ids,
    is_component,
    lacks_hash,
)

from .attributes import SYMMETRIC


def _aws(text: str) -> Source:
    return Source(f"AWS Payment Cryptography {text}", Confidence.DOCUMENTED)


_GUIDE = _aws('User Guide, "Understanding key attributes"')
_OPERATIONS = _aws('User Guide, "Valid keys for cryptographic operations"')
_IMPORT = _aws('User Guide, "Import keys", introduction')
_HASHES = _aws('User Guide, "Export keys", common headers')
_STRENGTHS = _aws('User Guide, "Importing and exporting keys", minimum key strengths')
_API = _aws("API reference, ImportTr31KeyBlock, WrappedKeyBlock, pattern [0-9a-zA-Z]+")
_HEADERS = _aws('API reference, ExportTr31KeyBlock and KeyBlockHeaders; User Guide, "Export keys"')
_COMPONENT = Source("ANSI X9.143:2021, 6.2, key version number", Confidence.DOCUMENTED)
LONGEST = 9984
"""Characters of a WrappedKeyBlock."""

ATTRIBUTES = {usage: Attributes(letters, modes) for usage, (letters, modes) in SYMMETRIC.items()}
ONE_WAY_OR_BOTH = ("C0", "E0", "E1", "E4", "E6", "M1", "M3", "M6", "M7", "V1", "V2")
"""Usages whose operations list modes, and not N among them. B0, D0 and P0 list N."""
TDES_OPERATIONS = ("C0", "E0", "E1", "E4", "E6", "V1", "V2")
"""Usages whose operations list TDES keys alone."""
IDLE = ("P1",)
"""Usages that no operation uses."""
_READ = "HM"


def _punctuated(facts: Facts) -> bool:
    return any(not block.data.isalnum() for block in facts.header.optional_blocks if block.data)


def _for_no_operation(facts: Facts) -> bool:
    header = facts.header
    return header.key_usage in IDLE or (header.key_usage in TDES_OPERATIONS and header.algorithm == "A")


RULES = (
    *STANDARD_RULES,
    *attribute_rules(
        ATTRIBUTES,
        _GUIDE,
        usage=Words(
            "the service has no symmetric key of this usage",
            "send the key with a usage that the service has",
        ),
        algorithm=Words(
            "the service has no key of this usage with this algorithm; single DES it has not at all",
            "make the key with an algorithm that its usage allows: TDES or AES, TDES alone for M0, M1 and M3",
        ),
        mode=Words(
            "the service does not allow this mode of use with this key usage",
            "send the key with a mode of its usage: B, E, D or N for encryption, C, G, V or N for checks, X or N for "
            "derivation",
        ),
    ),
    Rule(
        "component",
        is_component,
        Severity.REFUSED,
        "the block holds a key component, not a key",
        "combine the components first and send the key, with key version number 00",
        _COMPONENT,
        Remedy.VERSION_NUMBER,
    ),
    Rule(
        "hmac-hash",
        lacks_hash,
        Severity.REFUSED,
        "an HMAC key has no optional block HM, so its hash is not known",
        "export with optional block HM: 20 for SHA-224, 21 for SHA-256, 22 for SHA-384, 23 for SHA-512",
        _HASHES,
        Remedy.OPTIONAL_BLOCKS,
    ),
    Rule(
        "characters",
        _punctuated,
        Severity.REFUSED,
        "an optional block holds other characters than letters and digits",
        "export without that optional block",
        _API,
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
    Rule(
        "mode-n-in-use",
        lambda facts: facts.header.mode_of_use == "N" and facts.header.key_usage in ONE_WAY_OR_BOTH,
        Severity.NOTE,
        "mode N: the key is taken, but the operations of this usage list keys with modes of their own, none without "
        "restrictions",
        "send it with mode C (or G, V) for checks, X for derivation",
        _OPERATIONS,
        Remedy.MODE,
    ),
    Rule(
        "no-operation",
        _for_no_operation,
        Severity.NOTE,
        "the key is taken, but no operation uses it: card data, PIN verification and EMV want TDES keys, and P1 has no "
        "operation at all",
        "send a TDES key if the key is for these operations; a PIN verification key goes as V1 or V2",
        _OPERATIONS,
        Remedy.ALGORITHM,
    ),
    Rule(
        "optional-blocks-idle",
        lambda facts: any(block_id != _READ for block_id in block_ids(facts)),
        Severity.NOTE,
        "optional blocks other than HM are kept and not used, KP not even kept: a key serial number in KS or BI does "
        "nothing here",
        "change nothing in the block: give the key serial number with each operation",
        _IMPORT,
        None,
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
        "ExportKey with Tr34KeyBlock and a WrappingKeyCertificate of RSA-3072 or longer, or with "
        "DiffieHellmanTr31KeyBlock: ECC_NIST_P384 for AES-192, ECC_NIST_P521 for AES-256",
        _STRENGTHS,
    ),
    Remedy.USAGE: Step("KeyUsage is set by CreateKey and cannot be changed: create the key again", _GUIDE),
    Remedy.ALGORITHM: Step("KeyAlgorithm is set by CreateKey and cannot be changed: create the key again", _GUIDE),
    Remedy.MODE: Step(
        "ExportKey with KeyMaterial, Tr31KeyBlock, KeyBlockHeaders, KeyModesOfUse, which only makes modes stricter, "
        "such as Generate alone of Generate and Verify: for others create the key again",
        _HEADERS,
    ),
    Remedy.VERSION_NUMBER: Step("ExportKey with KeyMaterial, Tr31KeyBlock, KeyBlockHeaders, KeyVersion 00", _HEADERS),
    Remedy.EXPORTABILITY: Step(
        "leave KeyExportability NON_EXPORTABLE away in ExportKey (KeyMaterial, Tr31KeyBlock, KeyBlockHeaders); it only "
        "makes the exported copy stricter than the key",
        _HEADERS,
    ),
    Remedy.OPTIONAL_BLOCKS: Step(
        "ExportKey with KeyMaterial, Tr31KeyBlock, KeyBlockHeaders, OptionalBlocks, 112 characters in all; the service "
        "writes HM and PB itself",
        _HEADERS,
    ),
}

DOCTOR = Doctor("apc", RULES, STEPS)
