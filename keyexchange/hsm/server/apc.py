"""The APC face in one process: the device, the service in front of it, HTTP around it."""

from __future__ import annotations

import gc
import os
import socket
import ssl
from contextlib import AsyncExitStack

from keyexchange.hsm.apc import Endpoint, Entry, find_identities, one_pair
from keyexchange.hsm.apc.identities import Source
from keyexchange.hsm.audit import AuditLog
from keyexchange.hsm.clock import Clock, MovableClock, require_unmoved
from keyexchange.hsm.device import Hsm, open_hsm
from keyexchange.hsm.server.http import HttpServer
from keyexchange.hsm.server.options import ServeOptions


def identities_of(options: ServeOptions) -> Source:
    """Those who are let in.

    Raises:
        ConfigError: as `find_identities`.
    """
    if options.credentials is not None:
        return one_pair(options.credentials, options.account)
    return find_identities(options.state_dir, os.environ, options.account)


async def serve_apc(options: ServeOptions, identities: Source, listening: socket.socket, stack: AsyncExitStack) -> Hsm:
    """Serve the APC face on a bound socket, which processes may share; what must be stopped goes on the stack.

    Raises:
        ConfigError: the state directory, the database or the TLS files cannot be used.
    """
    tls = _tls(options)
    hsm = _open(options)
    stack.callback(hsm.close)
    audit = AuditLog(options.state_dir)
    stack.callback(audit.close)
    endpoint = Endpoint(hsm, Entry(identities), quotas=options.quotas, audit=audit)
    server = HttpServer(endpoint.answer, tls=tls)
    gc.freeze()  # what is loaded by now stays: not to be looked through again with every collection of garbage
    server.start(listening)
    stack.push_async_callback(server.stop)
    return hsm


def _open(options: ServeOptions) -> Hsm:
    return open_hsm(
        options.state_dir,
        database_url=options.database_url,
        clock=_clock(options),
        authority_algorithm=options.authority_algorithm,
        auto_approve=options.auto_approve,
        unlocking=options.unlocking,
    )


def _clock(options: ServeOptions) -> Clock:
    if not options.movable_clock:
        require_unmoved(options.state_dir)
        return options.clock
    options.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return MovableClock(options.state_dir)


def _tls(options: ServeOptions) -> ssl.SSLContext | None:
    if options.tls_certificate is None:
        return None
    from keyexchange.wire import TlsSettings, server_context  # noqa: PLC0415  # plain HTTP starts sooner without it

    return server_context(TlsSettings(certificate_file=options.tls_certificate, private_key_file=options.tls_key))
