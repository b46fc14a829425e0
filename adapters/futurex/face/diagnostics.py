"""Answer to ECHO."""

from __future__ import annotations

from keyexchange import __version__

from ..commands import Echo, EchoReply
from ..commands.conventions import SIMULATOR
from .device import Device, answers


@answers(Echo)
def echo(_device: Device, request: Echo) -> EchoReply:
    """ECHO. The tag is put in by the frame."""
    if request.details is None:
        return EchoReply(status="Y")
    return EchoReply(version=__version__, product=SIMULATOR, serial="0", firmware="none", status="Y")
