"""What the reviewed file says about a Futurex HSM. AWS's sample `input_config.json` section loads unchanged."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from keyexchange.wire import TlsSettings

_FILE = "file:"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TransportKeys(_Section):
    """AWS's sections `tr34`, `tr31` and `ecdh`: what to send, and under which KEK. Empty text means: none yet."""

    transport_key: str = ""
    transport_key_kcv: str = ""
    kek: str = ""


class FuturexTls(_Section):
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


class FuturexSettings(_Section):
    """One Futurex HSM as a side of an exchange. Its keys are under the PMK, in key blocks.

    Attributes:
        host: name or address.
        port: Excrypt port; 9000 in AWS's sample, 9100 is used for TLS.
        message_tags: send a number in AG with each command and want it back.
        simulator_conventions: the host is this project's face, whose commands ZTRI, ZRSI and ZRSE may be used. A real
            HSM has no public command for receiving a TR-34 token, or for RSA wrap; the run stops when the host is one.
        receiving_key_bits: of the RSA pair that receives a token or a key under RSA, by those conventions.
        probe_commands: ask for every command, without its tokens, which of them this HSM has and allows.
        debug: trace every command, without key material, to the log `adapters.futurex`.
        connect_timeout: seconds.
        reply_timeout: seconds; making an RSA key takes an HSM several.
    """

    host: str
    port: int = Field(default=9000, ge=1, le=65535)
    message_tags: bool = True
    simulator_conventions: bool = False
    receiving_key_bits: Literal[2048, 3072, 4096] = 2048
    probe_commands: bool = True
    debug: bool = False
    tr34: TransportKeys = TransportKeys()
    tr31: TransportKeys = TransportKeys()
    ecdh: TransportKeys = TransportKeys()
    tls: FuturexTls | None = None
    connect_timeout: float = Field(default=5.0, gt=0)
    reply_timeout: float = Field(default=30.0, gt=0)
