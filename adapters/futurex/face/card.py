"""Answers to GCVV, GCVC, VCVV and VCVC."""

from __future__ import annotations

from keyexchange.errors import FormatError, MismatchError, UnsupportedError
from keyexchange.payment.cvv import CVV2_SERVICE_CODE, Cvv

from ..commands import (
    CardValueMastercardReply,
    CardValueReply,
    CheckCardValue,
    CheckCardValueMastercard,
    CheckCardValueMastercardReply,
    CheckCardValueReply,
    MakeCardValue,
    MakeCardValueMastercard,
)
from ..commands.values import NO, YES
from ..errors import Refusal
from .device import Device, answers
from .working_keys import Purpose, tdes_key

_GENERATE, _VERIFY = Purpose(("C0",), "CG"), Purpose(("C0",), "CV")
_OUT_OF_RANGE, _MISSING, _INVALID_TOKEN, _WRONG_TYPE = "01", "04", "34", "63"


@answers(MakeCardValue)
def make_cvv(device: Device, request: MakeCardValue) -> CardValueReply:
    """GCVV."""
    value, second = _values(device, request)
    return CardValueReply(value=value, second_value=second)


@answers(MakeCardValueMastercard)
def make_cvc(device: Device, request: MakeCardValueMastercard) -> CardValueMastercardReply:
    """GCVC."""
    value, second = _values(device, request)
    return CardValueMastercardReply(value=value, second_value=second)


@answers(CheckCardValue)
def check_cvv(device: Device, request: CheckCardValue) -> CheckCardValueReply:
    """VCVV."""
    return CheckCardValueReply(verdict=_verdict(device, request))


@answers(CheckCardValueMastercard)
def check_cvc(device: Device, request: CheckCardValueMastercard) -> CheckCardValueMastercardReply:
    """VCVC."""
    return CheckCardValueMastercardReply(verdict=_verdict(device, request))


def _values(device: Device, request: MakeCardValue | MakeCardValueMastercard) -> tuple[str, str | None]:
    key = tdes_key(device, request.key, _GENERATE)
    try:
        value = Cvv(request.pan, request.expiry, request.service_code).generate(key)
        second = Cvv(request.pan, request.expiry, CVV2_SERVICE_CODE).generate(key) if request.second else None
    except FormatError:
        raise Refusal(_OUT_OF_RANGE) from None
    except UnsupportedError:  # not a double-length key
        raise Refusal(_WRONG_TYPE) from None
    return value, second


def _verdict(device: Device, request: CheckCardValue | CheckCardValueMastercard) -> str:
    if request.value is not None and request.second_value is not None:
        raise Refusal(_INVALID_TOKEN)
    given = request.value or request.second_value
    if given is None:
        raise Refusal(_MISSING)
    service_code = request.service_code if request.value is not None else CVV2_SERVICE_CODE
    key = tdes_key(device, request.key, _VERIFY)
    try:
        Cvv(request.pan, request.expiry, service_code).verify(key, given)
    except MismatchError:
        return NO
    except FormatError:
        raise Refusal(_OUT_OF_RANGE) from None
    except UnsupportedError:
        raise Refusal(_WRONG_TYPE) from None
    return YES
