"""What can be said of a key before the HSM is asked: from the characters of the reviewed file alone."""

from __future__ import annotations

from keyexchange import tr31
from keyexchange.errors import FormatError
from keyexchange.keys import Exportability, KeyAttributes
from keyexchange.protocols.messages import KeyToMove

from .commands.values import TYPE_OF_KEY
from .tokens import HEX

_NO_TOKENS_IN = "no public command of a Futurex HSM takes a TR-34 token"
_NO_CRYPTOGRAMS_IN = "no public command of a Futurex HSM takes a key that is wrapped under RSA"
_NO_CRYPTOGRAMS_OUT = "no public command of a Futurex HSM sends a key wrapped under RSA alone"
BY_CONVENTION = {
    "trust": _NO_TOKENS_IN,
    "offer_krd_credential": _NO_TOKENS_IN,
    "import_tr34": _NO_TOKENS_IN,
    "offer_rsa_credential": _NO_CRYPTOGRAMS_IN,
    "import_rsa": _NO_CRYPTOGRAMS_IN,
    "export_rsa": _NO_CRYPTOGRAMS_OUT,
}
"""By ability: why a real HSM has it not. The simulator has them by conventions of its own."""
_CRYPTOGRAMS = (16, 32, 48)
_IN_A_TOKEN, _UNDER_RSA = "export_tr34", "export_rsa"
_WITH_HEADER = (_IN_A_TOKEN, "export_tr31", "export_ecdh")
"""What puts the key's own header on its way. A KEK that only wraps may have another usage or mode at each side."""
_WITHOUT_BLOCKS = {_IN_A_TOKEN: "a TR-34 token", _UNDER_RSA: "an RSA cryptogram"}
"""What has no place for optional blocks."""
_EXPORTS = (*_WITH_HEADER, _UNDER_RSA)
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
    if ability == "import_rsa":
        return _violation(key.attributes)
    if not key.reference:
        return _odd_header(key.attributes) if ability == "make_key" else None
    if ability not in _IS_SENT:
        return None
    refusal = _block_refusal(key) or (_header_refusal(key, ability) if ability in _EXPORTS else None)
    return refusal or (_lost_refusal(key, ability) if ability in _WITHOUT_BLOCKS else None)


def _odd_header(attributes: KeyAttributes) -> str | None:
    if attributes.exportability == Exportability.N:
        return "a key that GPGS makes with exportability N stays in this HSM's keeping for good"
    violation = _violation(attributes)
    return f"GPGS makes no key with these attributes: {violation}" if violation else None


def _violation(attributes: KeyAttributes) -> str | None:
    """Why X9.143 has no key of these attributes."""
    return "; ".join(tr31.violations(header_of(attributes))) or None


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


def _header_refusal(key: KeyToMove, ability: str) -> str | None:
    header, wanted = tr31.parse(key.reference).header, key.attributes
    for what, asked, found in (
        ("usage", wanted.key_usage, header.key_usage),
        ("mode of use", wanted.mode_of_use, header.mode_of_use),
        ("exportability", wanted.exportability, header.exportability),
    ):
        if asked != found:
            return f"the block's {what} is {found}, the reviewed file says {asked}; {_unchanged(ability)}"
    if header.exportability == Exportability.N:
        return "the block says that the key is not exportable"
    return None


def _unchanged(ability: str) -> str:
    if ability == _UNDER_RSA:
        return "under RSA a key travels without its header, so the file has to say what the block says"
    return "TWKA and TRTP change neither"


def _lost_refusal(key: KeyToMove, ability: str) -> str | None:
    """A token says of the key what 16 characters of header say, a cryptogram says nothing."""
    header, place = tr31.parse(key.reference).header, _WITHOUT_BLOCKS[ability]
    blocks = [block.block_id for block in header.optional_blocks if block.block_id != _PADDING]
    if blocks:
        return f"the optional blocks {', '.join(blocks)} have no place in {place}"
    if ability == _UNDER_RSA and header.key_version_number != key.attributes.key_version_number:
        return f"the key version number {header.key_version_number} has no place in {place}"
    return None
