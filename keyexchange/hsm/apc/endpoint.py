"""One port for the whole service: each request goes to the plane whose form it has."""

from __future__ import annotations

from keyexchange.hsm.apc import operations
from keyexchange.hsm.apc.context import CONTROL
from keyexchange.hsm.apc.entry import Entry
from keyexchange.hsm.apc.model import CONTROL_PLANE, load
from keyexchange.hsm.apc.protocol import JsonProtocol, Request, Response
from keyexchange.hsm.apc.quotas import RequestQuota
from keyexchange.hsm.apc.service import Plane
from keyexchange.hsm.device import Hsm

assert operations.__all__  # importing them declares them


class Endpoint:
    """AWS Payment Cryptography in front of a software HSM.

    Args:
        hsm: the device.
        entry: who may come in.
        quota: of the control plane; None for no limit.
    """

    def __init__(self, hsm: Hsm, entry: Entry, *, quota: RequestQuota | None = None) -> None:
        self._control = Plane(hsm, CONTROL, JsonProtocol(load(CONTROL_PLANE)), entry, quota=quota)
        self._others: tuple[Plane, ...] = ()

    async def answer(self, request: Request) -> Response:
        """Answer a request; what no plane knows, the control plane refuses."""
        plane = next((each for each in self._others if each.serves(request)), self._control)
        return await plane.answer(request)
