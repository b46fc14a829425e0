"""What a Futurex payment HSM refuses when it imports a TR-31 block, and how a Futurex changes a block that it sends.

Little of its import is public: the export side stands in AWS's scripts, which were run against firmware 7.4 and 7.6
with an AES platform master key (PMK). What is taken over from there to the import side is marked as believed, and what
is only believed never refuses a block.
"""

from __future__ import annotations

from keyexchange import tr31
from keyexchange.inspection import (
    STANDARD_RULES,
    Confidence,
    Doctor,
    Facts,
    Remedy,
    Rule,
    Severity,
    Source,
    Step,
    is_component,
    lacks_hash,
)

_AWS_SCRIPTS = Source(
    "aws-samples/samples-for-payment-cryptography-service, key_exchange/hsm/futurex/commands.py and README",
    Confidence.TESTED,
)
_COPIES = Source(
    "TWKA as in aws-samples/samples-for-payment-cryptography-service, key_exchange/hsm/futurex/commands.py; that it "
    "copies the header and that the KEK decides the version is read from the blocks that AWS takes",
    Confidence.BELIEVED,
)
_X9143 = Source(
    "ANSI X9.143:2021, tables 2 to 4; where public tables of them differ, the widest", Confidence.DOCUMENTED
)
_HASH = Source("ANSI X9.143:2021, 6.3.6.5", Confidence.DOCUMENTED)
_SEEN = Source(
    "usages: aws-samples/samples-for-payment-cryptography-service, key_exchange/hsm/futurex; that the others are held "
    "likewise is assumed",
    Confidence.BELIEVED,
)
_ERRORS = Source(
    "error list of com.alodiga.hsm, whose words are taken to be Futurex's, with the number behind AM of ERRO",
    Confidence.BELIEVED,
)
_MAJOR_KEYS = Source(
    "docs.futurex.com, major keys: the PMK for AES; that the MFK of a payment HSM is a TDES key is usual, and assumed",
    Confidence.BELIEVED,
)
_NOTHING = Source("no public source shows how a Futurex imports such a block", Confidence.BELIEVED)

SEEN = ("P0", "B0", "K0", "K1")
"""Key usages that AWS's scripts have a Futurex make."""
_SECRET = "ATDH"  # noqa: S105  # algorithm letters
_DELIMITERS = set(";[]")
"""They end a token and a message, so no value can hold them."""


def _delimiting(facts: Facts) -> bool:
    return any(_DELIMITERS & set(block.data) for block in facts.header.optional_blocks)


RULES = (
    *STANDARD_RULES,
    Rule(
        "delimiters",
        _delimiting,
        Severity.REFUSED,
        "an optional block holds a semicolon or a square bracket, which end a token or a message on an Excrypt port",
        "export without that optional block",
        _AWS_SCRIPTS,
        Remedy.OPTIONAL_BLOCKS,
    ),
    Rule(
        "combination",
        lambda facts: bool(tr31.violations(facts.header)),
        Severity.DEPENDS,
        "X9.143 has no key of this usage with this algorithm or mode; whether a Futurex refuses it is not public",
        "send the key with attributes that go together; `keyexchange inspect` says which do not",
        _X9143,
        Remedy.MODE,
    ),
    Rule(
        "hmac-hash",
        lacks_hash,
        Severity.DEPENDS,
        "an HMAC key has no optional block HM, so its hash is not known; whether a Futurex refuses it is not public",
        "export with optional block HM: 20 for SHA-224, 21 for SHA-256, 22 for SHA-384, 23 for SHA-512",
        _HASH,
        Remedy.OPTIONAL_BLOCKS,
    ),
    Rule(
        "usage-not-seen",
        lambda facts: facts.header.key_usage not in SEEN,
        Severity.DEPENDS,
        "published work with a Futurex has TR-31 keys of usage P0, B0, K0 and K1 only; others are taken to be held as "
        "X9.143 has them (63, incorrect key type, if not)",
        "change nothing in the block: try one key of this usage on a test unit first",
        _SEEN,
        None,
    ),
    Rule(
        "aes-under-mfk",
        lambda facts: facts.header.algorithm == "A",
        Severity.DEPENDS,
        "an AES key needs the platform master key (FS6, AES); the MFK holds TDES keys (54, key strength greater than "
        "MFK strength)",
        "change nothing in the block: import with FS6, on a unit whose PMK is loaded",
        _MAJOR_KEYS,
        None,
    ),
    Rule(
        "single-des",
        lambda facts: facts.header.algorithm == "D",
        Severity.DEPENDS,
        "a single DES key: token CT, the kind of a key, has no value for one (44, illegal double keys, is near it)",
        "replace the key by one of TDES or AES",
        _ERRORS,
        Remedy.ALGORITHM,
    ),
    Rule(
        "asymmetric",
        lambda facts: facts.header.algorithm.isalpha() and facts.header.algorithm not in _SECRET,
        Severity.DEPENDS,
        "the block holds a private key; a Futurex makes its key pairs itself (GRSA, GECC), and no command is known "
        "that takes one in a TR-31 block",
        "make the key pair on the Futurex and have its public key certified again",
        _NOTHING,
        None,
    ),
    Rule(
        "component",
        is_component,
        Severity.DEPENDS,
        "the block holds a component, and it is not known whether a Futurex takes one in a block",
        "combine the components first and send the key, with key version number 00",
        _NOTHING,
        Remedy.VERSION_NUMBER,
    ),
)

STEPS = {
    Remedy.VERSION: Step(
        "TWKA with OFT has no field for it: B comes under a TDES KEK and D under an AES KEK, so name another KEK in AP",
        _COPIES,
    ),
    Remedy.KEK: Step(
        "derive an AES-256 KEK with the receiver by ECDH: GECC with RA4 (P-521) and CZX, then SDDH with CT6; TWKA with "
        "that key in AP",
        _AWS_SCRIPTS,
    ),
    Remedy.TRANSPORT: Step(
        "TRTP wraps for the receiver's certificate in SJ, and CT3 is three-key TDES: for an AES KEK use ECDH, GECC "
        "with RA4 (P-521) and CZX, then SDDH with CT6",
        _AWS_SCRIPTS,
    ),
    Remedy.USAGE: Step(
        "set when the key is made: characters 6 and 7 of the header in AK of GPGS (AKD0000K1TB00E0000 for a K1)",
        _AWS_SCRIPTS,
    ),
    Remedy.ALGORITHM: Step(
        "set when the key is made: CT of GPGS, 2 and 3 for two- and three-key TDES, 4 to 6 for AES-128 to AES-256, "
        "with T or A as character 8 of the header in AK",
        _AWS_SCRIPTS,
    ),
    Remedy.MODE: Step(
        "set when the key is made: character 9 of the header in AK of GPGS (B for a KEK or PIN key, X for a BDK)",
        _AWS_SCRIPTS,
    ),
    Remedy.VERSION_NUMBER: Step(
        "set when the key is made: characters 10 and 11 of the header in AK of GPGS, 00", _AWS_SCRIPTS
    ),
    Remedy.EXPORTABILITY: Step(
        "set when the key is made: character 12 of the header in AK of GPGS, E; TWKA copies it, and a key whose own "
        "block says N is taken not to leave",
        _COPIES,
    ),
    Remedy.OPTIONAL_BLOCKS: Step(
        "set when the key is made: characters 13 and 14 of the header in AK of GPGS, 00 for none; TWKA copies them",
        _COPIES,
    ),
}

DOCTOR = Doctor(
    "futurex",
    RULES,
    STEPS,
    caution="no public source shows a Futurex take a TR-31 block: TWKS with FS6, the KEK in AP and the block in BH is "
    "believed to be the command, as the mirror of TWKA. Key Block Policy has to name TR31. Try one key on a test unit",
)
