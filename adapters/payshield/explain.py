"""Thales key blocks and key cryptograms for `keyexchange inspect`.

Source of the usages: FelipeRodriguezFonte/CryptoCarver, after the 10K host programmer's manual 007-001518; of the
schemes: softwaregroup-bg/ut-codec-payshield, nickntg/thalessimulatorlibrary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from keyexchange.errors import FormatError
from keyexchange.inspection import Explainer, Fields, Written, header_rows

from .lmk import blocks

_BLOCK = re.compile(r"S[01][0-9]{4}[A-Z0-9]{4}")
_LENGTH = slice(2, 6)
_BLOCK_NAME = "Thales key block"
_CRYPTOGRAM_NAME = "Thales key cryptogram"


@dataclass(frozen=True)
class _Version:
    """What a version id of a Thales block means.

    Args:
        meaning: for a person.
        mac_digits: hexadecimal digits of the MAC at the end.
    """

    meaning: str
    mac_digits: int


_VERSIONS = {"0": _Version("under a 3DES key", 8), "1": _Version("under an AES key", 16)}

USAGES = {
    "01": "WatchWord key",
    "02": "RSA or ECC public key",
    "03": "RSA or ECC private key, for signatures and key management",
    "04": "RSA private key for ICC personalisation",
    "05": "RSA private key for PIN translation",
    "06": "RSA private key for TLS",
    "11": "CVK, American Express CSC",
    "12": "CVK, Mastercard CVC",
    "13": "CVK, Visa CVV",
    "21": "DEK, data encryption",
    "22": "ZEK, data encryption between zones",
    "23": "TEK, data encryption at a terminal",
    "24": "transport key",
    "25": "data encryption in counter mode",
    "32": "EMV issuer master key for dynamic CVC3",
    "41": "BDK of type 2",
    "42": "BDK of type 3",
    "43": "BDK of type 4",
    "44": "BDK of type 5",
    "51": "TMK, terminal master key",
    "52": "ZMK, zone master key",
    "53": "ZKA master key",
    "61": "HMAC with SHA-1",
    "62": "HMAC with SHA-224",
    "63": "HMAC with SHA-256",
    "64": "HMAC with SHA-384",
    "65": "HMAC with SHA-512",
    "71": "TPK, PIN encryption at a terminal",
    "72": "ZPK, PIN encryption between zones",
    "73": "TKR, terminal key register",
}
"""Key usages that only Thales blocks have."""

_SCHEMES = {
    "U": ("double-length TDES key, each part under its own variant", 32),
    "T": ("triple-length TDES key, each part under its own variant", 48),
    "X": ("double-length TDES key, ANSI X9.17 (under a ZMK)", 32),
    "Y": ("triple-length TDES key, ANSI X9.17 (under a ZMK)", 48),
}
"""Key scheme tag: meaning, hexadecimal digits behind it."""
_CRYPTOGRAM = re.compile("|".join(f"{tag}[0-9A-Fa-f]{{{digits}}}" for tag, (_, digits) in _SCHEMES.items()))


def _recognises_block(written: Written) -> bool:
    return _BLOCK.match(written.text) is not None


def _explain_block(written: Written) -> Fields:
    text = written.text
    if int(text[_LENGTH]) != len(text) - len(blocks.TAG):
        raise FormatError(
            f"the block says it has {text[_LENGTH]} characters behind the S and has {len(text) - 1}",
            category="length_mismatch",
            hint="it was cut, or something stands behind it: take it whole, without line breaks",
        )
    header = blocks.read_header(text)
    version = _VERSIONS[header.version_id]
    content = len(text) - len(blocks.TAG) - header.length - version.mac_digits
    rows = [
        (name, f"{header.key_usage}: {USAGES[header.key_usage]}")
        if name == "key usage" and header.key_usage in USAGES
        else (name, meaning)
        for name, meaning in header_rows(header)
    ]
    return [
        ("format", _BLOCK_NAME),
        ("version", f"{header.version_id}: {version.meaning}"),
        ("length", f"{text[_LENGTH]} characters behind the tag S"),
        *rows,
        ("LMK identifier", _holder(header.reserved)),
        ("key data", f"{content} characters, not opened"),
        ("MAC", f"{version.mac_digits // 2} octets, not verified (only the LMK or ZMK can)"),
    ]


def _holder(identifier: str) -> str:
    return f"{identifier}: under a ZMK" if identifier == blocks.EXPORTED else identifier


def _recognises_cryptogram(written: Written) -> bool:
    return _CRYPTOGRAM.fullmatch(written.text) is not None


def _explain_cryptogram(written: Written) -> Fields:
    tag = written.text[0]
    meaning, digits = _SCHEMES[tag]
    return [
        ("format", _CRYPTOGRAM_NAME),
        ("key scheme", f"{tag}: {meaning}"),
        ("encrypted key", f"{digits // 2} octets, not opened"),
        ("key type", "not stated: under a variant LMK the LMK pair is its type, so it has to be known"),
        ("MAC", "none: nothing shows whether it was changed, except the parity of the key inside"),
    ]


EXPLAINERS = (
    Explainer(_BLOCK_NAME, "begins with S, 0 or 1, and four digits of length", _recognises_block, _explain_block),
    Explainer(
        _CRYPTOGRAM_NAME,
        "U or X and 32, T or Y and 48 hexadecimal digits",
        _recognises_cryptogram,
        _explain_cryptogram,
    ),
)
