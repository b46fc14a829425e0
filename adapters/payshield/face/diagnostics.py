"""Answers to B2, NC and NO."""

from __future__ import annotations

from ..commands import SIMULATOR_FIRMWARE, Diagnostics, DiagnosticsReply, Echo, EchoReply, Status, StatusReply
from ..errors import Refusal
from .device import Device, answers

_BUFFER_32K, _TCP, _SOCKETS, _RESERVED = "3", "1", "64", "00000"
_SETTINGS, _COMPLIANCE = "00", "01"


@answers(Echo)
def echo(_device: Device, request: Echo) -> EchoReply:
    """B2."""
    return EchoReply(data=request.data or b"")


@answers(Diagnostics)
def diagnostics(device: Device, request: Diagnostics) -> DiagnosticsReply:
    """NC. Check values are restricted to six digits, so ten zeros follow."""
    return DiagnosticsReply(check_value=device.lmk(request.lmk).check_value.ljust(16, "0"), firmware=SIMULATOR_FIRMWARE)


@answers(Status)
def status(device: Device, request: Status) -> StatusReply:
    """NO."""
    if request.mode == _COMPLIANCE:
        return StatusReply(first="1" if device.options.pci_hsm_compliant else "0")
    if request.mode != _SETTINGS:
        raise Refusal("15")
    return StatusReply(
        first=_BUFFER_32K, transport=_TCP, sockets=_SOCKETS, firmware=SIMULATOR_FIRMWARE, reserved=_RESERVED
    )
