"""TPIN translates, EPIN encrypts, CPIN decrypts a PIN; GOFF makes a PVV, VPIN verifies one."""

from __future__ import annotations

from ..message import Reply, Request
from ..tokens import Octets, digits, maybe, one_of, token
from .values import BY_KEY_BLOCK, CLIENT, KEY, MAJOR_KEY, PAN_PART, PMK, SWITCH, VERDICT

ANSI, IBM_3624, PIN_PAD = "1", "2", "3"
_FORMAT = one_of(ANSI, IBM_3624, PIN_PAD)
VISA = "3"
_METHOD = digits(1)
_BLOCK = Octets(8, 8)
_PIN = digits(4, 12)
_PVV = digits(4)
_ACCOUNT = digits(11)
"""The eleven digits of the PAN before its check digit."""
_OTHER_CLIENTS = "FIQCPPBASE: FuturexHSMNode.cpp; J8k3/aws-payment-cryptography-hsm-proxy: src/handlers/futurex/tpin.rs"
_FORMATS = (
    "AW 1 is ANSI X9.8 format 0; IBM 3624 (2) and PIN pad (3) are refused with 12. One source reads AW as the digit of "
    "an ISO format"
)
_ONE_VERDICT = "whatever is wrong with a PIN block gives S, so that nobody learns from the difference"


class TranslatePinReply(Reply):
    """The block under the other key, when it could be read."""

    code = "TPIN"
    block: bytes | None = maybe("AL", _BLOCK)
    verdict: str = token("BB", VERDICT)


class TranslatePin(Request[TranslatePinReply]):
    """TPIN: an encrypted PIN block from under one PIN key to under another."""

    code = "TPIN"
    reply = TranslatePinReply
    provenance = "second"
    source = f"{CLIENT}; {_OTHER_CLIENTS}"
    conventions = (BY_KEY_BLOCK, _FORMATS, _ONE_VERDICT, "a block that cannot be read gives no AL")
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    form: str = token("AW", _FORMAT)
    incoming_key: str = token("AX", KEY, sensitive=True)
    outgoing_key: str = token("BT", KEY, sensitive=True)
    block: bytes = token("AL", _BLOCK)
    pan_part: str = token("AK", PAN_PART)
    switch_za: str | None = maybe("ZA", SWITCH)


class EncryptPinReply(Reply):
    """The encrypted PIN block."""

    code = "EPIN"
    block: bytes = token("AL", _BLOCK)


class EncryptPin(Request[EncryptPinReply]):
    """EPIN: a clear PIN into an encrypted block. The PAN's digits stand in AV, or with AW in AK."""

    code = "EPIN"
    reply = EncryptPinReply
    provenance = "second"
    source = f"{CLIENT} (AV); a public client of VirtuCrypt (AW and AK)"
    conventions = (BY_KEY_BLOCK, _FORMATS)
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    key: str = token("AX", KEY, sensitive=True)
    pin: str = token("AF", _PIN, sensitive=True)
    form: str | None = maybe("AW", _FORMAT)
    account: str | None = maybe("AV", PAN_PART)
    pan_part: str | None = maybe("AK", PAN_PART)


class DecryptPinReply(Reply):
    """The clear PIN, when the block could be read."""

    code = "CPIN"
    pin: str | None = maybe("AF", _PIN, sensitive=True)
    verdict: str = token("BB", VERDICT)


class DecryptPin(Request[DecryptPinReply]):
    """CPIN: the clear PIN of an encrypted block."""

    code = "CPIN"
    reply = DecryptPinReply
    provenance = "second"
    source = f"{CLIENT}; a public client of VirtuCrypt"
    conventions = (BY_KEY_BLOCK, _FORMATS, _ONE_VERDICT)
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    form: str = token("AW", _FORMAT)
    block: bytes = token("AL", _BLOCK)
    key: str = token("AX", KEY, sensitive=True)
    pan_part: str = token("AK", PAN_PART)


class MakePvvReply(Reply):
    """The PVV."""

    code = "GOFF"
    pvv: str = token("BX", _PVV)


class MakePvv(Request[MakePvvReply]):
    """GOFF: the PVV of the PIN in a block. BF is the method, 3 is Visa's."""

    code = "GOFF"
    reply = MakePvvReply
    provenance = "second"
    source = CLIENT
    conventions = (BY_KEY_BLOCK, "other methods than Visa's are refused with 12", "the block is of ANSI format")
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    method: str = token("BF", _METHOD)
    block: bytes = token("AL", _BLOCK)
    pin_key: str = token("AX", KEY, sensitive=True)
    key: str = token("CA", KEY, sensitive=True)
    key_index: str = token("BY", digits(1))
    account: str = token("BZ", _ACCOUNT)
    pan_part: str = token("AK", PAN_PART)


class CheckPinReply(Reply):
    """Y, N, or S when the block cannot be read."""

    code = "VPIN"
    verdict: str = token("BB", VERDICT)


class CheckPin(Request[CheckPinReply]):
    """VPIN: whether the PIN in a block has this PVV."""

    code = "VPIN"
    reply = CheckPinReply
    provenance = "second"
    source = CLIENT
    conventions = (BY_KEY_BLOCK, _FORMATS, _ONE_VERDICT, "other methods than Visa's are refused with 12")
    major_key: str = token("FS", MAJOR_KEY, default=PMK)
    method: str = token("BF", _METHOD)
    form: str = token("AW", _FORMAT)
    block: bytes = token("AL", _BLOCK)
    pin_key: str = token("AX", KEY, sensitive=True)
    key: str = token("CA", KEY, sensitive=True)
    pvv: str = token("BX", _PVV)
    key_index: str = token("BY", digits(1))
    account: str = token("BZ", _ACCOUNT)
    pan_part: str = token("AK", PAN_PART)
