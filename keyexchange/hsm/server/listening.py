"""The listeners of a software HSM: HTTP for APC, TCP for the vendor faces, all in the running loop."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
from contextlib import AsyncExitStack

from keyexchange.errors import ConfigError
from keyexchange.hsm.apc import REHEARSAL, Application, Credentials, Endpoint, Entry, RequestQuota, find_credentials
from keyexchange.hsm.device import open_hsm
from keyexchange.hsm.server.console import Console
from keyexchange.hsm.server.http import HttpServer
from keyexchange.hsm.server.options import Addresses, FaceOptions, ServeOptions, host_text
from keyexchange.wire import serve_tcp


async def start(options: ServeOptions, stack: AsyncExitStack) -> Addresses:
    """Start every face; what must be stopped again goes on the stack.

    Raises:
        ConfigError: a port is taken, the state directory cannot be used, or credentials are missing.
    """
    apc_url, rehearsal = None, False
    if options.apc_port is not None:
        credentials = options.credentials or find_credentials(options.state_dir, os.environ)
        rehearsal = credentials == REHEARSAL
        apc_url = await _start_apc(options, options.apc_port, credentials, stack)
    ports = {name: await _start_face(options.host, each, stack) for name, each in options.faces.items()}
    return Addresses(options.host, apc_url, ports, rehearsal_credentials=rehearsal)


async def _start_apc(options: ServeOptions, port: int, credentials: Credentials, stack: AsyncExitStack) -> str:
    if credentials == REHEARSAL and not _is_loopback(options.host):
        raise ConfigError(
            f"the APC face would be open to everybody who reaches {options.host}",
            hint="set KEYEXCHANGE_ACCESS_KEY_ID and KEYEXCHANGE_SECRET_ACCESS_KEY, or bind 127.0.0.1",
        )
    hsm = open_hsm(
        options.state_dir,
        database_url=options.database_url,
        clock=options.clock,
        authority_algorithm=options.authority_algorithm,
    )
    stack.callback(hsm.close)
    console = Console(hsm, options.state_dir)
    await console.start()
    stack.push_async_callback(console.close)
    quota = RequestQuota(options.requests_per_second) if options.requests_per_second else None
    endpoint = Endpoint(hsm, Entry(credentials, account=options.account), quota=quota)
    server = HttpServer(Application(endpoint.answer))
    listening = _bind(options.host, port)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    stack.push_async_callback(server.stop, task)
    await server.accepting.wait()
    return f"http://{host_text(options.host)}:{listening.getsockname()[1]}"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _start_face(host: str, options: FaceOptions, stack: AsyncExitStack) -> int:
    handler = options.face.handler(options.settings)
    try:
        listener = await serve_tcp(handler, host, options.port, framing=options.face.framing)
    except OSError as error:
        raise _cannot_bind(host, options.port, error) from None
    stack.push_async_callback(listener.close)
    return listener.port


def _bind(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise _cannot_bind(host, port, error) from None


def _cannot_bind(host: str, port: int, error: OSError) -> ConfigError:
    return ConfigError(
        f"cannot listen on {host_text(host)}:{port}: {error.strerror}", hint="is it running already? give another port"
    )
