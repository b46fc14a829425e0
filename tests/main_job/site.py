"""A site: one APC face and one payShield face on loopback ports, and what an operator would do with them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapters.payshield.face import FACE
from keyexchange.cli.session import Request, run_or_resume
from keyexchange.engine.journal import Journal
from keyexchange.engine.report import Report, make_report
from keyexchange.hsm import FaceOptions, ServeOptions, running
from keyexchange.hsm.apc import Quotas
from keyexchange.keys import KeyAlgorithm
from keyexchange.wire import Handler
from tests.apc_server import MovableClock, apc_client
from tests.faces import running_handler

_REGIONS = (f"xx-test-{number}" for number in itertools.count(1))
NO_WAIT = timedelta(0)
"""The face has answered when a test resumes, or it never got the request."""

RSA_2048_CA = {"kind": "local", "key_algorithm": "RSA_2048"}

KEYS = [
    {"name": "bdk", "usage": "B0", "algorithm": "TDES_2KEY", "mode_of_use": "X", "alias": "alias/bdk"},
    {"name": "cvk", "usage": "C0", "algorithm": "TDES_2KEY", "mode_of_use": "C"},
]


@dataclass
class Site:
    """What a test works with. Every site has a region of its own, so many can share one server.

    Args:
        folder: for the file, the journal, the trace.
        apc_url: the APC face.
        payshield_port: the payShield face.
        clock: the APC face's.
    """

    folder: Path
    apc_url: str
    payshield_port: int
    clock: MovableClock
    region: str = field(default_factory=lambda: next(_REGIONS))

    def document(self, **changes: Any) -> dict[str, Any]:
        """The reviewed file; `payshield` and `apc` among the changes go into the sides' sections."""
        payshield = {"host": "127.0.0.1", "port": self.payshield_port, "variant_lmk": False} | {
            "variant_lmk_identifier": "02",
            "reply_timeout": 20,
        }
        apc = {"region": self.region, "endpoint_url": self.apc_url, "requests_per_second": None}
        return {
            "kdh": {"payshield": payshield | changes.pop("payshield", {})},
            "krd": {"apc": apc | changes.pop("apc", {})},
            "certificate_authority": RSA_2048_CA,
            "keys": KEYS,
        } | changes

    def request(self, resume: str | None = None, protocol: str | None = None, **changes: Any) -> Request:
        """What the command line would ask for; writes the file."""
        path = self.folder / "keyexchange.json"
        path.write_text(json.dumps(self.document(**changes)))
        sides = (None, None) if resume else ("payshield", "apc")
        return Request(*sides, path, protocol, simulate=False, resume=resume, trace=self.folder / "trace.log")

    def run(self, resume: str | None = None, protocol: str | None = None, **changes: Any) -> Report:
        """Run or resume to the end; the report of it."""
        with self.journal() as journal:
            run = run_or_resume(self.request(resume, protocol, **changes), journal, settle=NO_WAIT)
            return make_report(journal, run)

    def run_failing(
        self, error: type[Exception], resume: str | None = None, **changes: Any
    ) -> tuple[Any, Report | None]:
        """Run into an error; it and the report, when a run was begun."""
        request = self.request(resume, **changes)
        with self.journal() as journal:
            try:
                run_or_resume(request, journal, settle=NO_WAIT)
            except error as caught:
                return caught, make_report(journal, request.begun) if request.begun else None
        raise AssertionError(f"no {error.__name__} was raised")

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        """The site's journal, open."""
        journal = Journal(self.folder / "runs")
        try:
            yield journal
        finally:
            journal.close()

    @property
    def client(self) -> Any:
        """boto3, beside the adapter under test."""
        return apc_client(self.apc_url, region=self.region)

    def arrived(self) -> dict[str, list[dict[str, Any]]]:
        """Symmetric keys at the APC face in this region, by the name in their tag."""
        keys: dict[str, list[dict[str, Any]]] = {}
        for page in self.client.get_paginator("list_keys").paginate():
            for key in page["Keys"]:
                if key["KeyAttributes"]["KeyClass"] == "SYMMETRIC_KEY":
                    tags = self.client.list_tags_for_resource(ResourceArn=key["KeyArn"])["Tags"]
                    name = {t["Key"]: t["Value"] for t in tags}["keyexchange:key"]
                    keys.setdefault(name, []).append(key)
        return keys

    def anchors(self) -> list[str]:
        """Certificates that were imported in this region."""
        keys = self.client.list_keys()["Keys"]
        return [key["KeyArn"] for key in keys if key["KeyAttributes"]["KeyClass"] == "PUBLIC_KEY"]

    @contextmanager
    def through(self, change: Callable[[bytes, bytes], bytes], **options: object) -> Iterator[dict[str, Any]]:
        """A payShield whose replies `change(request, reply)` alters; yields the change of the section."""
        honest = FACE.handler(options)

        async def handler(message: bytes) -> bytes:
            return change(message, await honest(message))

        with listening(handler) as port:
            yield {"port": port}


@contextmanager
def listening(handler: Handler) -> Iterator[int]:
    """A payShield host port with any handler behind it."""
    with running_handler(handler, framing=FACE.framing) as port:
        yield port


@contextmanager
def serving(state_dir: Path, clock: MovableClock, *, quota: float | None = None) -> Iterator[tuple[str, int]]:
    """Both faces as `keyexchange serve` starts them: the APC face's URL and the payShield's port."""
    options = ServeOptions(
        state_dir,
        apc_port=0,
        faces={"payshield": FaceOptions(FACE, 0)},
        clock=clock,
        quotas=Quotas(control_plane=quota),
        authority_algorithm=KeyAlgorithm.RSA_2048,  # RSA_4096, as in life, takes a second to make
    )
    with running(options) as addresses:
        assert addresses.apc_url is not None
        yield addresses.apc_url, addresses.ports["payshield"]
