"""5D and 5E: card verification values."""

from __future__ import annotations

from keyexchange.wire import wire

from ..fields import CHECK_DIGITS, Free, Key, digits, one_of
from ..message import Reply, Request

_CARD_DATA = digits(16, 32)
"""PAN, expiry date and service code, one after the other."""
_METHOD = one_of("3")


class GenerateCvvReply(Reply):
    """6D: eight digits; the CVV are the first three."""

    code = "6D"
    value: str = wire(digits(8, 8), sensitive=True)
    check_digits: str = wire(CHECK_DIGITS)
    more: str = wire(Free(0), default="")


class GenerateCvv(Request[GenerateCvvReply]):
    """5D: the CVV of a card's data; the key is a CVK pair."""

    code = "5D"
    reply = GenerateCvvReply
    provenance = "second"
    source = "futehkao/elements: hsm/atalla and its test; a public Groovy script for a NonStop card switch"
    method: str = wire(_METHOD, default="3")
    key: str = wire(Key(), sensitive=True)
    second_key: str = wire(Free(0), default="")
    data: str = wire(_CARD_DATA, sensitive=True)


class VerifyCvvReply(Reply):
    """6E."""

    code = "6E"
    verified: str = wire(one_of("Y", "N"))
    check_digits: str = wire(CHECK_DIGITS)
    more: str = wire(Free(0), default="")


class VerifyCvv(Request[VerifyCvvReply]):
    """5E: compare a CVV, on as many digits as are given."""

    code = "5E"
    reply = VerifyCvvReply
    provenance = "self"
    source = "the command exists in public clients; its layout is not public"
    conventions = ("the fields are those of 5D and the CVV; the reply is Y or N and the check digits",)
    method: str = wire(_METHOD, default="3")
    key: str = wire(Key(), sensitive=True)
    second_key: str = wire(Free(0), default="")
    data: str = wire(_CARD_DATA, sensitive=True)
    value: str = wire(digits(3, 5), sensitive=True)
