"""What the reviewed file says about any HSM with a host port, and the connection that it describes."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from keyexchange.wire import Connection, Framing, TlsSettings

_FILE = "file:"
_PUBLIC_KEYS_CROSS = frozenset({
    "make_signing_key",
    "make_agreement_key",
    "offer_krd_credential",
    "offer_rsa_credential",
    "export_tr34",
    "export_rsa",
    "export_ecdh",
    "import_ecdh",
})  # fmt: skip
"""Abilities in which a public key goes over the host port in clear, and nothing else tells whose it is."""
_OPEN_LINE = (
    "{name}: public keys go over a connection that nobody authenticates (no tls); who sits on it can exchange them, "
    "and a certificate that is made for such a key afterwards verifies all the same"
)
_UNPROVEN = "{name}: nothing public shows {codes} in the form that is sent: try one key on a test unit first"
_OTHER_FIRMWARE = "{name}: the commands are known of {known}; what this one is: {told}; try one key first"


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

    @property
    def unauthenticated(self) -> bool:
        """Whether the HSM's messages could be somebody else's: another machine is reached without TLS."""
        return self.tls is None and not _is_here(self.host)


def open_line_warnings(name: str, settings: HostPort, abilities: frozenset[str]) -> Iterator[str]:
    """What a plan says of public keys that somebody on the network could exchange.

    Args:
        name: of the adapter.
        abilities: what the side does in the run.
    """
    if settings.unauthenticated and not _PUBLIC_KEYS_CROSS.isdisjoint(abilities):
        yield _OPEN_LINE.format(name=name)


def unproven_warnings(name: str, commands: Iterable[str], requests: Mapping[str, Any]) -> Iterator[str]:
    """What a plan says of commands to a real HSM whose form only we believe.

    Args:
        name: of the adapter.
        commands: what the side is sent in the run.
        requests: the vendor's declarations by code; each says what it rests on as `provenance`.
    """
    codes = sorted({code for code in commands if code in requests and requests[code].provenance == "self"})
    if codes:
        yield _UNPROVEN.format(name=name, codes=", ".join(codes))


def firmware_warnings(name: str, told: str | None, known: Sequence[str]) -> Iterator[str]:
    """What a report says of a device that may word its commands otherwise.

    Args:
        name: of the adapter.
        told: what the device says of its model or firmware.
        known: models or firmwares that the sources of the commands name.
    """
    if not any(re.search(rf"(?<![\d.]){re.escape(each)}(?!\d)", told or "") for each in known):
        yield _OTHER_FIRMWARE.format(name=name, told=told or "not told", known=", ".join(known))


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
