"""serve: the faces of the software HSM."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from keyexchange import registry

if TYPE_CHECKING:
    from keyexchange.hsm.server import FaceOptions

APC_PORT = 8080
APC_QUOTA = 5.0
"""APC's own: five control-plane requests a second, all operations together."""


def _port_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """A --NAME-port option for every face that is installed."""
    for name in reversed(registry.names(registry.FACES)):
        command = click.option(f"--{name}-port", type=click.IntRange(0, 65535), help=f"Port of the {name} face.")(
            command
        )
    return command


def _account(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if len(value) != 12 or not value.isdecimal():
        raise click.BadParameter("an account number has twelve digits")
    return value


@click.command("serve")
@click.option("--apc-port", type=click.IntRange(0, 65535), help="Port of the AWS Payment Cryptography face.")
@_port_options
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to bind.")
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("keyexchange-hsm"),
    show_default=True,
    help="Where the software HSM keeps its keys (as key blocks under its own main key).",
)
@click.option(
    "--account",
    default="111122223333",
    show_default=True,
    callback=_account,
    metavar="DIGITS",
    help="AWS account number in ARNs.",
)
@click.option("--quotas", is_flag=True, help="Throttle as AWS does: five control-plane requests a second.")
@click.option("--until-stdin-closes", is_flag=True, hidden=True, help="End when standard input ends.")
def serve_command(
    apc_port: int | None,
    host: str,
    state_dir: Path,
    account: str,
    quotas: bool,
    until_stdin_closes: bool,
    **ports: int | None,
) -> None:
    """Run the software HSM until SIGTERM or SIGINT. For rehearsal and test: it is no secure cryptographic device.

    Starts the faces whose port is given, all on their usual ports when none is; port 0 takes any free one. Prints one
    line that begins with `ready` once all accept connections. The AWS credential pair that is let in comes from
    KEYEXCHANGE_ACCESS_KEY_ID and KEYEXCHANGE_SECRET_ACCESS_KEY, or from the file `credentials` in the state folder.

    \b
    Example:
      keyexchange serve --apc-port 8080 --payshield-port 1500
      AWS_ENDPOINT_URL=http://127.0.0.1:8080 aws payment-cryptography list-keys
    """
    from keyexchange.hsm.server import ServeOptions, serve

    wanted = {name.removesuffix("_port"): port for name, port in ports.items()}
    faces, apc = _faces(wanted), apc_port
    if not faces and apc is None:
        faces, apc = _faces(wanted, usual=True), APC_PORT
    if until_stdin_closes:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    serve(
        ServeOptions(
            state_dir,
            apc_port=apc,
            faces=faces,
            host=host,
            account=account,
            requests_per_second=APC_QUOTA if quotas else None,
        )
    )


def _faces(wanted: dict[str, int | None], *, usual: bool = False) -> dict[str, FaceOptions]:
    """The faces to start; all on their usual ports when asked so."""
    from keyexchange.hsm.server import FaceOptions

    names = [name for name, port in wanted.items() if usual or port is not None]
    loaded = {name: registry.load(registry.FACES, name) for name in names}
    return {name: FaceOptions(face, _port(wanted[name], face.default_port)) for name, face in loaded.items()}


def _port(wanted: int | None, usual: int) -> int:
    return usual if wanted is None else wanted


def _end_with_stdin() -> None:
    """Wait for the end of standard input, which is the end of the process that holds its other side."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
