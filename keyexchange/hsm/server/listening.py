"""The listeners of a software HSM: HTTP for APC, TCP for the vendor faces, all in the running loop."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from keyexchange.errors import ConfigError
from keyexchange.hsm.apc import lets_everybody_in
from keyexchange.hsm.apc.identities import Source
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.main_keys import Unlocking, finish_rotation
from keyexchange.hsm.server.apc import identities_of, serve_apc
from keyexchange.hsm.server.console import Console
from keyexchange.hsm.server.options import Addresses, FaceOptions, ServeOptions, host_text
from keyexchange.hsm.store import is_shared

if TYPE_CHECKING:
    from keyexchange.hsm.server.workers import Failed


async def start(options: ServeOptions, stack: AsyncExitStack, failed: Failed) -> Addresses:
    """Start every face; what must be stopped again goes on the stack.

    Args:
        failed: is told when serving cannot go on.

    Raises:
        ConfigError: a port is taken, the state directory cannot be used, credentials or TLS are missing.
    """
    apc_url, rehearsal = None, False
    if options.apc_port is not None:
        identities = identities_of(options)
        rehearsal = lets_everybody_in(identities)
        _require_safe(options, rehearsal=rehearsal)
        apc_url = await _start_apc(options, options.apc_port, identities, stack, failed)
    ports = {name: await _start_face(options.host, each, stack) for name, each in options.faces.items()}
    return Addresses(options.host, apc_url, ports, rehearsal_credentials=rehearsal)


def _require_safe(options: ServeOptions, *, rehearsal: bool) -> None:
    """Refuse what would let strangers in or listen, and what cannot work.

    Raises:
        ConfigError: the published pair, or no TLS, beyond loopback; workers without a database for them.
    """
    beyond = not _is_loopback(options.host)
    if beyond and rehearsal:
        raise ConfigError(
            f"the APC face would be open to everybody who reaches {options.host}",
            hint="set KEYEXCHANGE_ACCESS_KEY_ID and KEYEXCHANGE_SECRET_ACCESS_KEY, or bind 127.0.0.1",
        )
    if beyond and options.tls_certificate is None and not options.insecure_bind:
        raise ConfigError(
            f"the APC face would be readable by everybody on the way to {options.host}",
            hint="give --tls-certificate and --tls-key, or bind 127.0.0.1; --insecure-bind does it all the same",
        )
    if options.workers > 1 and not is_shared(options.database_url):
        raise ConfigError(
            "several workers need PostgreSQL: a SQLite database belongs to one process",
            hint="give --database postgresql://... or serve with one worker",
        )


async def _start_apc(
    options: ServeOptions, port: int, identities: Source, stack: AsyncExitStack, failed: Failed
) -> str:
    listening = stack.enter_context(_bind(options.host, port))
    number = listening.getsockname()[1]
    options = replace(options, unlocking=options.unlocking or Unlocking())
    hsm = await serve_apc(options, identities, listening, stack)
    if options.workers > 1:
        from keyexchange.hsm.server.workers import start_workers  # noqa: PLC0415  # one process starts without it

        await start_workers(options, listening, stack, failed)
    console = Console(hsm, options.state_dir)
    await console.start()
    stack.push_async_callback(console.close)
    _finish_rotation(hsm, stack)
    scheme = "http" if options.tls_certificate is None else "https"
    return f"{scheme}://{host_text(options.host)}:{number}"


def _finish_rotation(hsm: Hsm, stack: AsyncExitStack) -> None:
    """Go on with a rotation that was killed, beside the requests."""
    if not hsm.keeping.profile.unfinished:
        return
    task = asyncio.create_task(finish_rotation(hsm.keeping))

    async def end() -> None:
        task.cancel()
        await asyncio.wait([task])

    stack.push_async_callback(end)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _start_face(host: str, options: FaceOptions, stack: AsyncExitStack) -> int:
    from keyexchange.wire import serve_tcp  # noqa: PLC0415  # a server without faces starts sooner without it

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
