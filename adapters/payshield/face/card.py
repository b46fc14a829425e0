"""Answers to CW, CY and KQ."""

from __future__ import annotations

import hmac

from keyexchange.crypto import TdesKey
from keyexchange.errors import FormatError, MismatchError, UnsupportedError
from keyexchange.payment import Cvv, Padding
from keyexchange.payment.emv.cryptograms import application_cryptogram, arpc_method_1
from keyexchange.payment.emv.master_keys import icc_master_key_a
from keyexchange.payment.emv.session_keys import mastercard

from ..commands import (
    CheckCardValue,
    CheckCardValueReply,
    CheckCryptogram,
    CheckCryptogramReply,
    MakeCardValue,
    MakeCardValueReply,
)
from ..errors import Refusal
from .device import Device, answers
from .rules import Purpose
from .working_keys import tdes_key

_CVK = frozenset({"C0", "11", "12", "13"})
_MAKES, _CHECKS = Purpose(_CVK, "CG", "402"), Purpose(_CVK, "CV", "402")
_MK_AC = Purpose(frozenset({"E0"}), "X", "109")
_WRONG, _INVALID_INPUT, _WRONG_LENGTH = "01", "15", "27"
_VERIFY, _ANSWER = "0", "1"
_VISA, _MASTERCARD = "0", "1"


@answers(MakeCardValue)
def make_card_value(device: Device, request: MakeCardValue) -> MakeCardValueReply:
    """CW."""
    key = tdes_key(device, request.lmk, request.key, _MAKES, parity="10")
    try:
        return MakeCardValueReply(value=_cvv(request).generate(key))
    except FormatError:
        raise Refusal(_INVALID_INPUT) from None
    except UnsupportedError:  # not a double-length key
        raise Refusal(_WRONG_LENGTH) from None


@answers(CheckCardValue)
def check_card_value(device: Device, request: CheckCardValue) -> CheckCardValueReply:
    """CY."""
    key = tdes_key(device, request.lmk, request.key, _CHECKS, parity="10")
    try:
        _cvv(request).verify(key, request.value)
    except MismatchError:
        raise Refusal(_WRONG) from None
    except FormatError:
        raise Refusal(_INVALID_INPUT) from None
    except UnsupportedError:
        raise Refusal(_WRONG_LENGTH) from None
    return CheckCardValueReply()


def _cvv(request: MakeCardValue | CheckCardValue) -> Cvv:
    return Cvv(request.pan, request.expiry, request.service_code)


@answers(CheckCryptogram)
def check_cryptogram(device: Device, request: CheckCryptogram) -> CheckCryptogramReply:
    """KQ."""
    if request.mode not in (_VERIFY, _ANSWER) or request.scheme not in (_VISA, _MASTERCARD):
        raise Refusal(_INVALID_INPUT)
    card_key = _card_key(tdes_key(device, request.lmk, request.key, _MK_AC, parity="10"), request.account)
    session_key = card_key
    if request.scheme == _MASTERCARD:
        session_key = mastercard(card_key, request.counter, request.unpredictable_number)
    expected = application_cryptogram(session_key, request.data, padding=Padding.METHOD_1)
    if not hmac.compare_digest(expected, request.cryptogram):
        raise Refusal(_WRONG, _diagnosis(device, expected))
    if request.response_code is None:
        return CheckCryptogramReply()
    return CheckCryptogramReply(response=arpc_method_1(card_key, request.cryptogram, request.response_code))


def _card_key(issuer_key: TdesKey, account: bytes) -> TdesKey:
    """By option A; the account is the rightmost sixteen digits of PAN and sequence number."""
    digits = account.hex()
    try:
        return icc_master_key_a(issuer_key, digits[:-2], digits[-2:])
    except FormatError as error:
        raise Refusal(_WRONG_LENGTH if error.category == "key_length" else _INVALID_INPUT) from None


def _diagnosis(device: Device, expected: bytes) -> bytes:
    """The right cryptogram, which an HSM shows only with the diagnostic activity."""
    try:
        device.require_authorised("diag")
    except Refusal:
        return b""
    return expected
