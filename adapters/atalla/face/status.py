"""Answers to 00, 1101 and 9A."""

from __future__ import annotations

from ..commands import Echo, EchoReply, Status, StatusReply, Version, VersionReply
from ..message import REQUESTS
from ..status import CONFIGURATION, IDENTITY, KEYS, SIMULATOR
from .device import Device, answers

SOFTWARE = "80"
"""Version of the software, as refusals show it."""
_SERIAL = "000000"
_PRODUCT = "0"
_ALWAYS_ON = frozenset({"00", "1101", "9A"})
_OPTION_E2 = "(E2)"


@answers(Echo)
def echo(_device: Device, request: Echo) -> EchoReply:
    """00."""
    return EchoReply(status=f"0000{SOFTWARE}", text=request.text)


@answers(Version)
def version(_device: Device, _request: Version) -> VersionReply:
    """1101: nothing that could be taken for a real unit."""
    return VersionReply(version=f"{SIMULATOR} of an AT1000-AKB, for rehearsal and test", image="0000", product=_PRODUCT)


@answers(Status)
def status(device: Device, request: Status) -> StatusReply:
    """9A."""
    return StatusReply(fields=_STATUS[request.selector](device))


def _identity(device: Device) -> tuple[str, ...]:
    return (_SERIAL, SIMULATOR, ",".join(_enabled(device)))


def _keys(device: Device) -> tuple[str, ...]:
    length = {16: "D", 24: "T"}[len(device.master.key)]
    return ("9999", "MFK1", device.master.digits(4), length, "PMFK1", "", "")


def _configuration(device: Device) -> tuple[str, ...]:
    options = [_OPTION_E2] if device.options.option_e2 else []
    enabled = [code for code in _enabled(device) if code not in _ALWAYS_ON]
    return (_SERIAL, CONFIGURATION, ",".join(enabled + options), ",".join(sorted(_ALWAYS_ON)), "0" * 16)


def _enabled(device: Device) -> list[str]:
    return sorted(set(REQUESTS) - device.options.disabled_commands)


_STATUS = {IDENTITY: _identity, KEYS: _keys, CONFIGURATION: _configuration}
