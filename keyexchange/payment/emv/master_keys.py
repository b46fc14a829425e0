"""The master key of one card, out of the issuer's master key, the PAN and the PAN sequence number.

Cryptograms, scripts and dynamic card values start here; each with an issuer master key of its own.

Source: EMV 4.3 (and 4.4) Book 2, A1.4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from enum import Enum

from keyexchange.crypto import TdesKey, odd_parity, xor
from keyexchange.errors import FormatError
from keyexchange.payment.digits import PAN, Field
from keyexchange.secret import Secret

_ONES = b"\xff" * 8
_SEQUENCE_NUMBER = Field(
    "the PAN sequence number", "pan_sequence_number", range(2, 3), "tag 5F34; 00 where the card has none"
)
_HEX_LETTERS_AS_DIGITS = str.maketrans("abcdef", "012345")


class MasterKeyOption(Enum):
    """How the diversification data come from PAN and sequence number."""

    A = "A"
    B = "B"

    def derive(self, issuer_key: TdesKey, pan: str, sequence_number: str) -> TdesKey:
        """The master key of the card by this option; see `icc_master_key_a` and `icc_master_key_b`."""
        return _OPTIONS[self](issuer_key, pan, sequence_number)


def icc_master_key_a(issuer_key: TdesKey, pan: str, sequence_number: str) -> TdesKey:
    """Option A: the rightmost 16 digits of PAN and sequence number, and their complement, under the issuer's key.

    Args:
        issuer_key: 16 octets.
        pan: 12 to 19 digits; of a longer PAN than 14 digits the left ones drop out.
        sequence_number: 2 digits; "00" where the card has none.

    Returns:
        16 octets with odd parity.

    Raises:
        FormatError: categories key_length, pan, pan_sequence_number.

    Source: EMV Book 2, A1.4.1.
    """
    _require_inputs(issuer_key, pan, sequence_number)
    return _derive(issuer_key, (pan + sequence_number)[-16:].zfill(16))


def icc_master_key_b(issuer_key: TdesKey, pan: str, sequence_number: str) -> TdesKey:
    """Option B: as option A up to 16 digits of PAN; of a longer one 16 digits of its SHA-1 are taken.

    Args and errors are those of `icc_master_key_a`.

    Source: EMV Book 2, A1.4.2: the decimal digits of the hash in their order, then its letters A to F as 0 to 5.
    """
    if len(pan) <= 16:
        return icc_master_key_a(issuer_key, pan, sequence_number)
    _require_inputs(issuer_key, pan, sequence_number)
    return _derive(issuer_key, _hash_digits(pan + sequence_number))


def _hash_digits(digits: str) -> str:
    packed = bytes.fromhex(digits.zfill(len(digits) + len(digits) % 2))
    digest = hashlib.sha1(packed, usedforsecurity=False).hexdigest()
    decimals = "".join(digit for digit in digest if digit.isdigit())
    letters = "".join(digit for digit in digest if digit.isalpha())
    return (decimals + letters.translate(_HEX_LETTERS_AS_DIGITS))[:16]


def _derive(issuer_key: TdesKey, digits: str) -> TdesKey:
    data = bytes.fromhex(digits)
    return TdesKey(Secret(odd_parity(issuer_key.encrypt_ecb(data + xor(data, _ONES)))))


def _require_inputs(issuer_key: TdesKey, pan: str, sequence_number: str) -> None:
    require_double_length("issuer master key", issuer_key)
    PAN.check(pan)
    _SEQUENCE_NUMBER.check(sequence_number)


def require_double_length(name: str, key: TdesKey) -> None:
    """Refuse a key of another length than EMV's.

    Raises:
        FormatError: category key_length.
    """
    if len(key.secret) != 16:
        raise FormatError(
            f"the {name} has {len(key.secret)} octets instead of 16",
            category="key_length",
            hint="EMV derives card and session keys from double-length TDES keys only",
        )


_OPTIONS: dict[MasterKeyOption, Callable[[TdesKey, str, str], TdesKey]] = {
    MasterKeyOption.A: icc_master_key_a,
    MasterKeyOption.B: icc_master_key_b,
}
