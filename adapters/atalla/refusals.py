"""What can be said of a key before the Atalla is asked: from the characters of the reviewed file alone."""

from __future__ import annotations

from keyexchange.errors import FormatError, UnsupportedError
from keyexchange.keys import ModeOfUse
from keyexchange.protocols.messages import KeyToMove

from . import akb
from .headers import Header, exportable, header_for, unknown_header

_TR34, _TR31 = "export_tr34", "export_tr31"
_EXPORTS = (_TR34, _TR31)
_TAKES_KEYS = ("make_key", "seal_new_key", "import_tr31", "import_tr34", "import_rsa")
_TDES_VERSION = "1"
_NO_KEY_THERE = (
    "no public source shows how 136 sends a key that is there: leave tr34.transport_key empty, and the HSM makes the "
    "KEK as it sends it"
)
_NO_TOKENS_IN = "no public command of an Atalla takes a TR-34 token"
_NO_CRYPTOGRAMS_IN = "no public command of an Atalla takes a key under RSA without a token around it"
BY_CONVENTION = {
    "accept_sender": _NO_TOKENS_IN,
    "offer_krd_credential": _NO_TOKENS_IN,
    "import_tr34": _NO_TOKENS_IN,
    "offer_rsa_credential": _NO_CRYPTOGRAMS_IN,
    "import_rsa": _NO_CRYPTOGRAMS_IN,
}
"""Abilities that only the simulator has commands for, and what is said of a real Atalla."""
_NO_CRYPTOGRAMS_OUT = (
    "no public command of an Atalla sends a key under a foreign RSA key without a TR-34 token around it"
)
_NO_AGREEMENT = "no public command of an Atalla agrees on a key (ECDH)"
_NOWHERE = {
    "export_rsa": _NO_CRYPTOGRAMS_OUT,
    "make_agreement_key": _NO_AGREEMENT,
    "make_agreement_csr": _NO_AGREEMENT,
    "export_ecdh": _NO_AGREEMENT,
    "import_ecdh": _NO_AGREEMENT,
}
"""Abilities that the adapter has no method for, and why."""
_MODE_N = "11A writes the full mode of a usage for a header without restriction, never mode of use N: ask for {full}"


def inability(ability: str, *, conventions: bool) -> str | None:
    """Why an Atalla cannot do this with any key; None when it can.

    Args:
        conventions: it is our simulator, whose conventions may be used.
    """
    return _NOWHERE.get(ability) or (None if conventions else BY_CONVENTION.get(ability))


def refusal_of(key: KeyToMove, ability: str, *, conventions: bool) -> str | None:
    """Why an Atalla cannot do this with this key; None when nothing speaks against it.

    Args:
        key: of the reviewed file; one that the Atalla is to make has no reference.
        ability: as in keyexchange.protocols.abilities.
        conventions: it is our simulator, whose conventions may be used.
    """
    try:
        if ability in _TAKES_KEYS or (ability in _EXPORTS and not key.reference):
            header_for(key.attributes)
        if key.reference and ability in (*_EXPORTS, "key_check_value"):
            _require_own_block(key)
        if key.reference and ability in _EXPORTS:
            _require_sendable(key)
    except (FormatError, UnsupportedError) as error:
        return error.message
    if ability == _TR34 and key.reference and not conventions:
        return _NO_KEY_THERE
    if ability == _TR31 and key.attributes.mode_of_use == ModeOfUse.N:
        return _MODE_N.format(full=next(iter(header_for(key.attributes).kinds)).full)
    return None


def require_block(text: str) -> Header:
    """The header of a key block under a TDES master file key.

    Raises:
        FormatError: it is no key block.
        UnsupportedError: it is under an AES master file key.
    """
    header = Header(akb.parse(text).header)
    if header.text[0] != _TDES_VERSION:
        raise UnsupportedError(
            "the key is under an AES master file key (its header begins with 3), and how such keys move is not public",
            hint="move keys of an Atalla with a TDES master file key",
        )
    return header


def _require_own_block(key: KeyToMove) -> None:
    require_block(key.reference)
    header_for(key.attributes)


def _require_sendable(key: KeyToMove) -> None:
    """The header is what the reviewed file says, and lets the key leave."""
    header, wanted = require_block(key.reference), key.attributes
    if not header.kinds:
        raise unknown_header()
    if wanted.key_usage not in header.usages:
        raise _differs("usage", wanted.key_usage, " or ".join(dict.fromkeys(header.usages)))
    mode = header.attributes(wanted).mode_of_use
    if mode != wanted.mode_of_use:
        raise _differs("mode of use", wanted.mode_of_use, mode)
    if not exportable(header):
        raise UnsupportedError("the fifth character of the key's header says that it is not exportable")


def _differs(what: str, asked: str, found: str) -> UnsupportedError:
    return UnsupportedError(f"the key's header has {what} {found}, the reviewed file says {asked}")
