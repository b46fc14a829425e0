"""CW and CY card verification values, KQ application cryptograms of chip cards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyexchange.wire import Counted, Digits, Marked, Raw, Terminated, wire

from ..fields import After, IfMore, Key
from ..message import Reply, Request

_LONGEST_PAN = 19


class MakeCardValueReply(Reply):
    """CX."""

    code = "CX"
    value: str = wire(Digits(3), sensitive=True)


class MakeCardValue(Request[MakeCardValueReply]):
    """CW: the CVV or CVC of a card; the expiry date as it stands on the card's track."""

    code = "CW"
    reply = MakeCardValueReply
    provenance = "capture"
    source = "ut-codec-payshield, test traffic (the CVV computes)"
    key: str = wire(Key(), sensitive=True)
    pan: str = wire(Terminated(";", _LONGEST_PAN), sensitive=True)
    expiry: str = wire(Digits(4), sensitive=True)
    service_code: str = wire(Digits(3))
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)


class CheckCardValueReply(Reply):
    """CZ: nothing but the error code; 01: the value is wrong."""

    code = "CZ"


class CheckCardValue(Request[CheckCardValueReply]):
    """CY: verify a CVV or CVC."""

    code = "CY"
    reply = CheckCardValueReply
    provenance = "second"
    source = "ut-codec-payshield: messages.json; nickntg/thalessimulatorlibrary: XMLDefs/HostCommands"
    key: str = wire(Key(), sensitive=True)
    value: str = wire(Digits(3), sensitive=True)
    pan: str = wire(Terminated(";", _LONGEST_PAN), sensitive=True)
    expiry: str = wire(Digits(4), sensitive=True)
    service_code: str = wire(Digits(3))
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)


def _answers(values: Mapping[str, Any]) -> bool:
    return bool(values["mode"] == "1")


class CheckCryptogramReply(Reply):
    """KR: the ARPC, when one was asked for. With 01 the right ARQC follows, if diag.host is authorised."""

    code = "KR"
    response: bytes | None = wire(IfMore(0, Raw(8)), default=None)


class CheckCryptogram(Request[CheckCryptogramReply]):
    """KQ: verify an ARQC (mode 0), and answer it with an ARPC (mode 1). Scheme 0 is Visa's, 1 Mastercard's."""

    code = "KQ"
    reply = CheckCryptogramReply
    provenance = "second"
    source = "nickntg/thalessimulatorlibrary: XMLDefs/HostCommands; ut-codec-payshield (the ARQC computes, scheme 0)"
    conventions = (
        "modes 2, 3 and 4 are answered with 15",
        "the data come padded as the scheme wants it; zeros are added to the last block",
        "the ARPC is by method 1 under the card's master key",
    )
    mode: str = wire(Digits(1))
    scheme: str = wire(Digits(1))
    key: str = wire(Key(), sensitive=True)
    account: bytes = wire(Raw(8))
    counter: bytes = wire(Raw(2))
    unpredictable_number: bytes = wire(Raw(4))
    data: bytes = wire(Counted(2, base=16))
    cryptogram: bytes = wire(After(";", Raw(8)))
    response_code: bytes | None = wire(Raw(2), default=None, when=_answers)
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
