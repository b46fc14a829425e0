"""B2 echo, NC diagnostics, NO status."""

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


class StatusReply(Reply):
    """NP: of mode 00 all fields, of mode 01 the first one, which is then the PCI HSM compliance flag.

    Attributes:
        first: size of the I/O buffer: 0 to 3 for 2, 8, 16 and 32 KiB; or the flag.
        transport: 0 UDP, 1 TCP.
        sockets: how many TCP connections are served at a time.
    """

    code = "NP"
    first: str = wire(Digits(1))
    transport: str | None = wire(IfMore(0, Digits(1)), default=None)
    sockets: str | None = wire(IfMore(0, Digits(2)), default=None)
    firmware: str | None = wire(IfMore(0, Text(9)), default=None)
    reserved: str | None = wire(IfMore(0, Text(5)), default=None)


class Status(Request[StatusReply]):
    """NO: how the HSM is set up (mode 00), whether it is PCI HSM compliant (mode 01)."""

    code = "NO"
    reply = StatusReply
    provenance = "second"
    source = "ut-codec-payshield: messages.json; nickntg/thalessimulatorlibrary: XMLDefs/HostCommands"
    conventions = ("the number of sockets has two digits; later firmware has four",)
    mode: str = wire(Digits(2))
