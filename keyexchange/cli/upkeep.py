"""hsm protect, rotate, backup, restore, clock: main keys, copies and time of the software HSM."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from keyexchange.cli.databases import database_option, database_url
from keyexchange.cli.passphrases import known_passphrase, new_passphrase
from keyexchange.errors import ConfigError, UnreachableError

if TYPE_CHECKING:
    from keyexchange.hsm.main_keys import Protection, Unlocking

F = TypeVar("F", bound=Callable[..., Any])

NEW_PASSPHRASE = "KEYEXCHANGE_NEW_PASSPHRASE"  # noqa: S105  the name of a variable
BACKUP_PASSPHRASE = "KEYEXCHANGE_BACKUP_PASSPHRASE"  # noqa: S105  the name of a variable
REGION_MAIN_KEY = "region main key"
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SPAN = re.compile(r"(\d{1,6})([smhd])")


def state_dir_option(command: F) -> F:
    """--state-dir: of a software HSM that is there."""
    return click.option(
        "--state-dir",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("keyexchange-hsm"),
        show_default=True,
        help="Of the software HSM, as `keyexchange serve` was given it.",
    )(command)


def json_option(command: F) -> F:
    """--json: for pipelines."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON object.")(command)


def show(answer: Mapping[str, Any], as_json: bool) -> None:
    """Print an answer of the console."""
    if as_json:
        click.echo(json.dumps(answer))
        return
    for name, value in answer.items():
        click.echo(f"{name:11} {', '.join(value) if isinstance(value, list) else value}")


def unlocking() -> Unlocking:
    """What opens a protected region main key: the environment, or whoever sits at the terminal."""
    from keyexchange.hsm.main_keys import PASSPHRASE_VARIABLE, Unlocking

    return Unlocking(known_passphrase(PASSPHRASE_VARIABLE, REGION_MAIN_KEY))


def ask_or_open(state_dir: Path, command: str, database: str | None, **members: object) -> Mapping[str, Any]:
    """Have the process that serves a state folder carry a command out; do it here when none does.

    Raises:
        ConfigError: there is no software HSM in that folder, or the command was refused.
    """
    from keyexchange.hsm.server.console import ask, perform_alone

    _require_state(state_dir)
    try:
        return ask(state_dir, command, **members)
    except UnreachableError:
        pass
    from keyexchange.hsm.device import open_hsm

    hsm = open_hsm(state_dir, database_url=database_url(database), unlocking=unlocking())
    try:
        return perform_alone(hsm, command, **members)
    finally:
        hsm.close()


def _require_state(state_dir: Path) -> None:
    from keyexchange.hsm.main_keys import REGION_KEY_FILE

    if not (state_dir / REGION_KEY_FILE).exists():
        raise ConfigError(f"there is no software HSM in {state_dir}", hint="name its folder with --state-dir")


@click.command("protect")
@state_dir_option
@click.option("--passphrase", "kind", flag_value="passphrase", help="By a passphrase.")
@click.option("--key-file", type=click.Path(path_type=Path, dir_okay=False), help="By a key in a file elsewhere.")
@click.option("--kms-key", metavar="ARN", help="By a symmetric key of AWS KMS.")
@click.option("--none", "kind", flag_value="none", help="By nothing but the rights of its file.")
def protect_command(state_dir: Path, kind: str | None, key_file: Path | None, kms_key: str | None) -> None:
    """Change what protects the region main key in its file.

    The passphrase that protects it now comes from KEYEXCHANGE_PASSPHRASE, a new one from KEYEXCHANGE_NEW_PASSPHRASE, or
    both from the terminal. A key file that is not there is made.

    \b
    Example:
      keyexchange hsm protect --passphrase
      keyexchange hsm protect --key-file /media/officer/region.key
    """
    from keyexchange.hsm.main_keys import RegionKeyFile

    if sum(each is not None for each in (kind, key_file, kms_key)) != 1:
        raise click.UsageError("say one of --passphrase, --key-file, --kms-key and --none")
    _require_state(state_dir)
    protection = _protection(state_dir, kind, key_file, kms_key)
    RegionKeyFile(state_dir, unlocking()).protect(protection)
    click.echo(f"the region main key is protected by: {protection.name}")
    click.echo(
        "now make a new one with `keyexchange hsm rotate --region`: the disk may keep octets of the old file", err=True
    )


def _protection(state_dir: Path, kind: str | None, key_file: Path | None, kms_key: str | None) -> Protection:
    from keyexchange.hsm.main_keys.protection import (
        KeyFileProtection,
        KmsProtection,
        PassphraseProtection,
        Plain,
        make_key_file,
    )
    from keyexchange.hsm.passphrases import Scrypt

    if key_file is not None:
        if key_file.absolute().is_relative_to(state_dir.absolute()):
            raise ConfigError("a key file in the state folder protects nothing", hint="keep it somewhere else")
        if make_key_file(key_file):
            click.echo(f"made {key_file}: keep a copy, nothing opens the keys without it", err=True)
        return KeyFileProtection(key_file)
    if kms_key is not None:
        return KmsProtection(kms_key)
    if kind == "none":
        return Plain()
    return PassphraseProtection(new_passphrase(NEW_PASSPHRASE, f"{REGION_MAIN_KEY}, the new one"), Scrypt.new())


@click.command("rotate")
@state_dir_option
@database_option
@click.option("--region", is_flag=True, help="The region main key only.")
@click.option("--profile", is_flag=True, help="The profile main key only, and with it every key's block.")
@json_option
def rotate_command(state_dir: Path, database: str | None, region: bool, profile: bool, as_json: bool) -> None:
    """Make new main keys, while requests are served or not. Both, unless one is named.

    \b
    Example:
      keyexchange hsm rotate
    """
    both = region == profile
    show(ask_or_open(state_dir, "rotate", database, region=region or both, profile=profile or both), as_json)


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@state_dir_option
@database_option
@click.option("--force", is_flag=True, help="Replace an older file.")
@json_option
def backup_command(file: Path, state_dir: Path, database: str | None, force: bool, as_json: bool) -> None:
    """Write everything that the software HSM keeps into one file, while it serves or not.

    Keys are in it in blocks only, under main keys that the backup's passphrase protects
    (KEYEXCHANGE_BACKUP_PASSPHRASE, or asked for). Names, tags and policies are readable.

    \b
    Example:
      keyexchange hsm backup hsm-2026-11-21.backup
    """
    _require_state(state_dir)
    path = file.absolute()
    if path.exists() and not force:
        raise ConfigError(f"{path} is there already", hint="choose another name, or say --force")
    passphrase = new_passphrase(BACKUP_PASSPHRASE, "backup").reveal().decode()
    show(ask_or_open(state_dir, "backup", database, path=str(path), passphrase=passphrase, replace=force), as_json)


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="A new one, or one without a region main key.",
)
@database_option
@json_option
def restore_command(file: Path, state_dir: Path, database: str | None, as_json: bool) -> None:
    """Fill a new software HSM from a backup: all of it, or nothing.

    Its region main key is then unprotected, as of every new one: `keyexchange hsm protect` comes next.

    \b
    Example:
      keyexchange hsm restore hsm-2026-11-21.backup --state-dir restored
    """
    from keyexchange.hsm.device import restore_hsm

    source = known_passphrase(BACKUP_PASSPHRASE, "backup")
    count = restore_hsm(file, state_dir, source(), database_url=database_url(database))
    show({"state_dir": str(state_dir), "rows": count}, as_json)


@click.command("clock")
@state_dir_option
@click.option("--advance", required=True, metavar="SPAN", help="How far: 30d, 12h, 90m or 45s.")
@json_option
def clock_command(state_dir: Path, advance: str, as_json: bool) -> None:
    """Let time pass on a software HSM that is served with --movable-clock, as if it had; it does not go back.

    \b
    Example:
      keyexchange hsm clock --advance 30d
    """
    from keyexchange.hsm.server.console import ask

    found = _SPAN.fullmatch(advance)
    if found is None:
        raise click.BadParameter("a number and one of s, m, h, d, such as 30d", param_hint="--advance")
    span = timedelta(**{_UNITS[found[2]]: int(found[1])})
    show(ask(state_dir, "clock", seconds=span.total_seconds()), as_json)


COMMANDS = (protect_command, rotate_command, backup_command, restore_command, clock_command)
