"""The adapters under contract, and how each is set up before its face. A new vendor adds one entry to `SUBJECTS`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keyexchange import registry
from keyexchange.hsm.server import Addresses
from tests.matrix.field import CONVENTIONS

DEVICES = Path("devices")
"""Where the operator describes real devices: the section of a reviewed file for one side, as JSON."""


@dataclass(frozen=True)
class Subject:
    """One adapter.

    Args:
        section: what the reviewed file says of it before its face, besides where the face is.
        makes: the algorithms of keys that it makes.
    """

    section: Mapping[str, Any] = field(default_factory=dict)
    makes: tuple[str, ...] = ("TDES_2KEY", "TDES_3KEY", "AES_128", "AES_256")


SUBJECTS: Mapping[str, Subject] = {
    "payshield": Subject({**CONVENTIONS, "variant_lmk": False}),
    "futurex": Subject(CONVENTIONS),
    "atalla": Subject(CONVENTIONS, makes=("TDES_2KEY", "TDES_3KEY")),
    "apc": Subject(makes=("TDES_2KEY", "TDES_3KEY", "AES_128", "AES_192", "AES_256", "HMAC_SHA256")),
    "software": Subject(makes=("TDES_2KEY", "TDES_3KEY", "AES_128", "AES_192", "AES_256", "HMAC_SHA256")),
}


def open_side(name: str, addresses: Addresses, region: str, device: str | None, trace: list[str]) -> Any:
    """The adapter of this name, before its face or the named device."""
    entry = registry.load(registry.ADAPTERS, name)
    if device is not None:
        section = json.loads((DEVICES / f"{device}.json").read_text("utf-8"))
    elif name in addresses.ports:
        section = {"host": "127.0.0.1", "port": addresses.ports[name], "reply_timeout": 20, **SUBJECTS[name].section}
    else:
        section = {"region": region, "endpoint_url": addresses.apc_url, "requests_per_second": None}
    return entry.open(entry.Settings.model_validate(section), trace=trace.append)
