"""What the reviewed file says about a payShield. AWS's sample `input_config.json` section loads unchanged."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from keyexchange.wire import TlsSettings

_FILE = "file:"
_DIGITS = r"^[0-9]{2}$"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TransportKeys(_Section):
    """AWS's sections `tr34`, `tr31` and `ecdh`: what to send, and under which KEK. Empty text means: none yet."""

    transport_key: str = ""
    transport_key_kcv: str = ""
    kek: str = ""


class PayshieldTls(_Section):
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
    """What QE puts into a certification request beside the common name; each at least one character."""

    organization: str = Field(default="not stated", min_length=1, max_length=64)
    organizational_unit: str = Field(default="not stated", min_length=1, max_length=64)
    locality: str = Field(default="not stated", min_length=1, max_length=64)
    state: str = Field(default="not stated", min_length=1, max_length=64)
    country: str = Field(default="XX", pattern=r"^[A-Z]{2}$")


class PayshieldSettings(_Section):
    """One payShield as a side of an exchange.

    Attributes:
        host: name or address.
        port: host port; 1500 is the factory's, 2500 for TLS.
        variant_lmk: the keys are under a variant LMK; else under a key-block LMK.
        variant_lmk_identifier: two digits; needed with `variant_lmk`.
        key_block_lmk_identifier: two digits; absent: the HSM's default LMK, and no identifier is sent.
        simulator_conventions: the host is this project's face, whose command Z8 may be used. A real payShield has no
            public command for receiving a TR-34 token; the run stops when the host is one.
        receiving_key_bits: of the RSA pair that receives a TR-34 token, by that convention.
        probe_commands: ask for each command, without its fields, whether this HSM has and allows it.
        debug: trace every command, without key material, to the log `adapters.payshield`.
        header_length: characters of the message header, as set on the HSM.
        connect_timeout: seconds.
        reply_timeout: seconds; making an RSA key takes an HSM several.
    """

    host: str
    port: int = Field(default=1500, ge=1, le=65535)
    variant_lmk: bool = False
    variant_lmk_identifier: str | None = Field(default=None, pattern=_DIGITS)
    key_block_lmk_identifier: str | None = Field(default=None, pattern=_DIGITS)
    simulator_conventions: bool = False
    receiving_key_bits: Literal[2048, 3072, 4096] = 2048
    probe_commands: bool = True
    debug: bool = False
    tr34: TransportKeys = TransportKeys()
    tr31: TransportKeys = TransportKeys()
    ecdh: TransportKeys = TransportKeys()
    header_length: int = Field(default=4, ge=0, le=255)
    tls: PayshieldTls | None = None
    csr_subject: CsrSubject = CsrSubject()
    connect_timeout: float = Field(default=5.0, gt=0)
    reply_timeout: float = Field(default=30.0, gt=0)

    @property
    def lmk(self) -> str | None:
        """The identifier to send after `%`."""
        return self.variant_lmk_identifier if self.variant_lmk else self.key_block_lmk_identifier
