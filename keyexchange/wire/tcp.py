"""The only client socket: one message out, one message back.

Laws of this file:

- it never sends anything twice: after a failure the caller decides, and the next exchange makes a new connection;
- a connection on which anything went wrong is closed, so a late reply can never answer the next command;
- octets that nobody asked for are an error, never skipped.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from typing import NoReturn

from keyexchange.errors import FormatError, ProtocolError, TrustError, UnreachableError
from keyexchange.wire.framing import Framing
from keyexchange.wire.tls import TlsSettings, client_context

_CHUNK = 65536
_NOT_YET_VALID, _HAS_EXPIRED = 9, 10
"""X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED. Source: OpenSSL, X509_STORE_CTX_get_error(3)."""


class Connection:
    """A connection to one host port, made when it is needed and kept.

    Args:
        host: name or address.
        port: TCP port.
        framing: makes a framing object; called once per connection.
        connect_timeout: seconds for the connection, TLS handshake included.
        reply_timeout: seconds from sending the request to the end of the reply.
        tls: None for plain TCP.

    Raises:
        ConfigError: TLS files that cannot be used.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        framing: Callable[[], Framing],
        connect_timeout: float,
        reply_timeout: float,
        tls: TlsSettings | None = None,
    ) -> None:
        self._address = (host, port)
        self._new_framing = framing
        self._connect_timeout = connect_timeout
        self._reply_timeout = reply_timeout
        self._tls = client_context(tls) if tls else None
        self._server_name = (tls.server_name if tls else None) or host
        self._socket: socket.socket | None = None
        self._framing = framing()

    def exchange(self, message: bytes) -> bytes:
        """Send one message and return the reply.

        Raises:
            UnreachableError: no connection, a time-out, a connection that ended; the message says which.
            TrustError: the server's TLS certificate is not to be trusted.
            ProtocolError: more than one reply came, or octets that are no message.
            FormatError: category command: the message is longer than the framing allows.
        """
        framed = self._framing.encode(message)
        sock = self._ready()
        try:
            return self._converse(sock, framed)
        except BaseException:  # also KeyboardInterrupt: half an exchange must not be continued
            self.close()
            raise

    def close(self) -> None:
        """Give the connection back. A later exchange makes a new one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _ready(self) -> socket.socket:
        """The kept connection if it is alive and silent, else a new one."""
        if self._socket is not None and self._ended(self._socket):
            self.close()
        if self._socket is None:
            self._socket = self._connect()
            self._framing = self._new_framing()
        return self._socket

    def _ended(self, sock: socket.socket) -> bool:
        """Whether the other end has closed a kept connection.

        Raises:
            ProtocolError: octets are waiting that nobody asked for; they must not answer the next command.
        """
        sock.setblocking(False)
        while True:
            try:
                waiting = sock.recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError):  # nothing, or TLS's own messages, which this has dealt with
                return False
            except OSError:
                return True
            if not waiting:
                return True
            self._require_filler(waiting)

    def _require_filler(self, octets: bytes) -> None:
        """Octets that came after a reply are what the framing skips, such as a line end.

        Raises:
            ProtocolError: they are not.
        """
        try:
            meant = bool(self._framing.feed(octets)) or self._framing.pending > 0
        except FormatError:
            meant = True
        if meant:
            self.close()
            raise _unasked(self._label())

    def _connect(self) -> socket.socket:
        try:
            sock = socket.create_connection(self._address, self._connect_timeout)
        except TimeoutError:
            raise self._unreachable(f"did not accept a connection within {self._connect_timeout:g} s") from None
        except (OSError, UnicodeError) as error:  # a host that cannot be a name is a UnicodeError
            raise self._unreachable(f"no connection ({getattr(error, 'strerror', None) or 'no such host'})") from None
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._wrapped(sock, self._tls) if self._tls else sock

    def _wrapped(self, sock: socket.socket, context: ssl.SSLContext) -> socket.socket:
        try:
            return context.wrap_socket(sock, server_hostname=self._server_name)
        except ssl.SSLCertVerificationError as error:
            sock.close()
            raise _distrusted(self._label(), error) from None
        except OSError:  # a time-out or ssl.SSLError
            sock.close()
            raise self._unreachable("the TLS handshake failed", hint="check that this port speaks TLS") from None

    def _converse(self, sock: socket.socket, framed: bytes) -> bytes:
        deadline = time.monotonic() + self._reply_timeout
        try:
            sock.settimeout(self._reply_timeout)
            sock.sendall(framed)
            return self._receive(sock, deadline)
        except TimeoutError:
            self._timed_out()
        except OSError:
            raise self._unreachable("the connection broke before the reply was complete") from None

    def _receive(self, sock: socket.socket, deadline: float) -> bytes:
        messages: list[bytes] = []
        while not messages:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                self._timed_out()
            sock.settimeout(remaining)
            octets = sock.recv(_CHUNK)
            if not octets:
                self._ended_early()
            messages = self._fed(octets)
        if len(messages) > 1 or self._framing.pending:
            raise _unasked(self._label())
        return messages[0]

    def _fed(self, octets: bytes) -> list[bytes]:
        try:
            return self._framing.feed(octets)
        except FormatError as error:
            raise ProtocolError(f"{self._label()} sent something that is no message: {error.message}") from None

    def _timed_out(self) -> NoReturn:
        part = f" (only {self._framing.pending} octets of it)" if self._framing.pending else ""
        raise self._unreachable(
            f"no reply within {self._reply_timeout:g} s{part}",
            hint="the command may have been carried out; resuming the run finds out",
        )

    def _ended_early(self) -> NoReturn:
        where = f"after {self._framing.pending} octets of a reply" if self._framing.pending else "without a reply"
        raise self._unreachable(f"the connection was closed {where}")

    def _unreachable(self, what: str, *, hint: str | None = None) -> UnreachableError:
        return UnreachableError(f"{self._label()}: {what}", hint=hint)

    def _label(self) -> str:
        return "{}:{}".format(*self._address)


def _distrusted(who: str, error: ssl.SSLCertVerificationError) -> TrustError:
    out_of_date = error.verify_code in (_NOT_YET_VALID, _HAS_EXPIRED)
    return TrustError(
        f"the TLS certificate of {who} is refused: {error.verify_message}",
        category="expired" if out_of_date else "chain_untrusted",
        hint="check the clock of this machine and have the certificate renewed, then resume the run"
        if out_of_date
        else "check ca_file and server_name in the tls section",
    )


def _unasked(who: str) -> ProtocolError:
    return ProtocolError(
        f"{who} sent octets that nobody asked for",
        hint="is another program using this connection's port as a proxy? resume the run to continue",
    )
