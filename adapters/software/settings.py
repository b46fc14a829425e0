"""What the reviewed file may say about the software HSM: what it may say about APC, and where the keys lie."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from adapters.apc.settings import ApcSettings


class SoftwareSettings(ApcSettings):
    """`kdh.software` or `krd.software`."""

    region: str = Field(
        default="us-east-1",
        pattern=r"^[a-z]{2}(-[a-z]+){1,2}-[0-9]+$",
        description="the region of the software HSM that holds the keys; any that looks like one of AWS's",
    )
    state_dir: Path = Field(
        default=Path("keyexchange-hsm"),
        description="where the software HSM keeps its keys; not in use by a `keyexchange serve`",
    )
    endpoint_url: str = Field(
        default="",
        pattern=r"^(https?://.+)?$",
        description="a running `keyexchange serve` to use; empty: one is started for the run, in this process",
    )
    requests_per_second: float | None = Field(default=None, ge=0, description="pace; the software HSM needs none")
