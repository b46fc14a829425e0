"""CA and CC translate a PIN block, DC, EC and FW Visa PIN verification values."""

from __future__ import annotations

from keyexchange.wire import Digits, Hex, Marked, Text, wire

from ..fields import Key
from ..message import Reply, Request

_FORMATS = (
    "PIN block formats 01 (ISO 0), 05 (ISO 1) and 47 (ISO 3) are served; others are answered with 23",
    "a translation that ISO 9564 does not allow gives 23",
)


class TranslatedPin(Reply):
    """The PIN's length, the new block and its format."""

    length: str = wire(Digits(2))
    block: str = wire(Hex(16), sensitive=True)
    block_format: str = wire(Digits(2))


class TranslateTerminalPinReply(TranslatedPin):
    """CB."""

    code = "CB"


class TranslateTerminalPin(Request[TranslateTerminalPinReply]):
    """CA: a PIN block from a terminal's key (TPK) to a zone's (ZPK). Account: 12 digits before the check digit."""

    code = "CA"
    reply = TranslateTerminalPinReply
    provenance = "capture"
    source = "ut-codec-payshield, test traffic"
    conventions = (*_FORMATS, "a BDK as the destination (`*`, `~`) is answered with 15")
    source_key: str = wire(Key(), sensitive=True)
    destination_key: str = wire(Key(), sensitive=True)
    longest: str = wire(Digits(2), default="12")
    block: str = wire(Hex(16), sensitive=True)
    source_format: str = wire(Digits(2))
    destination_format: str = wire(Digits(2))
    account: str = wire(Digits(12), sensitive=True)
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)


class TranslateZonePinReply(TranslatedPin):
    """CD."""

    code = "CD"


class TranslateZonePin(Request[TranslateZonePinReply]):
    """CC: a PIN block from one zone's key (ZPK) to another's."""

    code = "CC"
    reply = TranslateZonePinReply
    provenance = "capture"
    source = "ut-codec-payshield, test traffic"
    conventions = _FORMATS
    source_key: str = wire(Key(), sensitive=True)
    destination_key: str = wire(Key(), sensitive=True)
    longest: str = wire(Digits(2), default="12")
    block: str = wire(Hex(16), sensitive=True)
    source_format: str = wire(Digits(2))
    destination_format: str = wire(Digits(2))
    account: str = wire(Digits(12), sensitive=True)
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)


class CheckTerminalPvvReply(Reply):
    """DD: nothing but the error code; 01: the PIN is wrong."""

    code = "DD"


class CheckTerminalPvv(Request[CheckTerminalPvvReply]):
    """DC: verify the PIN of a terminal's block against a PVV."""

    code = "DC"
    reply = CheckTerminalPvvReply
    provenance = "capture"
    source = "ut-codec-payshield, test traffic (the PVV computes)"
    conventions = _FORMATS[:1]
    pin_key: str = wire(Key(), sensitive=True)
    key: str = wire(Key(), sensitive=True)
    block: str = wire(Hex(16), sensitive=True)
    block_format: str = wire(Digits(2))
    account: str = wire(Digits(12), sensitive=True)
    key_index: str = wire(Digits(1))
    pvv: str = wire(Digits(4), sensitive=True)
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)


class CheckZonePvvReply(Reply):
    """ED: nothing but the error code; 01: the PIN is wrong."""

    code = "ED"


class CheckZonePvv(Request[CheckZonePvvReply]):
    """EC: verify the PIN of a zone's block against a PVV."""

    code = "EC"
    reply = CheckZonePvvReply
    provenance = "capture"
    source = "ut-codec-payshield, test traffic (the PVV computes)"
    conventions = _FORMATS[:1]
    pin_key: str = wire(Key(), sensitive=True)
    key: str = wire(Key(), sensitive=True)
    block: str = wire(Hex(16), sensitive=True)
    block_format: str = wire(Digits(2))
    account: str = wire(Digits(12), sensitive=True)
    key_index: str = wire(Digits(1))
    pvv: str = wire(Digits(4), sensitive=True)
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)


class MakePvvReply(Reply):
    """FX."""

    code = "FX"
    pvv: str = wire(Digits(4), sensitive=True)


class MakePvv(Request[MakePvvReply]):
    """FW: the PVV of the PIN in a block."""

    code = "FW"
    reply = MakePvvReply
    provenance = "second"
    source = "nickntg/thalessimulatorlibrary: XMLDefs/HostCommands; ut-codec-payshield: messages.json"
    conventions = _FORMATS[:1]
    key_type: str = wire(Text(3))
    pin_key: str = wire(Key(), sensitive=True)
    key: str = wire(Key(), sensitive=True)
    block: str = wire(Hex(16), sensitive=True)
    block_format: str = wire(Digits(2))
    account: str = wire(Digits(12), sensitive=True)
    key_index: str = wire(Digits(1))
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
