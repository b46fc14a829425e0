"""30 encrypt, 31, 335 and 3E translate, 32 verify a PIN. PIN blocks are of the ANSI format (ISO 9564-1, format 0)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyexchange.wire import wire

from ..fields import CHECK_DIGITS, Free, Key, Octets, digits, hexadecimal, one_of
from ..message import Reply, Request

ANSI = "1"
IBM_3624, VISA = "2", "3"
MASTER_SESSION, DUKPT = "M", "D"
_BLOCK = Octets(8, 8)
_MAYBE_BLOCK = Octets(8, 0)
_TWELVE = digits(12, 12)
"""Of the PAN: the rightmost digits without the check digit."""
_ELEMENTS = "futehkao/elements: hsm/atalla and its tests"
_NOT_SOUND = "a block that holds no PIN gives N and an empty block"


class EncryptPinReply(Reply):
    """40."""

    code = "40"
    block: bytes = wire(_BLOCK)


class EncryptPin(Request[EncryptPinReply]):
    """30: a clear PIN into an encrypted block."""

    code = "30"
    reply = EncryptPinReply
    provenance = "second"
    source = f"{_ELEMENTS}; a public Groovy script for a NonStop card switch"
    key: str = wire(Key(), sensitive=True)
    pin: str = wire(digits(4, 12), sensitive=True)
    pan: str = wire(_TWELVE, sensitive=True)


class TranslatePinReply(Reply):
    """41."""

    code = "41"
    block: bytes = wire(_MAYBE_BLOCK)
    sound: str = wire(one_of("Y", "N"))


class TranslatePin(Request[TranslatePinReply]):
    """31: a PIN block from one key to another."""

    code = "31"
    reply = TranslatePinReply
    provenance = "second"
    source = f"{_ELEMENTS}; org.domain.financial2: Atalla; AtallaHSM.AtallaHSMProvider"
    conventions = (_NOT_SOUND,)
    pin_format: str = wire(one_of(ANSI), default=ANSI)
    incoming_key: str = wire(Key(), sensitive=True)
    outgoing_key: str = wire(Key(), sensitive=True)
    block: bytes = wire(_BLOCK)
    pan: str = wire(_TWELVE, sensitive=True)


class ChangePinReply(Reply):
    """435."""

    code = "435"
    block: bytes = wire(_MAYBE_BLOCK)
    sound: str = wire(one_of("Y", "N"))
    incoming_digits: str = wire(CHECK_DIGITS)
    outgoing_digits: str = wire(CHECK_DIGITS)
    more: str = wire(Free(0), default="")


class ChangePin(Request[ChangePinReply]):
    """335: a PIN block from one key and PAN to others."""

    code = "335"
    reply = ChangePinReply
    provenance = "second"
    source = f"{_ELEMENTS}; a public C client of a card switch (hsm_atalla.h)"
    conventions = (_NOT_SOUND,)
    first: str = wire(Free(0), default="")
    incoming_format: str = wire(one_of(ANSI), default=ANSI)
    third: str = wire(Free(0), default="")
    outgoing_format: str = wire(one_of(ANSI), default=ANSI)
    incoming_key: str = wire(Key(), sensitive=True)
    outgoing_key: str = wire(Key(), sensitive=True)
    block: bytes = wire(_BLOCK)
    incoming_pan: str = wire(_TWELVE, sensitive=True)
    outgoing_pan: str = wire(_TWELVE, sensitive=True)


class TranslateDukptReply(Reply):
    """4E."""

    code = "4E"
    block: bytes = wire(_MAYBE_BLOCK)
    sound: str = wire(one_of("Y", "N"))
    incoming_digits: str = wire(CHECK_DIGITS)
    outgoing_digits: str = wire(CHECK_DIGITS)
    more: str = wire(Free(0), default="")


class TranslateDukpt(Request[TranslateDukptReply]):
    """3E: a PIN block from one key to another, either of which may be that of a DUKPT transaction."""

    code = "3E"
    reply = TranslateDukptReply
    provenance = "second"
    source = _ELEMENTS
    conventions = (_NOT_SOUND, "D is DUKPT, with a base derivation key and its key serial number")
    incoming_format: str = wire(one_of(ANSI), default=ANSI)
    outgoing_format: str = wire(one_of(ANSI), default=ANSI)
    incoming_key: str = wire(Key(), sensitive=True)
    incoming_scheme: str = wire(one_of(MASTER_SESSION, DUKPT))
    incoming_ksn: str = wire(hexadecimal(0, 20))
    outgoing_key: str = wire(Key(), sensitive=True)
    outgoing_scheme: str = wire(one_of(MASTER_SESSION, DUKPT))
    outgoing_ksn: str = wire(hexadecimal(0, 20))
    block: bytes = wire(_BLOCK)
    incoming_pan: str = wire(_TWELVE, sensitive=True)
    outgoing_pan: str = wire(_TWELVE, sensitive=True)


def _ibm(values: Mapping[str, Any]) -> bool:
    return bool(values["method"] == IBM_3624)


def _visa(values: Mapping[str, Any]) -> bool:
    return bool(values["method"] == VISA)


class VerifyPinReply(Reply):
    """42: S when the block holds no PIN."""

    code = "42"
    verified: str = wire(one_of("Y", "N", "S"))


class VerifyPin(Request[VerifyPinReply]):
    """32: the PIN of a block against an IBM 3624 offset (2) or a Visa PVV (3)."""

    code = "32"
    reply = VerifyPinReply
    provenance = "second"
    source = _ELEMENTS
    conventions = ("the conversion table is sixteen digits, or a key block of usage n that holds them",)
    method: str = wire(one_of(IBM_3624, VISA))
    pin_format: str = wire(one_of(ANSI), default=ANSI)
    block: bytes = wire(_BLOCK)
    key: str = wire(Key(), sensitive=True)
    table: str = wire(Free(200, 16), default="", sensitive=True, when=_ibm)
    offset: str = wire(digits(4, 12), default="", sensitive=True, when=_ibm)
    validation_data: str = wire(digits(4, 16), default="", sensitive=True, when=_ibm)
    pad: str = wire(hexadecimal(1, 1), default="", when=_ibm)
    check_length: str = wire(digits(1, 2), default="", when=_ibm)
    verification_key: str = wire(Key(), sensitive=True)
    second_key: str = wire(Free(0), default="", when=_visa)
    pvv: str = wire(digits(4, 4), default="", sensitive=True, when=_visa)
    key_index: str = wire(digits(1, 1), default="", when=_visa)
    eleven: str = wire(digits(11, 11), default="", sensitive=True, when=_visa)
    pan: str = wire(_TWELVE, sensitive=True)
