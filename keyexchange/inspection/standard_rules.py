"""Rules that receivers share, because a standard has them. A vendor's doctor takes them and adds its own."""

from __future__ import annotations

from keyexchange import tr31
from keyexchange.inspection.diagnosis import Confidence, Facts, Remedy, Rule, Severity, Source
from keyexchange.tr31 import VERSIONS

_COMPONENT = "c"
_WRAPPING = ("K0", "K1")
_FOR_STORAGE = "1"
_HASH, _PADDING = "HM", "PB"


def _x9143(clause: str) -> Source:
    return Source(f"ANSI X9.143:2021, {clause}", Confidence.DOCUMENTED)


_STRENGTH = Source(
    "ANSI X9.143:2021, 5.1; PCI PIN Security, requirement 6; NIST SP 800-57 part 1, table 2", Confidence.DOCUMENTED
)
_TRANSPORT = Source(
    "NIST SP 800-57 part 1, table 2; PCI PIN Security, requirement 6; AWS Payment Cryptography User Guide, "
    '"Importing and exporting keys", minimum key strengths',
    Confidence.DOCUMENTED,
)
_DIGITS = Source(
    "ANSI X9.143:2021, 4; AWS's script for an Atalla writes the block in upper case before ImportKey (aws-samples/"
    "samples-for-payment-cryptography-service, atalla_to_apc_tr31.py)",
    Confidence.DOCUMENTED,
)
_PLACES = Source("ANSI X9.143:2021, 6.3.6; github.com/openemv/tr31, issue 3 (KS and AES DUKPT)", Confidence.DOCUMENTED)


def _other_kek(facts: Facts) -> bool:
    return facts.kek_letter != VERSIONS[facts.header.version_id].letter


def _weak_for_certain(facts: Facts) -> bool:
    return facts.least_key_strength > facts.kek_strength


def _weak_perhaps(facts: Facts) -> bool:
    return facts.least_key_strength <= facts.kek_strength < facts.most_key_strength and facts.kek is not None


def _weak_transport(facts: Facts) -> bool:
    return facts.transport is not None and facts.transport.strength < facts.least_kek_strength


def is_component(facts: Facts) -> bool:
    """Whether the block holds a component and not a key. Source: ANSI X9.143:2021, 6.2, key version number."""
    return facts.header.key_version_number.startswith(_COMPONENT)


def wraps_keys(facts: Facts) -> bool:
    """Whether the key inside is a KEK itself."""
    return facts.header.key_usage in _WRAPPING


def lacks_hash(facts: Facts) -> bool:
    """Whether it is an HMAC key whose hash is not known. Source: ANSI X9.143:2021, 6.3.6.5."""
    return facts.header.algorithm == "H" and _HASH not in block_ids(facts)


def block_ids(facts: Facts) -> list[str]:
    """Which optional blocks there are; padding is none."""
    return [block.block_id for block in facts.header.optional_blocks if block.block_id != _PADDING]


def _misplaced(facts: Facts) -> bool:
    """An HMAC key without its hash is a rule of its own."""
    return len(tr31.misplaced(facts.header)) > lacks_hash(facts)


STANDARD_RULES = (
    Rule(
        "kek-algorithm",
        _other_kek,
        Severity.REFUSED,
        "the version is not one for this KEK: A, B and C are bound with TDES, D with AES",
        "export again with version B under a TDES KEK, or version D under an AES KEK",
        _x9143("6.2 and 7"),
        Remedy.VERSION,
    ),
    Rule(
        "kek-strength",
        _weak_for_certain,
        Severity.REFUSED,
        "the KEK is weaker than any key of this algorithm: an AES key has at least 128 bits of strength, a TDES KEK at "
        "most 112",
        "export under an AES KEK that is at least as long as the key, with version D",
        _STRENGTH,
        Remedy.KEK,
    ),
    Rule(
        "kek-strength-by-length",
        _weak_perhaps,
        Severity.DEPENDS,
        "the encrypted key has room for one that is stronger than the KEK; refused when it is one, and not padding",
        "export under a KEK that is at least as long as the key",
        _STRENGTH,
        Remedy.KEK,
    ),
    Rule(
        "transport-strength",
        _weak_transport,
        Severity.REFUSED,
        "the RSA or EC key that brings the KEK is weaker than it: RSA-2048 has 112 bits of strength, as much as "
        "three-key TDES; RSA-3072 and P-256 have 128, P-384 192, P-521 256",
        "carry AES-128 under RSA-3072 or longer; establish AES-192 by ECDH on P-384, AES-256 by ECDH on P-521",
        _TRANSPORT,
        Remedy.TRANSPORT,
    ),
    Rule(
        "deprecated-version",
        lambda facts: facts.header.version_id in ("A", "C"),
        Severity.DEPENDS,
        "versions A and C are deprecated; a receiver may have them switched off",
        "export again with version B",
        _x9143("6.2"),
        Remedy.VERSION,
    ),
    Rule(
        "key-context",
        lambda facts: facts.header.reserved[0] == _FOR_STORAGE,
        Severity.DEPENDS,
        "key context 1: the block says that it is for storage under its owner's key, not for exchange",
        "export the key for exchange, with key context 0 or 2 (the last but one of the 16 header characters), and send "
        "that, not the block out of the key database",
        _x9143("6.2, table 1, key context"),
        None,
    ),
    Rule(
        "lower-case-hex",
        lambda facts: tr31.Tolerance.LOWER_CASE_HEX in facts.tolerances,
        Severity.DEPENDS,
        "the encrypted key or the MAC is in lower-case hexadecimal, and X9.143 has upper case",
        "write the digits behind the header in upper case: the octets, and so the MAC, stay as they are",
        _DIGITS,
        None,
    ),
    Rule(
        "optional-block-place",
        _misplaced,
        Severity.DEPENDS,
        "an optional block stands twice or beside a key that it is not for, such as KS with AES DUKPT, whose block is "
        "IK; strict receivers refuse that",
        "export with KS for TDES DUKPT and IK for AES DUKPT, each block once",
        _PLACES,
        Remedy.OPTIONAL_BLOCKS,
    ),
    Rule(
        "kek-usage",
        lambda facts: facts.header.key_usage == "K0",
        Severity.NOTE,
        "the key is a K0; a key that protects TR-31 blocks is a K1 in X9.143, and some receivers insist on it",
        "send it as K1 if it is to protect TR-31 blocks",
        _x9143("6.3.1, table 2"),
        Remedy.USAGE,
    ),
    Rule(
        "non-exportable",
        lambda facts: facts.header.exportability == "N",
        Severity.NOTE,
        "exportability N: the receiver takes the key and never lets it out again",
        "send it with exportability E, or S, if it is to leave the receiver one day",
        _x9143("6.3.5, table 6"),
        Remedy.EXPORTABILITY,
    ),
)
"""What every receiver shares."""
