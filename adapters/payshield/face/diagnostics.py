"""Answers to B2 and NC."""

from __future__ import annotations

from ..commands import Diagnostics, DiagnosticsReply, Echo, EchoReply
from .device import Device, answers

FIRMWARE = "0000-0000"
"""No firmware of Thales's has this number, so that nobody takes the face for a payShield."""


@answers(Echo)
def echo(_device: Device, request: Echo) -> EchoReply:
    """B2."""
    return EchoReply(data=request.data or b"")


@answers(Diagnostics)
def diagnostics(device: Device, request: Diagnostics) -> DiagnosticsReply:
    """NC. Check values are restricted to six digits, so ten zeros follow."""
    return DiagnosticsReply(check_value=device.lmk(request.lmk).check_value.ljust(16, "0"), firmware=FIRMWARE)
