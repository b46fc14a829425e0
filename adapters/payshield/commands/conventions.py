"""Z8, which no payShield has: the simulator's stand-in for receiving a TR-34 token.

No public source names or lays out a host command for it. The adapter sends it to this project's face only.
"""

from __future__ import annotations

from keyexchange.wire import Counted, Digits, Hex, Marked, Text, wire

from ..fields import Key, PrivateKey, SizedPrivateKey
from ..message import Reply, Request

SIMULATOR_FIRMWARE = "0000-0000"
"""No firmware of Thales's has this number, so that nobody takes the face for a payShield."""


class ImportTr34Reply(Reply):
    """Z9."""

    code = "Z9"
    key: str = wire(Key(), sensitive=True)
    kcv: str = wire(Hex(6))


class ImportTr34(Request[ImportTr34Reply]):
    """Z8: the key of a two-pass TR-34 token, signed by the certificate that is given with it. Fields as in B8."""

    code = "Z8"
    reply = ImportTr34Reply
    provenance = "self"
    source = "a convention of this project's simulator, after the fields of B8; no payShield has it"
    conventions = ("the whole command",)
    schema: str = wire(Digits(1), default="0")
    key_type: str = wire(Text(3))
    key_token: bytes = wire(Counted(4, base=16))
    private_key_flag: str = wire(Digits(2), default="99")
    private_key: PrivateKey = wire(SizedPrivateKey(), sensitive=True)
    kdh_certificate: bytes = wire(Counted(4, base=16))
    nonce: bytes = wire(Counted(2, base=16))
    scheme: str = wire(Text(1))
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
