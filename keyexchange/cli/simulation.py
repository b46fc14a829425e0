"""--simulate: both sides are faces of the software HSM, in a process of their own on loopback ports.

The faces keep their state in the folder of the run, so a killed run can be resumed against the same simulated service.
Their process ends when ours does, however ours ends: it watches the pipe that we hold open.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from keyexchange import config, registry
from keyexchange.errors import UnreachableError

_HTTP = "http://"
_NAMES_KEYS = ("apc", "software")
_FACE_OF = {"software": "apc"}
"""A side that has no face of its own name."""


@dataclass(frozen=True)
class Simulation:
    """Running faces.

    Args:
        addresses: face -> "host:port", or a URL where it speaks HTTP.
    """

    addresses: Mapping[str, str]


def sample(krd: str) -> config.Config:
    """The built-in sample: a KEK and working keys of many usages, made anew by the simulated sender.

    Args:
        krd: the receiver; only one that names keys is told their names.
    """
    document = json.loads(files("keyexchange.cli").joinpath("simulation.json").read_text("utf-8"))
    if krd not in _NAMES_KEYS:
        for key in (document["kek"], *document["keys"]):
            key.pop("alias", None)
            key.pop("tags", None)
    return config.parse(document, "the built-in sample")


def with_addresses(settings: config.Config, simulation: Simulation | None) -> config.Config:
    """The same settings with both sides pointed to the running faces; unchanged when none run (a plan)."""
    if simulation is None:
        return settings
    document = settings.model_dump(mode="json", exclude_unset=True, by_alias=True)
    for role in ("kdh", "krd"):
        for name, section in document[role].items():
            section.update(_address(simulation.addresses.get(_FACE_OF.get(name, name))))
    return config.parse(document, "the simulation")


def _address(address: str | None) -> dict[str, Any]:
    if address is None:
        return {}
    if address.startswith(_HTTP):
        return {"endpoint_url": address, "requests_per_second": None, "profile": ""}
    host, _, port = address.rpartition(":")
    return {"host": host, "port": int(port), "tls": None}


@contextmanager
def simulated(sides: set[str | None], state: Path) -> Iterator[Simulation]:
    """Start the faces of these sides; stop them at the end.

    Args:
        state: folder where they keep their keys.

    Raises:
        UnreachableError: they did not start.
    """
    faces = {"apc", *registry.names(registry.FACES)} & {_FACE_OF.get(side or "", side) for side in sides}
    pair = {"ACCESS_KEY_ID": f"SIM{secrets.token_hex(8).upper()}", "SECRET_ACCESS_KEY": secrets.token_hex(20)}
    command = [sys.executable, "-m", "keyexchange", "serve", "--state-dir", str(state), "--until-stdin-closes"]
    for face in filter(None, faces):
        command += [f"--{face}-port", "0"]
    switches = registry.names(registry.REHEARSAL_SWITCHES)
    command += [f"--{switch}" for switch in switches if switch.partition("-")[0] in faces]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KEYEXCHANGE_")}
    environment = kept | {f"KEYEXCHANGE_{name}": value for name, value in pair.items()}
    process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True, text=True
    )
    try:
        os.environ.update({f"AWS_{name}": value for name, value in pair.items()})
        os.environ.pop("AWS_SESSION_TOKEN", None)
        yield Simulation(_ready(process))
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait()


def _ready(process: subprocess.Popen[str]) -> dict[str, str]:
    """Wait for the line that says `ready name=address ...`."""
    assert process.stdout is not None
    for line in process.stdout:
        words = line.split()
        if "ready" in words:
            return dict(word.split("=", 1) for word in words if "=" in word)
    raise UnreachableError("the simulators did not start", hint="`keyexchange serve` by itself shows why")
