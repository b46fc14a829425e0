"""One port for the whole service: each request goes to the plane whose form it has."""

from __future__ import annotations

from functools import cached_property

from keyexchange.hsm.apc import operations
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
        self._hsm, self._entry = hsm, entry
        self._data_quotas = PlaneQuotas(requests, resources, data_group)

    @cached_property
    def _data_protocol(self) -> RestJsonProtocol:
        return RestJsonProtocol(load(DATA_PLANE))

    @cached_property
    def _data(self) -> Plane:
        """The data plane, loaded with its first request: a rehearsal of an exchange often sends it none, and would
        wait for it at every start."""
        from keyexchange.hsm.apc import data  # noqa: PLC0415  # see above

        assert data.__all__  # importing them declares them
        return Plane(self._hsm, DATA, self._data_protocol, self._entry, quotas=self._data_quotas)

    async def answer(self, request: Request) -> Response:
        """Answer a request; what has not the form of the data plane's, the control plane answers or refuses."""
        return await (self._data if self._is_for_data(request) else self._control).answer(request)

    def _is_for_data(self, request: Request) -> bool:
        """By the path, which is of one place only on the control plane."""
        return request.path != "/" and self._data_protocol.operation(request) is not None
