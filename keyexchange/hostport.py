"""What the reviewed file says about any HSM with a host port, and the connection that it describes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from keyexchange.wire import Connection, Framing, TlsSettings

_FILE = "file:"


class Section(BaseModel):
    """A section of the reviewed file: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TransportKeys(Section):
    """AWS's sections `tr34`, `tr31` and `ecdh`: what to send, and under which KEK. Empty text means: none yet."""

    transport_key: str = ""
    transport_key_kcv: str = ""
    kek: str = ""


class HostTls(Section):
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
        key = Path(self.private_key.removeprefix(_FILE)).expanduser() if self.private_key is not None else None
        return TlsSettings(self.ca_file, self.certificate_file, key, self.server_name)


class HostPort(Section):
    """An HSM that is reached at a host port.

    Attributes:
        host: name or address.
        port: of the vendor's protocol.
        tls: absent: none.
        debug: trace every command, without key material, to the adapter's log.
        connect_timeout: seconds.
        reply_timeout: seconds; making an RSA key takes an HSM several.
    """

    host: str
    port: int = Field(ge=1, le=65535)
    tls: HostTls | None = None
    debug: bool = False
    connect_timeout: float = Field(default=5.0, gt=0)
    reply_timeout: float = Field(default=30.0, gt=0)

    def connection(self, framing: Callable[[], Framing]) -> Connection:
        """What these settings describe; connects when it is first used.

        Raises:
            ConfigError: TLS files that cannot be used.
        """
        return Connection(
            self.host,
            self.port,
            framing=framing,
            connect_timeout=self.connect_timeout,
            reply_timeout=self.reply_timeout,
            tls=self.tls.resolved() if self.tls else None,
        )
