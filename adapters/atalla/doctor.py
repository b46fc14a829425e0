"""What an Atalla (Utimaco AT1000) refuses when it imports a TR-31 block by command 119, and how it changes one that it
exports by command 11A.

The key becomes an Atalla key block, so what the 8 characters of that header cannot say is lost. The header's
values are Utimaco's tables as CryptoCarver gives them; which TR-31 code each stands for is believed, except where AWS's
scripts show it (K1), and what is only believed never refuses a block.
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
)

_AWS_SCRIPTS = Source(
    "aws-samples/samples-for-payment-cryptography-service, key_exchange/hsm/atalla, readme and scripts",
    Confidence.TESTED,
)
_CLIENTS = Source(
    "two public clients of command 119: the module NWM_ENC of a card switch on NonStop, and com.ks.konversa.hsm",
    Confidence.REPORTED,
)
_FRAMES = Source(
    "Koekiebox-BV/Fluid, after the AT1000 command reference: reserved characters and longest command",
    Confidence.REPORTED,
)
_HEADERS = Source(
    "Atalla Key Block Migration Guide AJ560-9004A, tables 2-1 to 2-9, as FelipeRodriguezFonte/CryptoCarver gives them",
    Confidence.REPORTED,
)
_MAPPING = Source(
    "header tables of the Atalla Key Block Migration Guide AJ560-9004A, as CryptoCarver gives them; which TR-31 code "
    "each stands for is inferred",
    Confidence.BELIEVED,
)
_NOTHING = Source("no public source shows an Atalla with such a block", Confidence.BELIEVED)

_CIPHERS, _HMAC = "TAD", "H"
_CRYPT, _CHECK, _DERIVE = "BEDN", "CGVN", "XN"
ATTRIBUTES = {
    "B0": Attributes(_CIPHERS, _DERIVE),
    "B1": Attributes(_CIPHERS, _DERIVE),
    "C0": Attributes(_CIPHERS, _CHECK),
    "D0": Attributes(_CIPHERS, _CRYPT),
    "D2": Attributes(_CIPHERS, _CRYPT),
    "E0": Attributes(_CIPHERS, _DERIVE),
    "E1": Attributes(_CIPHERS, _DERIVE),
    "E2": Attributes(_CIPHERS, _DERIVE),
    "E3": Attributes(_CIPHERS, _DERIVE),
    "E4": Attributes(_CIPHERS, _DERIVE),
    "E5": Attributes(_CIPHERS, _DERIVE),
    "E6": Attributes(_CIPHERS, _DERIVE),
    "I0": Attributes(_CIPHERS, "N"),
    "K0": Attributes(_CIPHERS, _CRYPT),
    "K1": Attributes(_CIPHERS, _CRYPT),
    "M0": Attributes(_CIPHERS, _CHECK),
    "M1": Attributes(_CIPHERS, _CHECK),
    "M2": Attributes(_CIPHERS, _CHECK),
    "M3": Attributes(_CIPHERS, _CHECK),
    "M4": Attributes(_CIPHERS, _CHECK),
    "M6": Attributes(_CIPHERS, _CHECK),
    "M7": Attributes(_HMAC, _CHECK),
    "P0": Attributes(_CIPHERS, _CRYPT),
    "V1": Attributes(_CIPHERS, _CHECK),
    "V2": Attributes(_CIPHERS, _CHECK),
}
"""By TR-31 usages that an Atalla header can say, such as 1dDNE000 for B0, 1PUNE000 for P0, 1MDNE003 for M3 and 1mENE00M
for E2. Modes E, D, G and V have a character of their own there, the others become N."""

_RESERVED = set("<>#^\r")
LONGEST = 5000
"""Characters of a command."""
_AROUND = len("<119#1#U##>") + 1 + 74
"""Of these, what is not the block: the fixed part, and the key block protection key with its delimiter."""
_HASHES = ("10", "21")
"""SHA-1 and SHA-256, as optional block HM names them. Source: ANSI X9.143:2021, 6.3.6.5, table 13."""
_MAC_USAGES = ("M0", "M1", "M2", "M3", "M4")


def _reserved(facts: Facts) -> bool:
    return any(_RESERVED & set(block.data) for block in facts.header.optional_blocks)


def _other_hash(facts: Facts) -> bool:
    return facts.header.algorithm == "H" and not any(
        block.block_id == "HM" and block.data in _HASHES for block in facts.header.optional_blocks
    )


def _says_more_than_a_header(facts: Facts) -> bool:
    return bool(block_ids(facts)) or (facts.header.key_version_number != "00" and not is_component(facts))


RULES = (
    *STANDARD_RULES,
    Rule(
        "reserved-characters",
        _reserved,
        Severity.REFUSED,
        "an optional block holds one of < > # ^, which have a meaning in the command that carries it (02, invalid "
        "character, or 04, invalid number of parameters)",
        "export without that optional block",
        _FRAMES,
        Remedy.OPTIONAL_BLOCKS,
    ),
    Rule(
        "length",
        lambda facts: facts.length + _AROUND > LONGEST,
        Severity.REFUSED,
        f"command 119 with this block is longer than {LONGEST} characters (01, length out of range)",
        "export with fewer or shorter optional blocks",
        _FRAMES,
        Remedy.OPTIONAL_BLOCKS,
    ),
    Rule(
        "aes-kbpk",
        lambda facts: facts.kek_letter == "A",
        Severity.DEPENDS,
        "command 119 has been seen with version B under a TDES key block protection key (header 1kDNE000); for version "
        "D that key has to be AES, which needs an AES master file key (AKB version 3)",
        "export with version B under a TDES KEK, unless the key itself is AES",
        _NOTHING,
        Remedy.VERSION,
    ),
    Rule(
        "aes-key",
        lambda facts: facts.header.algorithm == "A",
        Severity.DEPENDS,
        "an AES key needs an AES master file key: AKB version 1, under a TDES one, has 24 octets for a key",
        "change nothing in the block: import on an Atalla whose master file key is AES",
        _HEADERS,
        None,
    ),
    *attribute_rules(
        ATTRIBUTES,
        _MAPPING,
        severity=Severity.DEPENDS,
        usage=Words(
            "no Atalla header is known that says this usage (06, key usage error, if there is none)",
            "send the key with a usage for which one is known",
        ),
        algorithm=Words(
            "the Atalla header for this usage is not for keys of this algorithm (06, key usage error)",
            "make the key with an algorithm that its usage allows: TDES or AES, HMAC for M7",
        ),
        mode=Words(
            "the Atalla header has no character for this mode of use with this usage",
            "send the key with a mode of its usage: B, D, E or N for encryption, C, G, V or N for checks, X or N for "
            "derivation",
        ),
    ),
    Rule(
        "hmac-hash",
        _other_hash,
        Severity.DEPENDS,
        "Atalla headers are known for HMAC with SHA-1 and with SHA-256 only (characters H and 2), and optional block "
        "HM names another hash or is missing",
        "export with optional block HM 21 for SHA-256 or 10 for SHA-1, if that is the key's hash",
        _HEADERS,
        Remedy.OPTIONAL_BLOCKS,
    ),
    Rule(
        "component",
        is_component,
        Severity.DEPENDS,
        "the block holds a component; the Atalla header has values for components, but no source shows 119 make one",
        "combine the components first and send the key, with key version number 00",
        _NOTHING,
        Remedy.VERSION_NUMBER,
    ),
    Rule(
        "kek-for-akb",
        lambda facts: facts.header.key_usage == "K0",
        Severity.NOTE,
        "a K0 becomes header 1KDNE000, the KEK of commands 10, 11, 13 and 1A; 11A and 119 want 1kDNE000, which a K1 "
        "becomes",
        "send it as K1, as kek-usage says, if it is to protect TR-31 blocks",
        _MAPPING,
        None,
    ),
    Rule(
        "mac-algorithm",
        lambda facts: facts.header.key_usage in _MAC_USAGES,
        Severity.NOTE,
        "which MAC algorithm a key is for stands in the last character of the Atalla header, and it is not public what "
        "119 writes there; 11A asks for the usage when it exports the key again",
        "change nothing in the block: look at the header that comes back, and compare a MAC of both sides",
        _MAPPING,
        None,
    ),
    Rule(
        "lost-in-the-header",
        _says_more_than_a_header,
        Severity.NOTE,
        "an Atalla header has 8 characters: optional blocks (a key serial number in KS, say) and the key version "
        "number are not kept",
        "change nothing in the block: keep them elsewhere",
        _HEADERS,
        None,
    ),
)

STEPS = {
    Remedy.VERSION: Step(
        "field 1 of 11A, B in <11A#B###KEK#KEY#00#0##>; D, under an AES KEK, is plausible and has not been seen",
        _AWS_SCRIPTS,
    ),
    Remedy.KEK: Step(
        "the KEK is field 4 of 11A, header 1kDNE000. Command 136 makes it as three-key TDES; an AES KEK needs an AES "
        "master file key, and no public source shows one",
        _AWS_SCRIPTS,
    ),
    Remedy.TRANSPORT: Step(
        "136 makes TDES KEKs, for which RSA-2048 is enough: is the KEK really AES? No command for ECDH is known. 12A "
        "trusts the receiver's RSA key (1kREE000, exponent, modulus)",
        _AWS_SCRIPTS,
    ),
    Remedy.USAGE: Step(
        "field 2 of 11A: empty takes it from the AKB header; it has to be named for MAC keys (M0, M1 and M3 share a "
        "header). A KEK from 136 is K1 by the header in its field 2, B9999K1TB00E0000",
        _AWS_SCRIPTS,
    ),
    Remedy.ALGORITHM: Step(
        "set when the key is made: fields 1 and 3 of command 10, the AKB header and the length, D or T (S is one part)",
        _HEADERS,
    ),
    Remedy.MODE: Step(
        "11A has no field for it: character 4 of the AKB header decides (N for all, E, D, G, V), set in field 1 of "
        "command 10 when the key is made",
        _MAPPING,
    ),
    Remedy.VERSION_NUMBER: Step("field 6 of 11A: 00", _AWS_SCRIPTS),
    Remedy.EXPORTABILITY: Step(
        "field 3 of 11A: empty copies character 5 of the AKB header (E, N or S). If the key or KEK is not let out at "
        "all, error 0607, switch option E2 on",
        _AWS_SCRIPTS,
    ),
    Remedy.OPTIONAL_BLOCKS: Step(
        "fields 7 and 8 of 11A, their number and their data: 0 and empty for none", _AWS_SCRIPTS
    ),
}

DOCTOR = Doctor(
    "atalla",
    RULES,
    STEPS,
    caution="two public clients import blocks by command 119, <119#1#U#KBPK#block#>, of version B under a TDES key; of "
    "anything else there is no public source. 119 has to be enabled (23 if not)",
)
