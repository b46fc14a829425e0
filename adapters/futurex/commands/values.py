"""Values that many commands share: keys, certificates, selectors of the major key, sizes and hashes."""

from __future__ import annotations

from keyexchange.keys import KeyAlgorithm

from ..tokens import PRINTABLE, Chars, Octets, digits, one_of

PMK = "6"
"""The platform master key, AES. Source: AWS's scripts and their tested configuration."""
MAJOR_KEY = one_of(PMK)

KEY = Chars(PRINTABLE, 5, 9999)
"""A symmetric key: a TR-31 block under the PMK, a cryptogram under the MFK (16, 32, 48 hex digits), BD and a slot."""
WRAPPED = Chars(PRINTABLE, 16, 9999)
"""A symmetric key under a KEK: a TR-31 block, or a cryptogram."""
ASYMMETRIC = Chars(PRINTABLE, 1, 9999)
"""A private or a trusted public key under the PMK: handed back as it came, whatever it looks like."""
HEADER = Chars(PRINTABLE, 16, 16)
"""Header of a TR-31 block; the digits of its length are zero and filled in by the HSM."""
CHECK_DIGITS = Chars(frozenset("0123456789ABCDEF"), 4, 16)
MODIFIER = Chars(frozenset("0123456789ABCDEF"), 1, 1)
"""Modifier of the MFK, one hex digit."""
CERTIFICATE = Octets(1, 8192)
"""X.509, DER. Requests of PKCS#10 too."""
PUBLIC_KEY = Octets(1, 4096)
"""Clear public key, DER: SubjectPublicKeyInfo from the face."""
SWITCH = Chars(PRINTABLE, 0, 16)
"""A constant that AWS's scripts send and no public source explains; taken as it is."""

PAIR_MODES = one_of("G", "V", "X", "D")
"""Mode of use of an asymmetric key: sign, verify, agree on a key, decrypt. D is a convention of ours."""

KEY_TYPES = {
    "2": KeyAlgorithm.TDES_2KEY,
    "3": KeyAlgorithm.TDES_3KEY,
    "4": KeyAlgorithm.AES_128,
    "5": KeyAlgorithm.AES_192,
    "6": KeyAlgorithm.AES_256,
}
"""CT. Source: AWS's scripts."""
KEY_TYPE = one_of(*KEY_TYPES)
TYPE_OF_KEY = {algorithm: code for code, algorithm in KEY_TYPES.items()}

CURVES = {"2": KeyAlgorithm.ECC_NIST_P256, "3": KeyAlgorithm.ECC_NIST_P384, "4": KeyAlgorithm.ECC_NIST_P521}
"""RA of GECC. Source: AWS's scripts."""

HASHES = {"4": "SHA_256", "5": "SHA_384", "6": "SHA_512"}
"""RG of SDDH. Source: AWS's scripts. That AL and the RG of ASYR count the same way is an inference."""
HASH = one_of(*HASHES)

DATE = digits(8)
"""yyyymmdd."""

CLIENT = "the C# client CredECard.HSMSecurity"
"""Published issuer software that works with a Futurex HSM under an MFK: the source of the data commands."""
BY_KEY_BLOCK = "FS6 and a key block in a key token; the source has slots of keys under the MFK"

VERDICT = one_of("Y", "N", "S", "L", "W")
"""BB: verified, not verified, the PIN block does not read, the PIN is too short, the PIN is too simple."""
PAN = digits(12, 19)
PAN_PART = digits(12)
"""The twelve digits of the PAN before its check digit."""
YES, NO, UNREADABLE = "Y", "N", "S"
DATA = Octets(1, 2048)
"""Data in hex: 4096 characters a message. Source: the C# client's signing commands."""
