"""Which keys operations take by AWS's user guide, row by row, and where the software HSM differs from it.

Source: AWS Payment Cryptography User Guide, "Valid keys for cryptographic operations".
"""

from __future__ import annotations

from typing import NamedTuple

from keyexchange.hsm.apc.data.uses import Use

DOUBLE, TRIPLE, TDES = "TDES_2KEY", "TDES_3KEY", "TDES_2KEY TDES_3KEY"
AES = "AES_128 AES_192 AES_256"
BLOCK = f"{TDES} {AES}"
RSA = "RSA_2048 RSA_3072 RSA_4096"
ECC = "ECC_NIST_P256 ECC_NIST_P384 ECC_NIST_P521"
HMAC = "HMAC_SHA224 HMAC_SHA256 HMAC_SHA384 HMAC_SHA512"


class Row(NamedTuple):
    """Keys of one use: usages, algorithms and modes of use, each separated by blanks."""

    usages: str
    algorithms: str
    modes: str


class Difference(NamedTuple):
    """A row that the guide does not have, or has otherwise."""

    row: Row
    reason: str


GUIDE = {
    Use.ENCRYPT: Row("D0", BLOCK, "E B N"),
    Use.DECRYPT: Row("D0", BLOCK, "D B N"),
    Use.ENCRYPT_RSA: Row("D1", RSA, "E B"),
    Use.DECRYPT_RSA: Row("D1", RSA, "D B"),
    Use.DUKPT: Row("B0", f"{DOUBLE} {AES}", "X N"),
    Use.EMV_DATA: Row("E1 E6", DOUBLE, "X"),
    Use.GENERATE_MAC_1: Row("M1", TDES, "G C"),
    Use.GENERATE_MAC_3: Row("M1", TDES, "G C"),
    Use.GENERATE_CMAC: Row("M6", BLOCK, "G C"),
    Use.GENERATE_HMAC: Row("M7", BLOCK, "G C"),
    Use.VERIFY_MAC_1: Row("M1", TDES, "V C"),
    Use.VERIFY_MAC_3: Row("M1", TDES, "V C"),
    Use.VERIFY_CMAC: Row("M6", BLOCK, "V C"),
    Use.VERIFY_HMAC: Row("M7", BLOCK, "V C"),
    Use.EMV_INTEGRITY: Row("E2", DOUBLE, "N"),
    Use.EMV_CONFIDENTIALITY: Row("E1", DOUBLE, "X"),
    Use.EMV_CRYPTOGRAM: Row("E0", DOUBLE, "X"),
    Use.ENCRYPT_PIN: Row("P0", TDES, "E B N"),
    Use.DECRYPT_PIN: Row("P0", TDES, "D B N"),
    Use.GENERATE_PVV: Row("V2", TRIPLE, "G C"),
    Use.VERIFY_PVV: Row("V2", TRIPLE, "V C"),
    Use.GENERATE_IBM_3624: Row("V1", TRIPLE, "G C"),
    Use.VERIFY_IBM_3624: Row("V1", TRIPLE, "V C"),
    Use.GENERATE_CVV: Row("C0", DOUBLE, "G C"),
    Use.VERIFY_CVV: Row("C0", DOUBLE, "G C"),
    Use.GENERATE_CSC: Row("C0", TDES, "G C"),
    Use.VERIFY_CSC: Row("C0", TDES, "G C"),
    Use.DYNAMIC_CODE: Row("E4", DOUBLE, "X"),
    Use.DYNAMIC_VALUE: Row("E6", DOUBLE, "X"),
}

_SLIP = "M1 in the guide, as for algorithm 1, which is taken for a slip: X9.143 has M3 for this algorithm"
_NEWER = "the guide's list is older than the HMAC keys of the API"
_AES = "the guide has TDES alone; ISO_FORMAT_4, which the API has since, needs AES"
_EXAMPLES = "TDES_3KEY alone in the guide's table; its examples create and use TDES_2KEY"
_VERIFIES = "the guide lists Generate, which leaves a key that only verifies without an operation"
_SAMPLES = "not in the guide's table: as AWS's AS2805 samples have it"
_EXPORTS = "not in the guide's table: as keys that import and export other keys have it there"

DIFFERENT = {
    Use.GENERATE_MAC_3: Difference(Row("M3", TDES, "G C"), _SLIP),
    Use.VERIFY_MAC_3: Difference(Row("M3", TDES, "V C"), _SLIP),
    Use.GENERATE_HMAC: Difference(Row("M7", f"{BLOCK} {HMAC}", "G C"), _NEWER),
    Use.VERIFY_HMAC: Difference(Row("M7", f"{BLOCK} {HMAC}", "V C"), _NEWER),
    Use.EMV_INTEGRITY: Difference(
        Row("E2", DOUBLE, "X N"),
        "N alone in the guide's table; its page on EMV MACs creates a key of mode X, and a user's program derives from "
        "such keys (J8k3/aws-payment-cryptography-hsm-proxy)",
    ),
    Use.ENCRYPT_PIN: Difference(Row("P0", BLOCK, "E B N"), _AES),
    Use.DECRYPT_PIN: Difference(Row("P0", BLOCK, "D B N"), _AES),
    Use.GENERATE_PVV: Difference(Row("V2", TDES, "G C"), _EXAMPLES),
    Use.VERIFY_PVV: Difference(Row("V2", TDES, "V C"), _EXAMPLES),
    Use.GENERATE_IBM_3624: Difference(Row("V1", TDES, "G C"), _EXAMPLES),
    Use.VERIFY_IBM_3624: Difference(Row("V1", TDES, "V C"), _EXAMPLES),
    Use.VERIFY_CVV: Difference(Row("C0", DOUBLE, "V C"), _VERIFIES),
    Use.VERIFY_CSC: Difference(Row("C0", TDES, "V C"), _VERIFIES),
    Use.GENERATE_AS2805_MAC: Difference(Row("M0", TDES, "G C"), _SAMPLES),
    Use.VERIFY_AS2805_MAC: Difference(Row("M0", TDES, "V C"), _SAMPLES),
    Use.AGREE: Difference(Row("K3", ECC, "X"), "not in the guide's table: as its text on ECDH has it"),
    Use.WRAP: Difference(Row("K0 K1", BLOCK, "E B N"), _EXPORTS),
    Use.UNWRAP: Difference(Row("K0 K1", BLOCK, "D B N"), _EXPORTS),
    Use.ASK_VALIDATION: Difference(Row("K0", TDES, "E B N"), f"{_SAMPLES}; it encrypts alone"),
    Use.ANSWER_VALIDATION: Difference(Row("K0", TDES, "B N"), f"{_SAMPLES}; it decrypts and encrypts"),
}
