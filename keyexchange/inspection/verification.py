"""A key block's content, as far as it may be shown: sizes and check values, never the key."""

from __future__ import annotations

from typing import Literal

from keyexchange import tr31
from keyexchange.crypto import block_cipher_kcv, block_cipher_key, hmac_kcv, is_single_des
from keyexchange.errors import ConfigError
from keyexchange.inspection.contract import Fields, ProtectionKey
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret
from keyexchange.tr31.content import LENGTHS

_ALGORITHMS: dict[str, Literal["T", "A"]] = {"TDES": "T", "AES": "A"}
_PRIVATE = ("R", "E", "S")
_HMAC = {
    "20": KeyAlgorithm.HMAC_SHA224,
    "21": KeyAlgorithm.HMAC_SHA256,
    "22": KeyAlgorithm.HMAC_SHA384,
    "23": KeyAlgorithm.HMAC_SHA512,
}
"""By the data of optional block HM. Source: X9.143:2021, 6.3.6.5, table 13."""


def protection_key(text: Secret, algorithm: str | None) -> ProtectionKey:
    """A key from its text.

    Args:
        text: hexadecimal digits, with or without white space, as a reference names them.
        algorithm: "TDES", "AES", or None: whatever the block's version takes.

    Raises:
        ConfigError: not hexadecimal. Nothing of it is quoted.
    """
    try:
        octets = bytes.fromhex(text.reveal().decode("ascii"))
    except ValueError:
        raise ConfigError(
            "the reference of the key block protection key does not name hexadecimal text",
            hint="give the key as 32, 48 or 64 hexadecimal digits in the variable or file",
        ) from None
    return ProtectionKey(Secret(octets), _ALGORITHMS[algorithm] if algorithm else None)


def kbpk_for(version_id: str, protection: ProtectionKey) -> tr31.Kbpk:
    """The key block protection key of a block.

    Raises:
        FormatError: category kbpk_length.
    """
    return tr31.Kbpk(protection.letter or tr31.VERSIONS[version_id].letter, protection.key)


def key_rows(header: tr31.Header, key: Secret) -> Fields:
    """Length and check value of an authenticated key."""
    rows = [("key length", f"{len(key)} octets")]
    rows += [("against X9.143", words) for words in tr31.content_violations(header.algorithm, key)]
    if len(key) in LENGTHS.get(header.algorithm, ()):
        kcv = block_cipher_kcv(block_cipher_key("A" if header.algorithm == "A" else "T", key))
        rows.append(("key check value", f"{kcv}: {kcv.method.meaning}"))
        if header.algorithm == "T" and is_single_des(key):
            rows.append(("warning", "its parts are equal: it does no more than single DES"))
        return rows
    if header.algorithm in _PRIVATE:
        form = tr31.private_key_form(header.algorithm, key)
        return [*rows, ("content", f"a private key: {form}" if form else "no private key that is known here")]
    hash_block = next((block.data for block in header.optional_blocks if block.block_id == "HM"), "")
    if header.algorithm == "H":
        rows.append(("key check value", _hmac_check_value(key, hash_block)))
    return rows


def _hmac_check_value(key: Secret, hash_block: str) -> str:
    if hash_block not in _HMAC:
        why = "block HM names another hash" if hash_block else "block HM is missing"
        return f"none: it is made with SHA-224 to SHA-512, and {why}"
    kcv = hmac_kcv(key, _HMAC[hash_block])
    return f"{kcv}: {kcv.method.meaning}"
