"""BA encrypts a clear PIN under the LMK, DG makes a Visa PIN verification value of such a PIN."""

from __future__ import annotations

from keyexchange.wire import Digits, Marked, wire

from ..fields import Key, StoredPin
from ..message import Reply, Request

_UNDER_THE_LMK = "how a PIN is encrypted under an LMK is not public: under the test LMKs it is by a way of our own"


class EncryptPinReply(Reply):
    """BB."""

    code = "BB"
    pin: str = wire(StoredPin(behind=0), sensitive=True)


class EncryptPin(Request[EncryptPinReply]):
    """BA: a clear PIN under the LMK. It comes filled up with F to the length L that the HSM's settings name."""

    code = "BA"
    reply = EncryptPinReply
    provenance = "second"
    source = "nickntg/thalessimulatorlibrary: XMLDefs/HostCommands; HSM 8000 page 'Encrypt a clear PIN'"
    conventions = (_UNDER_THE_LMK, "the activity is pin.clear")
    pin: str = wire(StoredPin(behind=12), sensitive=True)
    account: str = wire(Digits(12), sensitive=True)
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)


class StoredPvvReply(Reply):
    """DH."""

    code = "DH"
    pvv: str = wire(Digits(4), sensitive=True)


class StoredPvv(Request[StoredPvvReply]):
    """DG: the PVV of a PIN that is under the LMK."""

    code = "DG"
    reply = StoredPvvReply
    provenance = "second"
    source = "nickntg/thalessimulatorlibrary: XMLDefs/HostCommands; HSM 8000 page 'Generate a VISA PVV'"
    conventions = (_UNDER_THE_LMK,)
    key: str = wire(Key(), sensitive=True)
    pin: str = wire(StoredPin(behind=13), sensitive=True)
    account: str = wire(Digits(12), sensitive=True)
    key_index: str = wire(Digits(1))
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
