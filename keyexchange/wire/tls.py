"""TLS contexts from file names. The framing inside TLS is the same as without."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from keyexchange.errors import ConfigError


@dataclass(frozen=True)
class TlsSettings:
    """Files for one end of a TLS connection; PEM.

    Args:
        ca_file: authorities whose certificates the other end must present. Without it a client trusts the system's
            authorities, and a server asks for no client certificate.
        certificate_file: this end's certificate and its issuers; a client may have none.
        private_key_file: the key of that certificate, not encrypted. OpenSSL takes keys from files only.
        server_name: the name that the server's certificate must bear; the host when absent. Clients only.
    """

    ca_file: Path | None = None
    certificate_file: Path | None = None
    private_key_file: Path | None = None
    server_name: str | None = None


def client_context(settings: TlsSettings) -> ssl.SSLContext:
    """A context that verifies the server's certificate and name; TLS 1.2 or later.

    Raises:
        ConfigError: a file that cannot be read or holds something else.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if settings.ca_file is None:
        context.load_default_certs()
    return _loaded(context, settings)


def server_context(settings: TlsSettings) -> ssl.SSLContext:
    """A context that asks for client certificates when a `ca_file` is given; TLS 1.2 or later.

    Raises:
        ConfigError: no certificate, or a file that cannot be read or holds something else.
    """
    if settings.certificate_file is None:
        raise ConfigError("a TLS server needs a certificate file", hint="give certificate_file and private_key_file")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if settings.ca_file is not None:
        context.verify_mode = ssl.CERT_REQUIRED
    return _loaded(context, settings)


def _loaded(context: ssl.SSLContext, settings: TlsSettings) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.ca_file is not None:
        try:
            context.load_verify_locations(settings.ca_file)
        except OSError as error:  # ssl.SSLError is one
            raise _unusable(settings.ca_file, error) from None
    if settings.certificate_file is not None:
        try:
            # An empty password makes an encrypted key an error; without one OpenSSL asks at the terminal.
            context.load_cert_chain(settings.certificate_file, settings.private_key_file, password="")
        except OSError as error:
            raise _unusable(settings.private_key_file or settings.certificate_file, error) from None
    return context


def _unusable(path: Path, error: OSError) -> ConfigError:
    reason = error.reason if isinstance(error, ssl.SSLError) else error.strerror
    return ConfigError(
        f"the TLS files around {path} cannot be used: {reason}",
        hint="certificates and keys are PEM files; a private key must fit its certificate and not be encrypted",
    )
