"""Habits of devices and hosts that X9.143 does not allow, each with a name and a switch of its own.

Two sets for callers: `STRICT` lets nothing pass, `USUAL` is what is read without being asked. `USUAL` has the habits
that are harmless and common; those that could hide a misread field are switched on by name (decision 0009).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from keyexchange.tr31.header import Header

_SERIAL_NUMBER = re.compile("(?:[0-9A-F]{4}){4,5}")
_DUKPT_USAGES = ("B0", "B1")
_LENGTH_FIELD = 2

LONGEST_KEY = {"D": 24, "T": 24, "A": 32}
"""Octets of the longest key, by algorithm, to which X9.143 pads shorter ones. Single DES hides among TDES keys."""
CONCEALING = {algorithm: _LENGTH_FIELD + octets for algorithm, octets in LONGEST_KEY.items()}
"""Octets of encrypted content that could hold the longest key. The keys of other algorithms have no longest length."""


class Tolerance(StrEnum):
    """A named deviation. The value is what results, reports and `inspect` show."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Tolerance:
        """A member that is its name on paper and carries its explanation."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    LOWER_CASE_HEX = "lower-case-hex", "the encrypted key or the MAC is in lower-case hex"
    """X9.143:2021, 4 has hex digits in upper case. Some hosts change them on the way; the octets are the same."""
    SHORT_PADDING = "key-length-not-concealed", "the padding does not hide the length of the key"
    """X9.143:2021 pads each key to the longest of its algorithm, TR-31:2018 does not ask for it, and payShield 10K does
    not do it. Source: openemv/tr31 issue 2; payShield blocks in the vectors."""
    KS_ON_AES = "ks-on-aes-dukpt", "block KS, which is for TDES DUKPT, stands beside an AES DUKPT key"
    """TR-31:2018 did not forbid it; X9.143:2021, 6.3.6.8 does, and has IK instead. Source: openemv/tr31 issue 3."""
    KS_TEXT = "ks-not-hex", "block KS holds something other than 16 or 20 hex digits"
    """Sent as printable text by German systems. Source: openemv/tr31 issue 1. Sixteen digits are the older form of
    TR-31:2018 and no deviation here."""
    CHECK_VALUE = "check-value-differs", "block KC or KP states a check value that its key does not have"
    """X9.143:2021, 6.3.6.7 has the value of the wrapped key in KC and of the KBPK in KP. The block is authentic, so its
    sender wrote the wrong value, or wrapped another key than it thought. openemv/tr31 reads such a block and says
    nothing."""


STRICT: frozenset[Tolerance] = frozenset()
USUAL = frozenset({Tolerance.LOWER_CASE_HEX, Tolerance.SHORT_PADDING})


def serial_number_habits(header: Header) -> tuple[Tolerance, ...]:
    """What a header's KS blocks deviate in."""
    return tuple(dict.fromkeys(_of_serial_numbers(header))) if header.optional_blocks else ()


def _of_serial_numbers(header: Header) -> Iterator[Tolerance]:
    for block in header.optional_blocks:
        if block.block_id != "KS":
            continue
        if header.algorithm == "A" and header.key_usage in _DUKPT_USAGES:
            yield Tolerance.KS_ON_AES
        if not _SERIAL_NUMBER.fullmatch(block.data):
            yield Tolerance.KS_TEXT
