"""What the reviewed file says about an Atalla."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from keyexchange.wire import TlsSettings

_FILE = "file:"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tr34Key(_Section):
    """The KEK that is there already. Empty text: the HSM makes one."""

    transport_key: str = ""
    transport_key_kcv: str = ""


class Tr31Kek(_Section):
    """The KEK that an earlier run established. Empty text: none yet."""

    kek: str = ""
    transport_key: str = Field(default="", max_length=0, description="not used: list the key under `keys`")


class AtallaTls(_Section):
    """TLS on the host port; PEM files.

    Attributes:
        ca_file: the authorities that may have issued the HSM's certificate; the system's when absent.
        certificate_file: our certificate, where the HSM asks for one.
        private_key: its key, as the reference `file:PATH`.
        server_name: the name in the HSM's certificate; the host when absent.
    """

    ca_file: Path | None = None
    certificate_file: Path | None = None
    private_key: str | None = Field(default=None, pattern=rf"^{_FILE}.+$")
    server_name: str | None = None

    def resolved(self) -> TlsSettings:
        """For the socket. OpenSSL reads private keys from files only, so `env:` is no use here."""
        key = None
        if self.private_key is not None:
            key = Path(self.private_key.removeprefix(_FILE)).expanduser()
        return TlsSettings(self.ca_file, self.certificate_file, key, self.server_name)


class CsrSubject(_Section):
    """What stands in a certification request beside the common name; left out where it is empty."""

    organization: str = Field(default="", max_length=64)
    organizational_unit: str = Field(default="", max_length=64)
    locality: str = Field(default="", max_length=64)
    state: str = Field(default="", max_length=64)
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$")


class AtallaSettings(_Section):
    """One Atalla as a side of an exchange.

    Attributes:
        host: name or address.
        port: host port; 7000 is usual.
        debug: trace every command, without key material, to the log `adapters.atalla`.
        context_tags: number each command; needs a device that sends context tags back.
        simulator_conventions: the host is this project's simulator, whose commands of its own may then be used.
        connect_timeout: seconds.
        reply_timeout: seconds; making an RSA key takes an HSM several.
    """

    host: str
    port: int = Field(default=7000, ge=1, le=65535)
    debug: bool = False
    tr34: Tr34Key = Tr34Key()
    tr31: Tr31Kek = Tr31Kek()
    context_tags: bool = False
    simulator_conventions: bool = False
    tls: AtallaTls | None = None
    csr_subject: CsrSubject = CsrSubject()
    connect_timeout: float = Field(default=10.0, gt=0)
    reply_timeout: float = Field(default=30.0, gt=0)
