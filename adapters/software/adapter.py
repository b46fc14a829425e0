"""The software HSM as KDH and as KRD. All abilities are those of the APC adapter: the software HSM is an APC."""

from __future__ import annotations

from typing import ClassVar

from adapters.apc.adapter import ApcAdapter, control_plane
from adapters.apc.client import AwsClient, Trace
from adapters.apc.settings import ApcSettings

from .server import Server
from .settings import SoftwareSettings

NAME = "software"


class SoftwareAdapter(ApcAdapter):
    """The software HSM of a state directory; it begins to serve with the first request.

    Args:
        settings: from the reviewed file.
        client: calls the control plane.
        server: what is to end with the run; None when the file names a running one.
    """

    def __init__(self, settings: ApcSettings, client: AwsClient, server: Server | None) -> None:
        super().__init__(settings, client, NAME)
        self._server = server

    def warnings(self) -> tuple[str, ...]:
        """See `abilities.Side`."""
        return ("software: the keys lie in the software HSM of this machine, which is for rehearsal and test",)

    def close(self) -> None:
        """See `abilities.Side`."""
        super().close()
        if self._server is not None:
            self._server.close()


class SoftwareEntry:
    """What the entry point `software` of the group `keyexchange.adapters` names."""

    name: ClassVar[str] = NAME
    Settings: ClassVar[type[SoftwareSettings]] = SoftwareSettings

    def open(self, settings: SoftwareSettings, *, trace: Trace | None = None) -> SoftwareAdapter:
        """The side that these settings describe; starts nothing."""
        server = None if settings.endpoint_url else Server(settings.state_dir)
        client = control_plane(settings, NAME, trace=trace, reach=server.reach if server else None)
        return SoftwareAdapter(settings, client, server)


ADAPTER = SoftwareEntry()
