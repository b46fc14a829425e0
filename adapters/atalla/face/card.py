"""Answers to 5D and 5E."""

from __future__ import annotations

from dataclasses import dataclass

from keyexchange.crypto import TdesKey
from keyexchange.errors import MismatchError
from keyexchange.payment.cvv import CvvMethod

from ..commands import GenerateCvv, GenerateCvvReply, VerifyCvv, VerifyCvvReply
from ..errors import Refusal
from .device import Device, OpenKey, answers

CARD_KEY = "C"
_DIGITS = 8
_KEY = 2


@dataclass(frozen=True, repr=False)
class _CardData(CvvMethod):
    """Digits of a card, as the host has put them together."""

    digits: str

    def text(self) -> str:
        """See `CvvMethod.text`."""
        return self.digits

    def eight_digits(self, key: TdesKey) -> str:
        """More than a card has: what 5D gives."""
        return self._digits(key, _DIGITS)


@answers(GenerateCvv)
def generate_cvv(device: Device, request: GenerateCvv) -> GenerateCvvReply:
    """5D."""
    key = _card_key(device, request.key, "NG")
    value = _CardData(request.data).eight_digits(TdesKey(key.key))
    return GenerateCvvReply(value=value, check_digits=device.digits(key))


@answers(VerifyCvv)
def verify_cvv(device: Device, request: VerifyCvv) -> VerifyCvvReply:
    """5E."""
    key = _card_key(device, request.key, "NV")
    try:
        _CardData(request.data).verify(TdesKey(key.key), request.value)
    except MismatchError:
        return VerifyCvvReply(verified="N", check_digits=device.digits(key))
    return VerifyCvvReply(verified="Y", check_digits=device.digits(key))


def _card_key(device: Device, text: str, mode: str) -> OpenKey:
    device.header(text, _KEY, usages=CARD_KEY, mode=mode)
    key = device.open(text, _KEY)
    if len(key.key) != 16:
        raise Refusal("10", _KEY)
    return key
