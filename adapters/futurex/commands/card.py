"""GCVV, GCVC make card verification values; VCVV, VCVC verify them. Visa's and Mastercard's names for one method."""

from __future__ import annotations

from ..message import Reply, Request
from ..tokens import Nothing, digits, maybe, token
from .values import BY_KEY_BLOCK, CLIENT, KEY, MAJOR_KEY, PAN, PMK, VERDICT

_EXPIRY, _SERVICE_CODE, _VALUE = digits(4), digits(3), digits(3)
_CONVENTIONS = (
    BY_KEY_BLOCK,
    "one key block holds both halves of a CVK, so that CB is absent",
    "the second value, CVV2 or CVC2, is the same method with service code 000",
)


class CardValueReply(Reply):
    """The value of the track, and the one printed on the card when it was asked for."""

    code = "GCVV"
    value: str = token("FC", _VALUE)
    second_value: str | None = maybe("FT", _VALUE)


class MakeCardValue(Request[CardValueReply]):
    """GCVV: CVV, and with FT also CVV2. The expiry date is yymm."""

    code = "GCVV"
    reply = CardValueReply
    provenance = "second"
    source = CLIENT
    conventions = _CONVENTIONS
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    pan: str = token("AV", PAN)
    key: str = token("CA", KEY, sensitive=True)
    expiry: str = token("FA", _EXPIRY)
    service_code: str = token("FB", _SERVICE_CODE)
    second: bool | None = maybe("FT", Nothing())


class CardValueMastercardReply(CardValueReply):
    """CVC, and CVC2 when it was asked for."""

    code = "GCVC"


class MakeCardValueMastercard(Request[CardValueMastercardReply]):
    """GCVC: CVC, and with FT also CVC2."""

    code = "GCVC"
    reply = CardValueMastercardReply
    provenance = "second"
    source = CLIENT
    conventions = _CONVENTIONS
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    pan: str = token("AV", PAN)
    key: str = token("CA", KEY, sensitive=True)
    expiry: str = token("FA", _EXPIRY)
    service_code: str = token("FB", _SERVICE_CODE)
    second: bool | None = maybe("FT", Nothing())


class CheckCardValueReply(Reply):
    """Y or N."""

    code = "VCVV"
    verdict: str = token("BB", VERDICT)


class CheckCardValue(Request[CheckCardValueReply]):
    """VCVV: the CVV in FC or the CVV2 in FT; one of the two."""

    code = "VCVV"
    reply = CheckCardValueReply
    provenance = "second"
    source = CLIENT
    conventions = _CONVENTIONS
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    pan: str = token("AV", PAN)
    key: str = token("CA", KEY, sensitive=True)
    expiry: str = token("FA", _EXPIRY)
    service_code: str = token("FB", _SERVICE_CODE)
    value: str | None = maybe("FC", _VALUE)
    second_value: str | None = maybe("FT", _VALUE)


class CheckCardValueMastercardReply(CheckCardValueReply):
    """Y or N."""

    code = "VCVC"


class CheckCardValueMastercard(Request[CheckCardValueMastercardReply]):
    """VCVC: the CVC in FC or the CVC2 in FT; one of the two."""

    code = "VCVC"
    reply = CheckCardValueMastercardReply
    provenance = "second"
    source = CLIENT
    conventions = _CONVENTIONS
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    pan: str = token("AV", PAN)
    key: str = token("CA", KEY, sensitive=True)
    expiry: str = token("FA", _EXPIRY)
    service_code: str = token("FB", _SERVICE_CODE)
    value: str | None = maybe("FC", _VALUE)
    second_value: str | None = maybe("FT", _VALUE)
