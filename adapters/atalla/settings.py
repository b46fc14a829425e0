"""What the reviewed file says about an Atalla."""

from __future__ import annotations

from pydantic import Field

from keyexchange.hostport import HostPort, Section


class Tr34Key(Section):
    """The KEK that is there already. Empty text: the HSM makes one."""

    transport_key: str = ""
    transport_key_kcv: str = ""


class Tr31Kek(Section):
    """The KEK that an earlier run established. Empty text: none yet."""

    kek: str = ""
    transport_key: str = Field(default="", max_length=0, description="not used: list the key under `keys`")


class CsrSubject(Section):
    """What stands in a certification request beside the common name; left out where it is empty."""

    organization: str = Field(default="", max_length=64)
    organizational_unit: str = Field(default="", max_length=64)
    locality: str = Field(default="", max_length=64)
    state: str = Field(default="", max_length=64)
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$")


class AtallaSettings(HostPort):
    """One Atalla as a side of an exchange.

    Attributes:
        port: host port; 7000 is usual.
        context_tags: number each command; needs a device that sends context tags back.
        simulator_conventions: the host is this project's simulator, whose commands of its own may then be used.
    """

    port: int = Field(default=7000, ge=1, le=65535)
    tr34: Tr34Key = Tr34Key()
    tr31: Tr31Kek = Tr31Kek()
    context_tags: bool = False
    simulator_conventions: bool = False
    csr_subject: CsrSubject = CsrSubject()
    connect_timeout: float = Field(default=10.0, gt=0)
