"""Rules that every receiver shares, because a standard has them. A vendor's doctor takes them and adds its own."""

from __future__ import annotations

from keyexchange.inspection.diagnosis import Facts, Remedy, Rule, Severity
from keyexchange.tr31 import VERSIONS

_COMPONENT = "c"
_WRAPPING = ("K0", "K1")


def _other_kek(facts: Facts) -> bool:
    return facts.kek_letter != VERSIONS[facts.header.version_id].letter


def _weak_for_certain(facts: Facts) -> bool:
    return facts.least_key_strength > facts.kek_strength


def _weak_perhaps(facts: Facts) -> bool:
    return facts.least_key_strength <= facts.kek_strength < facts.most_key_strength and facts.kek is not None


def _weak_transport(facts: Facts) -> bool:
    return facts.transport is not None and facts.transport.strength < facts.least_kek_strength


STANDARD_RULES = (
    Rule(
        "kek-algorithm",
        _other_kek,
        Severity.REFUSED,
        "the version is not one for this KEK: A, B and C are bound with TDES, D with AES",
        "export again with version B under a TDES KEK, or version D under an AES KEK",
        "ANSI X9.143:2021, 6.2 and 7",
        Remedy.VERSION,
    ),
    Rule(
        "kek-strength",
        _weak_for_certain,
        Severity.REFUSED,
        "the KEK is weaker than any key of this algorithm: an AES key has at least 128 bits of strength, a TDES KEK at "
        "most 112",
        "export under an AES KEK that is at least as long as the key, with version D",
        "ANSI X9.143:2021, 5.1; PCI PIN Security, requirement 6; NIST SP 800-57 part 1, table 2",
        Remedy.KEK,
    ),
    Rule(
        "kek-strength-by-length",
        _weak_perhaps,
        Severity.DEPENDS,
        "the encrypted key has room for one that is stronger than the KEK; refused when it is one, and not padding",
        "export under a KEK that is at least as long as the key",
        "ANSI X9.143:2021, 5.1; PCI PIN Security, requirement 6; NIST SP 800-57 part 1, table 2",
        Remedy.KEK,
    ),
    Rule(
        "transport-strength",
        _weak_transport,
        Severity.REFUSED,
        "the RSA key that carries the KEK is weaker than it: RSA-2048 has 112 bits of strength, as much as three-key "
        "TDES, and an AES KEK has 128 or more",
        "carry AES-128 under RSA-3072 or longer; establish AES-192 and AES-256 by ECDH",
        "NIST SP 800-57 part 1, table 2; PCI PIN Security, requirement 6",
        Remedy.TRANSPORT,
    ),
    Rule(
        "deprecated-version",
        lambda facts: facts.header.version_id in ("A", "C"),
        Severity.DEPENDS,
        "versions A and C are deprecated; a receiver may have them switched off",
        "export again with version B",
        "ANSI X9.143:2021, 6.2",
        Remedy.VERSION,
    ),
    Rule(
        "kek-usage",
        lambda facts: facts.header.key_usage == "K0",
        Severity.NOTE,
        "the key is a K0; a key that protects TR-31 blocks is a K1 in X9.143, and some receivers insist on it",
        "send it as K1 if it is to protect TR-31 blocks",
        "ANSI X9.143:2021, table 3",
        Remedy.USAGE,
    ),
    Rule(
        "non-exportable",
        lambda facts: facts.header.exportability == "N",
        Severity.NOTE,
        "exportability N: the receiver takes the key and never lets it out again",
        "send it with exportability E, or S, if it is to leave the receiver one day",
        "ANSI X9.143:2021, table 6",
        Remedy.EXPORTABILITY,
    ),
)


def is_component(facts: Facts) -> bool:
    """Whether the block holds a component and not a key. Source: ANSI X9.143:2021, 6.2, key version number."""
    return facts.header.key_version_number.startswith(_COMPONENT)


def wraps_keys(facts: Facts) -> bool:
    """Whether the key inside is a KEK itself."""
    return facts.header.key_usage in _WRAPPING
