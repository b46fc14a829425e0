"""The Atalla key block: `HEADER,KEYFIELD,MAC`. Text in, dataclass out; nothing is verified.

| part | what |
|---|---|
| header | 8 characters, see `Header` |
| key field | hexadecimal: 48 digits for a TDES key, longer for RSA; the public half of an RSA pair is in clear |
| MAC | 16 hexadecimal digits |

Source: aws-samples/samples-for-payment-cryptography-service, key_exchange/hsm/atalla (samples);
FelipeRodriguezFonte/CryptoCarver, after Utimaco's Atalla Key Block Migration Guide AJ560-9004A, tables 2-1 to 2-9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from keyexchange.errors import FormatError

_BLOCK = re.compile(r"([13][A-Za-z0-9]{7}),((?:[0-9A-Fa-f]{2})+),([0-9A-Fa-f]{16})")
_SPECIFICATION = re.compile(r"G([13][A-Za-z0-9]{7}),(8|16|24)")

VERSIONS = {"1": "under a TDES master file key", "3": "under an AES master file key"}
USAGES = {
    "A": "ATM master key",
    "B": "CMAC (3DES)",
    "C": "card verification (CVV, CVC)",
    "D": "data encryption",
    "G": "Gilbarco",
    "I": "initialisation vector",
    "J": "AES",
    "K": "key encryption key",
    "M": "MAC",
    "P": "PIN encryption",
    "R": "root signing (RSA)",
    "S": "signing (RSA)",
    "T": "token",
    "V": "PIN verification",
    "b": "signing token",
    "c": "communication",
    "d": "derivation",
    "i": "DUKPT initial key",
    "k": "TR-31 or TR-34 wrapping",
    "m": "master key (EMV and others)",
    "n": "number or decimalisation table",
    "p": "signing (RSA)",
    "s": "signing (RSA)",
    "w": "TR-34 message signing",
}
ALGORITHMS = {
    "2": "HMAC-SHA256",
    "3": "IBM 3624",
    "D": "DES",
    "E": "EMV",
    "H": "HMAC-SHA1",
    "J": "AES",
    "R": "RSA",
    "S": "DSA",
    "U": "unspecified",
    "V": "Visa",
    "X": "American Express",
}
MODES = {
    "D": "decrypt only",
    "E": "encrypt only",
    "G": "generate only",
    "I": "import (RSA)",
    "N": "no restriction",
    "R": "RSA",
    "V": "verify only",
    "X": "export (RSA)",
    "p": "print",
}
EXPORTABILITY = {
    "E": "exportable under a trusted key",
    "N": "not exportable",
    "S": "sensitive: exportable under an untrusted key too",
}
SPECIAL_HANDLING = {
    "0": "none",
    "E": "KEK only for exporting",
    "I": "KEK only for importing a working key",
    "K": "KEK only for importing a KEK",
    "M": "master file key",
    "d": "derivation",
}
OTHER = {
    "0": "none",
    "1": "ISO 9797-1 MAC algorithm 1, or ISO 16609",
    "3": "ISO 9797-1 MAC algorithm 3",
    "5": "ISO 9797-1 MAC algorithm 5",
    "E": "EMV confidentiality",
    "M": "EMV integrity",
    "a": "EMV application cryptogram",
    "d": "EMV data authentication",
    "e": "EMV dynamic numbers",
    "f": "EMV personalisation",
    "g": "EMV, other",
    "k": "TR-34 wrapping",
}
"""Header characters to their meaning; characters that are not here have one that no public source gives."""

_RSA_PUBLIC = "0003010001"
"""Length of the exponent and the exponent 65537, in clear before the modulus."""


@dataclass(frozen=True)
class Akb:
    """A block's parts, unauthenticated.

    Args:
        header: 8 characters: version, usage, algorithm, mode, exportability, reserved, special handling, other.
        key_field: the encrypted key, or a public RSA key in clear.
        mac: 8 octets.
    """

    header: str
    key_field: bytes
    mac: bytes

    @property
    def text(self) -> str:
        """As it stands in a command."""
        return f"{self.header},{self.key_field.hex().upper()},{self.mac.hex().upper()}"

    @property
    def public_bits(self) -> int | None:
        """Length of the modulus of a public RSA key; None for keys that are encrypted.

        Source: aws-samples, atalla_to_apc_tr34.py: 14 digits stand before the modulus.
        """
        digits = self.key_field.hex()
        if self.header[2] != "R" or not digits.startswith(_RSA_PUBLIC):
            return None
        return 8 * int(digits[10:14] or "0", 16)

    @property
    def public_modulus(self) -> int | None:
        """The modulus of a public RSA key with the exponent 65537; None when this is none, or not whole."""
        bits, modulus = self.public_bits, self.key_field[7:]
        return int.from_bytes(modulus, "big") if bits is not None and bits == 8 * len(modulus) else None


def looks_like_akb(text: str) -> bool:
    """Whether a text has the form of an Atalla key block."""
    return _BLOCK.fullmatch(text) is not None


def parse(text: str) -> Akb:
    """Read a block's parts.

    Raises:
        FormatError: category header_malformed.
    """
    found = _BLOCK.fullmatch(text)
    if found is None:
        raise FormatError(
            "this is not an Atalla key block",
            category="header_malformed",
            hint="a block is a header of 8 characters, a key field and a MAC in hexadecimal, with commas between",
        )
    return Akb(found[1], bytes.fromhex(found[2]), bytes.fromhex(found[3]))


@dataclass(frozen=True)
class Specification:
    """What a command is asked to make instead of being given: `G`, header, comma, number of octets.

    Args:
        header: 8 characters.
        octets: 8, 16 or 24.
    """

    header: str
    octets: int


def read_specification(text: str) -> Specification | None:
    """A key specification, or None when the text is none. Source: a public C client of a card switch, command 1A."""
    found = _SPECIFICATION.fullmatch(text)
    return Specification(found[1], int(found[2])) if found else None
