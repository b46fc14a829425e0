"""350 verify an ARQC, 351 change the PIN of a card, 352 the MAC of a script command."""

from __future__ import annotations

from keyexchange.wire import wire

from ..fields import CHECK_DIGITS, Free, IfMore, Key, Matching, Octets, digits, one_of
from ..message import Reply, Request

MASTERCARD, VISA_10, COMMON = "0", "1", "2"
"""Session keys of 350: common, with an ARPC under the card's own key; none (Visa 10); common, also for the ARPC."""
ISO_2, ISO_2_PADDED = "0", "8"
"""What 351 sends: a PIN block of format 2, as it is, or with padding method 2."""
ANSI = "1"
_ELEMENTS = "futehkao/elements: hsm/atalla and its tests"
_PAN = Matching(20, 12, form="B?[0-9]*", kind="digits of a PAN, after a B for master key option B")
_SEQUENCE = digits(0, 2)
_DIVERSIFIER = Octets(8, 8)
_GROUPS = Matching(19, 9, form="[0-9A-F]{4}( [0-9A-F]{4})*", kind="hexadecimal digits in groups of four")


class VerifyArqcReply(Reply):
    """450. The cryptogram of the response is empty when the card's is wrong and no failure code was given."""

    code = "450"
    arpc: bytes = wire(Octets(8, 0))
    session_digits: str = wire(CHECK_DIGITS)
    master_digits: str = wire(CHECK_DIGITS)
    verified: str | None = wire(IfMore(one_of("Y", "N")), default=None)


class VerifyArqc(Request[VerifyArqcReply]):
    """350: verify a card's cryptogram and make the response's. The data are padded already.

    The response code has two octets; with type 2, four: the card status update.
    """

    code = "350"
    reply = VerifyArqcReply
    provenance = "second"
    source = _ELEMENTS
    conventions = ("derivation types other than 0, 1 and 2 are refused with 03",)
    derivation: str = wire(one_of(MASTERCARD, VISA_10, COMMON))
    master_key: str = wire(Key(), sensitive=True)
    pan: str = wire(_PAN, sensitive=True)
    sequence_number: str = wire(_SEQUENCE)
    diversifier: bytes = wire(Octets(8, 0))
    arqc: bytes = wire(Octets(8, 8))
    data: bytes = wire(Octets(2048, 8))
    response_code: bytes = wire(Octets(4, 2))
    failure_code: bytes | None = wire(IfMore(Octets(4, 0)), default=None)


class ChangeCardPinReply(Reply):
    """451."""

    code = "451"
    sound: str = wire(one_of("Y", "N"))
    block: bytes = wire(Octets(16, 0))
    mac: str = wire(Free(16))
    pin_key_digits: str = wire(CHECK_DIGITS)
    confidentiality_digits: str = wire(CHECK_DIGITS)
    integrity_digits: str = wire(CHECK_DIGITS)
    cryptogram_digits: str = wire(Free(0), default="")
    session_confidentiality_digits: str = wire(CHECK_DIGITS)
    session_integrity_digits: str = wire(CHECK_DIGITS)


class ChangeCardPin(Request[ChangeCardPinReply]):
    """351: a new PIN, enciphered for the card, with the MAC of the script command."""

    code = "351"
    reply = ChangeCardPinReply
    provenance = "second"
    source = _ELEMENTS
    conventions = (
        "derivation types other than 0 and 8 are refused with 03",
        "a block that holds no PIN gives N and empty fields",
    )
    derivation: str = wire(one_of(ISO_2, ISO_2_PADDED))
    pin_format: str = wire(one_of(ANSI), default=ANSI)
    reserved: str = wire(Free(0), default="")
    pin_key: str = wire(Key(), sensitive=True)
    confidentiality_key: str = wire(Key(), sensitive=True)
    integrity_key: str = wire(Key(), sensitive=True)
    cryptogram_key: str = wire(Free(0), default="")
    new_pin: bytes = wire(Octets(8, 8))
    issue_number: str = wire(Free(0), default="")
    pan: str = wire(_PAN, sensitive=True)
    sequence_number: str = wire(_SEQUENCE)
    diversifier: bytes = wire(_DIVERSIFIER)
    message: bytes = wire(Octets(1024))
    pin_pan: str = wire(digits(12, 12), sensitive=True)
    old_pin: str | None = wire(IfMore(Free(0)), default=None)


class ScriptMacReply(Reply):
    """452: the MAC in groups of four digits."""

    code = "452"
    length_code: str = wire(one_of("1", "2", "3"))
    mac: str = wire(_GROUPS)
    session_digits: str = wire(CHECK_DIGITS)
    master_digits: str = wire(CHECK_DIGITS)


class ScriptMac(Request[ScriptMacReply]):
    """352: the MAC of a script command under the common session key; the data are padded already.

    Length codes 1, 2 and 3 are 32, 48 and 64 bits.
    """

    code = "352"
    reply = ScriptMacReply
    provenance = "second"
    source = _ELEMENTS
    conventions = ("derivation types other than 0, and continued data, are refused with 03 and 01",)
    derivation: str = wire(one_of("0"), default="0")
    master_key: str = wire(Key(), sensitive=True)
    pan: str = wire(_PAN, sensitive=True)
    sequence_number: str = wire(_SEQUENCE)
    diversifier: bytes = wire(_DIVERSIFIER)
    length_code: str = wire(one_of("1", "2", "3"))
    continuation: str = wire(Free(0), default="")
    data: bytes = wire(Octets(2048, 8))
