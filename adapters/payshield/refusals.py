"""What can be said of a key before the payShield is asked: from the characters of the reviewed file alone."""

from __future__ import annotations

import re

from keyexchange.errors import FormatError
from keyexchange.keys import Algorithm, Exportability, KeyAlgorithm
from keyexchange.protocols.messages import KeyToMove

from .lmk import blocks
from .lmk.key_types import TR31_USAGE, TYPE_OF_USAGE, USAGES_OF_TYPE

_CRYPTOGRAMS = {KeyAlgorithm.TDES_2KEY: "U[0-9A-F]{32}", KeyAlgorithm.TDES_3KEY: "T[0-9A-F]{48}"}
"""A key under a variant LMK, by its algorithm."""
_LENGTH_FIELD = slice(2, 6)
_TR34 = "export_tr34"
_RSA = "export_rsa"
_EXPORTS = (_TR34, "export_tr31", _RSA, "export_ecdh")
"""What puts the key's own header on its way. A KEK that only wraps may have another usage or mode at each side."""
_WITHOUT_BLOCKS = {_TR34: "a TR-34 token", _RSA: "an RSA cryptogram"}
"""What has no place for optional blocks."""
_PADDING = "PB"
_COMES_HERE = ("import_tr31", "import_tr34", "import_rsa", "import_ecdh", "held_key", "make_key")
"""What a receiver does, and A0: a reference is the sender's and says nothing here."""
_ONLY_TDES = "B8 encrypts what it sends with TDES, so it may carry no AES key; AES keys need an AES KEK made by ECDH"


_BARE_KEY = "GK gives the key away without a block around it, and only exportability S allows that"


def refusal_of(key: KeyToMove, ability: str, *, keys_are_blocks: bool) -> str | None:
    """Why a payShield cannot do this with this key; None when nothing speaks against it.

    Args:
        key: of the reviewed file; one that the payShield is to make has no reference.
        ability: as in keyexchange.protocols.abilities.
        keys_are_blocks: the LMK is a key-block LMK.
    """
    if ability == _TR34 and key.attributes.algorithm.letter == Algorithm.A:
        return _ONLY_TDES
    if ability == _RSA and keys_are_blocks and _exportability(key) != Exportability.S:
        return _BARE_KEY
    if ability in _COMES_HERE:
        return _coming_refusal(key, keys_are_blocks=keys_are_blocks)
    if not key.reference:
        return None
    if not keys_are_blocks:
        return _cryptogram_refusal(key) or (_type_refusal(key) if ability == _RSA else None)
    refusal = _block_refusal(key) or (_header_refusal(key) if ability in _EXPORTS else None)
    return refusal or (_lost_refusal(key, ability) if ability in _WITHOUT_BLOCKS else None)


def _exportability(key: KeyToMove) -> str:
    """As the block says; as it is to be made, when there is none that can be read."""
    try:
        return blocks.read_header(key.reference).exportability
    except FormatError:
        return key.attributes.exportability


def _coming_refusal(key: KeyToMove, *, keys_are_blocks: bool) -> str | None:
    algorithm = key.attributes.algorithm
    if algorithm.letter not in (Algorithm.A, Algorithm.T):
        return f"a payShield makes and takes TDES and AES keys this way, no {algorithm} keys"
    if keys_are_blocks:
        return None
    if algorithm not in _CRYPTOGRAMS:
        return f"a variant LMK holds no {algorithm} keys"
    return _type_refusal(key)


def _type_refusal(key: KeyToMove) -> str | None:
    """Where no header travels with the key, nobody else would notice."""
    usage = key.attributes.key_usage
    key_type = key.vendor_key_type or TYPE_OF_USAGE.get(usage)
    if key_type is None:
        return f"no payShield key type is known for key usage {usage}: give it as key_type"
    if usage not in USAGES_OF_TYPE.get(key_type, ()):
        return f"a key of type {key_type} has not the usage {usage}"
    return None


def _cryptogram_refusal(key: KeyToMove) -> str | None:
    pattern = _CRYPTOGRAMS.get(key.attributes.algorithm)
    if pattern is None:
        return f"a variant LMK holds no {key.attributes.algorithm} keys"
    if key.reference.startswith(blocks.TAG):
        return "it is a key block, and variant_lmk is true"
    if re.fullmatch(pattern, key.reference) is None:
        return f"a {key.attributes.algorithm} key under a variant LMK is {pattern[0]} and {pattern[-3:-1]} hex digits"
    return None


def _block_refusal(key: KeyToMove) -> str | None:
    text = key.reference
    if not text.startswith(blocks.TAG):
        return "a key under a key-block LMK begins with S; is variant_lmk to be true?"
    try:
        header = blocks.read_header(text)
    except FormatError as error:
        return error.message
    if text[_LENGTH_FIELD] != f"{len(text) - len(blocks.TAG):04d}":
        return f"the block says it has {text[_LENGTH_FIELD]} characters behind the S and has {len(text) - 1}"
    letter = key.attributes.algorithm.letter.value
    if header.algorithm != letter:
        return f"the block's algorithm is {header.algorithm}, the reviewed file says {letter}"
    return None


def _header_refusal(key: KeyToMove) -> str | None:
    header, wanted = blocks.read_header(key.reference), key.attributes
    for what, asked, found in (
        ("usage", wanted.key_usage, TR31_USAGE.get(header.key_usage, header.key_usage)),
        ("mode of use", wanted.mode_of_use, header.mode_of_use),
    ):
        if asked != found:
            return f"the block's {what} is {found}, the reviewed file says {asked}"
    if header.exportability == Exportability.N:
        return "the block says that the key is not exportable"
    return None


def _lost_refusal(key: KeyToMove, ability: str) -> str | None:
    """A token says of the key what 16 characters of header say, a cryptogram says nothing."""
    header, place = blocks.read_header(key.reference), _WITHOUT_BLOCKS[ability]
    found = [block.block_id for block in header.optional_blocks if block.block_id != _PADDING]
    if found:
        return f"optional block {', '.join(found)} of the key has no place in {place}"
    if ability == _RSA and header.key_version_number != key.attributes.key_version_number:
        return f"the key version number {header.key_version_number} has no place in {place}"
    return None
