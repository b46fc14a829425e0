"""One port for the whole service: each request goes to the plane whose form it has."""

from __future__ import annotations

from keyexchange.hsm.apc import data, operations
from keyexchange.hsm.apc.context import CONTROL, DATA
from keyexchange.hsm.apc.entry import Entry
from keyexchange.hsm.apc.events import Recorder
from keyexchange.hsm.apc.model import CONTROL_PLANE, DATA_PLANE, load
from keyexchange.hsm.apc.protocol import JsonProtocol, Request, Response
from keyexchange.hsm.apc.quotas import PlaneQuotas, Quotas, RequestQuotas, ResourceQuotas, control_group, data_group
from keyexchange.hsm.apc.rest_json import RestJsonProtocol
from keyexchange.hsm.apc.service import Plane
from keyexchange.hsm.audit import AuditLog
from keyexchange.hsm.device import Hsm

assert operations.__all__  # importing them declares them
assert data.__all__


class Endpoint:
    """AWS Payment Cryptography in front of a software HSM.

    Args:
        hsm: the device.
        entry: who may come in.
        quotas: their figures.
        audit: takes an event for every call of the control plane; None for no trail. The data plane's calls are data
            events, which CloudTrail does not record unless told to.
    """

    def __init__(self, hsm: Hsm, entry: Entry, *, quotas: Quotas | None = None, audit: AuditLog | None = None) -> None:
        figures = quotas or Quotas()
        requests, resources = RequestQuotas(figures), ResourceQuotas(figures)
        control = load(CONTROL_PLANE)
        self._control = Plane(
            hsm,
            CONTROL,
            JsonProtocol(control),
            entry,
            quotas=PlaneQuotas(requests, resources, control_group),
            recorder=Recorder(audit, hsm.clock, control.operations) if audit else None,
        )
        data_quotas = PlaneQuotas(requests, resources, data_group)
        self._others = (Plane(hsm, DATA, RestJsonProtocol(load(DATA_PLANE)), entry, quotas=data_quotas),)

    async def answer(self, request: Request) -> Response:
        """Answer a request; what no plane knows, the control plane refuses."""
        plane = next((each for each in self._others if each.serves(request)), self._control)
        return await plane.answer(request)
