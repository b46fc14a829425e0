"""Error numbers of the AT1000, their meanings and what to do about the common ones.

Source: AT1000 command reference manual, table 11-1, as Koekiebox-BV/Fluid quotes it; what 0607 means:
aws-samples/samples-for-payment-cryptography-service, key_exchange/hsm/atalla/readme.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from keyexchange.errors import DeviceRefusedError, ProtocolError

SIDE = "atalla"
SECURITY_VIOLATION = "0607"
"""AWS's readme names it alone. It may be error 06 in field 7 or the detail of option 21, so both are read so."""

MEANINGS = {
    "01": "length out of range",
    "02": "invalid character",
    "03": "value out of range",
    "04": "invalid number of parameters",
    "05": "parity error",
    "06": "key usage error",
    "07": "key usage error",
    "08": "execution error",
    "09": "execution error",
    "10": "key length error",
    "11": "printing error",
    "12": "marker error",
    "20": "serial number already set, or not in a security association",
    "21": "serial number already set, or not in a security association",
    "22": "no such command or option",
    "23": "command or option not enabled",
    "24": "incorrect challenge",
    "25": "incorrect acknowledgement",
    "26": "duplicate command or option",
    "27": "no challenge to verify",
    "28": "configuration string too long",
    "29": "no memory for the configuration string",
    "41": "request manager timed out",
    "73": "header mismatch",
    "92": "autokey error",
    "93": "factory keys exist",
    "94": "factory keys absent",
    SECURITY_VIOLATION: "security violation: option E2 is not enabled",
}

HINTS = {
    "01": "the software of this HSM may expect this field in another length: compare with its command reference",
    "03": "the software of this HSM may not know this value: compare with its command reference",
    "04": "the software of this HSM may have other fields in this command: compare with its command reference",
    "05": "the key block does not authenticate: it is under another master file key, or was changed when it was copied",
    "06": "the key's header does not allow this: its usage (second character), mode (fourth) or exportability (fifth)",
    "07": "the key's header does not allow this: its usage (second character), mode (fourth) or exportability (fifth)",
    "10": "the KEK is shorter than the key, or the command does not take a key of this length",
    "22": "this HSM has no such command: check its software version (1101) and that it is an AT1000 with AKB",
    "23": "have the security officers enable this command on the HSM (secure configuration terminal), then resume",
    "24": "the officers' answer is not that of the challenge: begin the challenge again, it may have expired",
    "27": "the challenge has expired: begin again, and have both officers answer it in time",
    "41": "the HSM is busy; resume the run",
    "73": "the key block's header was changed, or it is under another master file key",
    SECURITY_VIOLATION: "have the security officers enable option E2: without it the HSM gives out no key encryption, "
    "key block protection, derivation or master keys in a key block; then resume the run",
}

_STATUS = re.compile(r"([0-9]{2})([0-9]{2})[0-9A-Za-z]{2}")
_DETAIL = re.compile(r"[0-9]{4}")


class Refusal(Exception):  # noqa: N818 (raised inside the face only, becomes a reply)
    """A command that an Atalla answers with an error.

    Args:
        code: error number, two digits.
        field: number of the first wrong field; 0 when it is none.
        detail: four digits, shown with option 21.
    """

    def __init__(self, code: str, field: int = 0, *, detail: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.detail = detail


def refused(operation: str, fields: Sequence[str]) -> DeviceRefusedError | ProtocolError:
    """The error for the fields of a 00 reply.

    Args:
        operation: the command that was refused, "11A".
        fields: `XXYYZZ`, and a detail when option 21 is on.
    """
    found = _STATUS.fullmatch(fields[0]) if fields else None
    if found is None:
        return ProtocolError(f"the reply to {operation} is a refusal without an error number")
    number, field = found[1], found[2]
    detail = next(filter(_DETAIL.fullmatch, fields[1:2]), "")
    if SECURITY_VIOLATION in (number + field, detail):
        number = SECURITY_VIOLATION
    where = f", field {int(field)}" if field != "00" else ""
    more = f", detail {detail}" if detail else ""
    meaning = MEANINGS.get(number, f"HSM error {number}")
    return DeviceRefusedError(SIDE, operation, number, f"{meaning}{where}{more}", hint=HINTS.get(number))
