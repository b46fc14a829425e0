"""What a payShield refuses to import with A6, and how a payShield as the sender changes a block.

Codes are those of the payShield's general list of errors. Source of the attributes: FelipeRodriguezFonte/CryptoCarver,
after the 10K host programmer's manual 007-001518.
"""

from __future__ import annotations

from keyexchange.inspection import (
    STANDARD_RULES,
    Attributes,
    Confidence,
    Doctor,
    Remedy,
    Rule,
    Severity,
    Source,
    Step,
    Words,
    attribute_rules,
    is_component,
    wraps_keys,
)

_MANUAL = Source(
    "payShield 10K host programmer's manual 007-001518, key usage table, as CryptoCarver gives it", Confidence.REPORTED
)
_AWS_SCRIPTS = Source(
    "aws-samples/samples-for-payment-cryptography-service, key_exchange/hsm/payshield and its tested configuration",
    Confidence.TESTED,
)
_FIRMWARE = Source(
    "github.com/aws-samples/samples-for-payment-cryptography-service, issues 43 and 46, pull request 45",
    Confidence.TESTED,
)
_CODEC = Source("softwaregroup-bg/ut-codec-payshield, A0, A6 and A8 after the payShield manual", Confidence.REPORTED)
_LMK = Source("metalcorpe/payshield-rest-api, error 48", Confidence.REPORTED)
_SETTING = Source(
    "the setting: aws-samples/samples-for-payment-cryptography-service, key_exchange/README.md; that it stops A6, and "
    "with which code, is assumed",
    Confidence.BELIEVED,
)

ATTRIBUTES = {
    "B0": Attributes("AT", "NX"),
    "B1": Attributes("AT", "NX"),
    "C0": Attributes("ADT", "CGNV"),
    "D0": Attributes("ADT", "BDEN"),
    "E0": Attributes("AT", "NX"),
    "E1": Attributes("AT", "NX"),
    "E2": Attributes("AT", "NX"),
    "E3": Attributes("AT", "NX"),
    "E4": Attributes("T", "NX"),
    "E5": Attributes("T", "NX"),
    "E6": Attributes("AT", "NX"),
    "K0": Attributes("ADT", "BDEN"),
    "K1": Attributes("AT", "BDEN"),
    "M0": Attributes("T", "CGNV"),
    "M1": Attributes("DT", "CGNV"),
    "M2": Attributes("DT", "CGNV"),
    "M3": Attributes("T", "CGNV"),
    "M4": Attributes("T", "CGNV"),
    "M5": Attributes("AT", "CGNV"),
    "M6": Attributes("A", "CGNV"),
    "P0": Attributes("ADT", "BDEN"),
    "V0": Attributes("DT", "CGNV"),
    "V1": Attributes("DT", "CGNV"),
    "V2": Attributes("ADT", "CGNV"),
}
"""Attributes of TR-31 usages that a payShield holds. The manual as quoted gives no algorithms for C0 and no modes for
E4 to E6: every block cipher, and the modes of E0, are assumed there."""


RULES = (
    *STANDARD_RULES,
    *attribute_rules(
        ATTRIBUTES,
        _MANUAL,
        usage=Words(
            "a payShield has no TR-31 key of this usage (A6, invalid key usage)",
            "send the key with a usage that the payShield has",
        ),
        algorithm=Words(
            "a payShield has no key of this usage with this algorithm (A7, invalid algorithm)",
            "make the key with an algorithm that its usage allows, such as CMAC keys (M6) as AES keys only",
        ),
        mode=Words(
            "a payShield does not take this mode of use with this key usage (A8, invalid mode of use)",
            "send the key with a mode of its usage: B, D, E or N for encryption, C, G, V or N for checks, X or N for "
            "derivation",
        ),
    ),
    Rule(
        "import-of-a-zmk",
        wraps_keys,
        Severity.DEPENDS,
        'a key that wraps keys is taken only when the security setting "Enable import of a ZMK" is YES (29 or 17)',
        "change nothing in the block: an officer changes the setting at the receiving payShield",
        _SETTING,
        None,
    ),
    Rule(
        "aes-under-3des-lmk",
        lambda facts: facts.header.algorithm == "A",
        Severity.DEPENDS,
        "an AES key needs an AES key-block LMK; a variant LMK or a 3DES one refuses it (48)",
        "change nothing in the block: import under an LMK identifier (field %) of an AES key-block LMK",
        _LMK,
        None,
    ),
    Rule(
        "component",
        is_component,
        Severity.DEPENDS,
        "the block holds a component: it becomes a component under the LMK, which A4 combines with the others",
        "combine the components first and send the key, with key version number 00",
        Source("ANSI X9.143:2021, 6.2; payShield host command A4", Confidence.REPORTED),
        Remedy.VERSION_NUMBER,
    ),
)

STEPS = {
    Remedy.VERSION: Step(
        "the last field of A8, and of A0 when it exports: !B under a TDES ZMK, !D under an AES ZMK. In B8 always !B: "
        "older firmware knows no !D",
        _FIRMWARE,
    ),
    Remedy.KEK: Step(
        "make an AES ZMK under an AES key-block LMK, A0 with #K1A3B00E00, and establish it with the receiver by ECDH "
        "(FY, IG), since B8 encrypts with TDES; then A8 under it with !D",
        _AWS_SCRIPTS,
    ),
    Remedy.TRANSPORT: Step(
        "EO and B8 take the certificate that the receiver gives: ask it for RSA-3072 or longer, such as "
        "WrappingKeyAlgorithm RSA_3072 at AWS; for an AES KEK use ECDH (FY, IG), since B8 encrypts with TDES",
        _AWS_SCRIPTS,
    ),
    Remedy.USAGE: Step(
        "key-block LMK: A8 takes the usage of the S block, so it is set when the key is made, the first two characters "
        "after # in A0 (#K1T2B00E00 for a K1; 51 and 52 leave as K0). Variant LMK: the first two characters after & in "
        "A8 or B8 (&K1B00S00)",
        _AWS_SCRIPTS,
    ),
    Remedy.ALGORITHM: Step(
        "set when the key is made: the two characters behind the usage after # in A0: T2, T3, A1, A2 or A3",
        _CODEC,
    ),
    Remedy.MODE: Step(
        "key-block LMK: A8 takes the mode of the S block, set in A0 behind usage and algorithm (#B0T2X00E00; AWS's "
        "sample makes every key with N there). Variant LMK: the third character after & in A8 or B8 (&B0X00S00)",
        _AWS_SCRIPTS,
    ),
    Remedy.VERSION_NUMBER: Step("form the key from its components with A4, then export it with A8", _CODEC),
    Remedy.EXPORTABILITY: Step(
        "key-block LMK: leave &N away in A8 or B8, it makes the exported copy non-exportable; &E or &S say otherwise. "
        "Variant LMK: the sixth character after & (&B0X00S00). A key whose own S block says N is not exported at all "
        "(29)",
        _AWS_SCRIPTS,
    ),
    Remedy.OPTIONAL_BLOCKS: Step(
        "A8 carries the optional blocks of the S block; a key made with 00 as the last two characters of # in A0 has "
        "none",
        _CODEC,
    ),
}

DOCTOR = Doctor("payshield", RULES, STEPS)
