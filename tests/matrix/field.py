"""Where the matrix is played: what an operator would write for each side, and the run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from keyexchange.cli.session import Request, planned, run_or_resume
from keyexchange.engine.journal import Journal
from keyexchange.engine.plan import Plan
from keyexchange.engine.report import Report, make_report
from keyexchange.hsm.server import Addresses
from tests.apc_server import apc_client, data_client

NO_WAIT = timedelta(0)
RSA_2048_CA = {"kind": "local", "key_algorithm": "RSA_2048"}
SWITCHES: Mapping[str, Mapping[str, object]] = {
    "atalla": {"auto_approve": True},
    "payshield": {"import_of_a_zmk": True, "export_of_a_zmk": True},
}
"""Options of the faces: nobody sits at a console here, and keys that wrap keys move like the others."""
CONVENTIONS = {"simulator_conventions": True}
"""Where a vendor has no public command, the simulator has one of its own."""


@dataclass(frozen=True)
class Field:
    """All faces, two regions of the APC face, a folder.

    Args:
        regions: of the sender and of the receiver.
    """

    folder: Path
    addresses: Addresses
    regions: tuple[str, str]

    def section(self, side: str, role: str, **changes: Any) -> dict[str, Any]:
        """What the reviewed file says of a side."""
        if side in ("apc", "software"):
            region = self.regions[role == "krd"]
            here = {"region": region, "endpoint_url": self.addresses.apc_url, "requests_per_second": None}
        else:
            here = {"host": "127.0.0.1", "port": self.addresses.ports[side], "reply_timeout": 20}
            if role == "krd":
                here |= CONVENTIONS
        return {**here, **changes}

    def request(self, kdh: str, krd: str, protocol: str | None, **rest: Any) -> Request:
        """What the command line would ask for; writes the file. `kdh_section` and `krd_section` change the sections."""
        changes = {role: rest.pop(f"{role}_section", {}) for role in ("kdh", "krd")}
        document = {
            "kdh": {kdh: self.section(kdh, "kdh", **changes["kdh"])},
            "krd": {krd: self.section(krd, "krd", **changes["krd"])},
            "certificate_authority": RSA_2048_CA,
            **rest,
        }
        path = self.folder / "keyexchange.json"
        path.write_text(json.dumps(document))
        return Request(kdh, krd, path, protocol, simulate=False, trace=self.folder / "trace.log")

    def plan(self, kdh: str, krd: str, protocol: str | None, **rest: Any) -> Plan:
        """The plan alone."""
        return planned(self.request(kdh, krd, protocol, **rest)).plan

    def run(self, kdh: str, krd: str, protocol: str | None, **rest: Any) -> Report:
        """Run to the end; the report of it."""
        journal = Journal(self.folder / "runs")
        try:
            return make_report(
                journal, run_or_resume(self.request(kdh, krd, protocol, **rest), journal, settle=NO_WAIT)
            )
        finally:
            journal.close()

    def control(self, role: str) -> Any:
        """boto3 at the region of a side: the control plane."""
        assert self.addresses.apc_url is not None
        return apc_client(self.addresses.apc_url, region=self.regions[role == "krd"])

    def data(self, role: str) -> Any:
        """The data plane."""
        assert self.addresses.apc_url is not None
        return data_client(self.addresses.apc_url, region=self.regions[role == "krd"])


def keys(*kinds: Sequence[str]) -> list[dict[str, str]]:
    """Entries of `keys`: (usage, algorithm, mode of use)."""
    return [
        {"name": f"{usage}-{algorithm}", "usage": usage, "algorithm": algorithm, "mode_of_use": mode}
        for usage, algorithm, mode in kinds
    ]
