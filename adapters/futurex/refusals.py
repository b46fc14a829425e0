"""What can be said of a key before the HSM is asked: from the characters of the reviewed file alone."""

from __future__ import annotations

from keyexchange import tr31
from keyexchange.errors import FormatError
from keyexchange.keys import Exportability, KeyAttributes
from keyexchange.protocols.messages import KeyToMove

from .commands.values import TYPE_OF_KEY
from .tokens import HEX

_CRYPTOGRAMS = (16, 32, 48)
_TR34 = "export_tr34"
_EXPORTS = (_TR34, "export_tr31")
"""What puts the key's own header on its way. A KEK that only wraps may have another usage or mode at each side."""
_PADDING = "PB"
_IS_SENT = (*_EXPORTS, "key_check_value")


def refusal_of(key: KeyToMove, ability: str) -> str | None:
    """Why a Futurex HSM cannot do this with this key; None when nothing speaks against it.

    Args:
        key: of the reviewed file; one that the HSM is to make has no reference.
        ability: as in keyexchange.protocols.abilities.
    """
    if key.attributes.algorithm not in TYPE_OF_KEY:
        return f"it makes and holds TDES and AES keys, no {key.attributes.algorithm} keys"
    if not key.reference:
        return _odd_header(key.attributes) if ability == "make_key" else None
    if ability not in _IS_SENT:
        return None
    refusal = _block_refusal(key) or (_header_refusal(key) if ability in _EXPORTS else None)
    return refusal or (_token_refusal(key) if ability == _TR34 else None)


def _odd_header(attributes: KeyAttributes) -> str | None:
    if attributes.exportability == Exportability.N:
        return "a key that GPGS makes with exportability N stays in this HSM's keeping for good"
    found = tr31.violations(header_of(attributes))
    return f"GPGS makes no key with these attributes: {'; '.join(found)}" if found else None


def header_of(attributes: KeyAttributes) -> tr31.Header:
    """The header of a key under the PMK."""
    return tr31.Header(
        "D",
        attributes.key_usage,
        attributes.algorithm.letter.value,
        attributes.mode_of_use,
        attributes.key_version_number,
        attributes.exportability,
    )


def _block_refusal(key: KeyToMove) -> str | None:
    text = key.reference
    if len(text) in _CRYPTOGRAMS and HEX.issuperset(text.upper()):
        return (
            "it looks like a cryptogram under the MFK, which has no way out by TR-31 or TR-34: translate it to a key "
            "block under the PMK on the HSM first"
        )
    try:
        header = tr31.parse(text).header
    except FormatError as error:
        return error.message
    if header.version_id != "D":
        return f"a key under the PMK is a block of version D, this one is of version {header.version_id}"
    letter = key.attributes.algorithm.letter.value
    if header.algorithm != letter:
        return f"the block's algorithm is {header.algorithm}, the reviewed file says {letter}"
    return None


def _header_refusal(key: KeyToMove) -> str | None:
    header, wanted = tr31.parse(key.reference).header, key.attributes
    for what, asked, found in (
        ("usage", wanted.key_usage, header.key_usage),
        ("mode of use", wanted.mode_of_use, header.mode_of_use),
        ("exportability", wanted.exportability, header.exportability),
    ):
        if asked != found:
            return f"the block's {what} is {found}, the reviewed file says {asked}; TWKA and TRTP change neither"
    if header.exportability == Exportability.N:
        return "the block says that the key is not exportable"
    return None


def _token_refusal(key: KeyToMove) -> str | None:
    """A token says of the key what 16 characters of header say."""
    blocks = [
        block.block_id for block in tr31.parse(key.reference).header.optional_blocks if block.block_id != _PADDING
    ]
    return f"the optional blocks {', '.join(blocks)} have no place in a TR-34 token" if blocks else None
