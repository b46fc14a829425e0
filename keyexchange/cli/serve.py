"""serve: the faces of the software HSM."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from keyexchange import registry
from keyexchange.cli.databases import database_option, database_url
from keyexchange.cli.face_options import face_option, read_face_options
from keyexchange.cli.upkeep import unlocking
from keyexchange.errors import ConfigError

if TYPE_CHECKING:
    from keyexchange.hsm.apc import Quotas
    from keyexchange.hsm.server import FaceOptions

APC_PORT = 8080
_FILE = click.Path(path_type=Path, dir_okay=False)


def _port_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """A --NAME-port option for every face that is installed."""
    for name in reversed(registry.names(registry.FACES)):
        command = click.option(f"--{name}-port", type=click.IntRange(0, 65535), help=f"Port of the {name} face.")(
            command
        )
    return command


def _switch_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """A --NAME option for every rehearsal switch that is installed."""
    for name in reversed(registry.names(registry.REHEARSAL_SWITCHES)):
        face = name.partition("-")[0]
        command = click.option(f"--{name}", is_flag=True, help=f"Rehearsal: the {face} face needs no people.")(command)
    return command


def _account(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if len(value) != 12 or not value.isdecimal():
        raise click.BadParameter("an account number has twelve digits")
    return value


@click.command("serve")
@click.option("--apc-port", type=click.IntRange(0, 65535), help="Port of the AWS Payment Cryptography face.")
@_port_options
@_switch_options
@face_option
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
@click.option("--quotas", is_flag=True, help="Keep to AWS's quotas: five control-plane requests a second, 2,000 keys.")
@click.option(
    "--quota",
    "figures",
    multiple=True,
    metavar="NAME=FIGURE",
    help="One quota, with or without --quotas: control-plane, data-plane-symmetric, data-plane-asymmetric (requests a "
    "second), keys, aliases; `off` for none. Again for more.",
)
@database_option
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that serve the AWS face; more than one needs PostgreSQL.",
)
@click.option("--tls-certificate", type=_FILE, help="PEM file: the AWS face's certificate and its issuers.")
@click.option("--tls-key", type=_FILE, help="PEM file: the private key of --tls-certificate, not encrypted.")
@click.option("--insecure-bind", is_flag=True, help="Serve the AWS face beyond loopback without TLS.")
@click.option("--movable-clock", is_flag=True, help="Rehearsal: `keyexchange hsm clock` may let time pass.")
@click.option("--auto-approve", is_flag=True, help="Rehearsal: approval teams of the AWS face approve at once.")
@click.option("--until-stdin-closes", is_flag=True, hidden=True, help="End when standard input ends.")
def serve_command(
    apc_port: int | None,
    settings: tuple[str, ...],
    host: str,
    state_dir: Path,
    account: str,
    quotas: bool,
    figures: tuple[str, ...],
    database: str | None,
    workers: int,
    tls_certificate: Path | None,
    tls_key: Path | None,
    insecure_bind: bool,
    movable_clock: bool,
    auto_approve: bool,
    until_stdin_closes: bool,
    **others: Any,
) -> None:
    """Run the software HSM until SIGTERM or SIGINT. For rehearsal and test: it is no secure cryptographic device.

    Starts the faces whose port is given, all on their usual ports when none is; port 0 takes any free one. Prints one
    line that begins with `ready` once all accept connections. The AWS credential pair that is let in comes from
    KEYEXCHANGE_ACCESS_KEY_ID and KEYEXCHANGE_SECRET_ACCESS_KEY, or from the file `credentials` in the state folder. A
    main key that a passphrase protects takes it from KEYEXCHANGE_PASSPHRASE, or asks for it.

    \b
    Example:
      keyexchange serve --apc-port 8080 --payshield-port 1500
      AWS_ENDPOINT_URL=http://127.0.0.1:8080 aws payment-cryptography list-keys
    """
    gc.disable()  # nothing of a program is garbage while it is loaded, and looking for it takes a fifth of the start
    from keyexchange.hsm.server import ServeOptions, serve

    gc.freeze()
    gc.enable()
    wanted: dict[str, int | None] = {name: others[f"{name}_port"] for name in registry.names(registry.FACES)}
    on = {name for name in registry.names(registry.REHEARSAL_SWITCHES) if others[name.replace("-", "_")]}
    told = read_face_options(settings)
    faces, apc = _faces(wanted, on, told), apc_port
    if not faces and apc is None:
        faces, apc = _faces(wanted, on, told, usual=True), APC_PORT
    _require_served(told, faces)
    if until_stdin_closes:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    serve(
        ServeOptions(
            state_dir,
            apc_port=apc,
            faces=faces,
            host=host,
            account=account,
            quotas=_quotas(quotas, figures),
            database_url=database_url(database),
            workers=workers,
            tls_certificate=tls_certificate,
            tls_key=tls_key,
            insecure_bind=insecure_bind,
            movable_clock=movable_clock,
            auto_approve=auto_approve,
            unlocking=unlocking(),
        )
    )


def _faces(
    wanted: dict[str, int | None], on: set[str], told: dict[str, dict[str, object]], *, usual: bool = False
) -> dict[str, FaceOptions]:
    """The faces to start, with their switches and options; all on their usual ports when asked so."""
    from keyexchange.hsm.server import FaceOptions

    names = [name for name, port in wanted.items() if usual or port is not None]
    loaded = {name: registry.load(registry.FACES, name) for name in names}
    return {
        name: FaceOptions(face, _port(wanted[name], face.default_port), _settings(name, on) | told.get(name, {}))
        for name, face in loaded.items()
    }


def _settings(face: str, on: set[str]) -> dict[str, object]:
    """The face's own options that its switches turn on."""
    switches = (switch.partition("-") for switch in on)
    return {option.replace("-", "_"): True for name, _, option in switches if name == face}


def _require_served(told: dict[str, dict[str, object]], faces: dict[str, FaceOptions]) -> None:
    """Refuse options of a face that is not started."""
    for name in told.keys() - faces.keys():
        raise ConfigError(f"the {name} face has options but no port", hint=f"give --{name}-port too")


def _quotas(as_aws: bool, figures: tuple[str, ...]) -> Quotas:
    """The quotas to keep to."""
    from keyexchange.hsm.apc import AWS_QUOTAS, Quotas, with_figure

    found = AWS_QUOTAS if as_aws else Quotas()
    for figure in figures:
        found = with_figure(found, figure)
    return found


def _port(wanted: int | None, usual: int) -> int:
    return usual if wanted is None else wanted


def _end_with_stdin() -> None:
    """Wait for the end of standard input, which is the end of the process that holds its other side."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
