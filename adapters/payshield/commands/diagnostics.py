"""B2 echo and NC diagnostics."""

from __future__ import annotations

from keyexchange.wire import Counted, Digits, Hex, Marked, Rest, Text, wire

from ..fields import IfMore
from ..message import Reply, Request


class EchoReply(Reply):
    """B3: the same data."""

    code = "B3"
    data: bytes = wire(Rest())


class Echo(Request[EchoReply]):
    """B2: the HSM sends the data back. Without any field it is a heartbeat."""

    code = "B2"
    reply = EchoReply
    provenance = "second"
    source = "mszeu/PayShieldPressureTest: pressureTest.py and nickntg/thalessimulatorlibrary agree; the count is hex"
    data: bytes | None = wire(IfMore(0, Counted(4, base=16)), default=None)


class DiagnosticsReply(Reply):
    """ND."""

    code = "ND"
    check_value: str = wire(Hex(16))
    firmware: str = wire(Text(9))


class Diagnostics(Request[DiagnosticsReply]):
    """NC: check value of an LMK (16 hex digits, the first six count) and firmware number."""

    code = "NC"
    reply = DiagnosticsReply
    provenance = "capture"
    source = "ut-codec-payshield, test traffic; kambizh/payshield-crypto-client: README.md"
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
