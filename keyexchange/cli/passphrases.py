"""Passphrases: from the environment, else typed at a terminal; never on the command line, which all processes read."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from keyexchange.errors import ConfigError
from keyexchange.secret import Secret

if TYPE_CHECKING:
    from keyexchange.hsm.passphrases import PassphraseSource


def known_passphrase(variable: str, what: str) -> PassphraseSource:
    """A source of a passphrase that was chosen before.

    Args:
        variable: of the environment.
        what: is protected by it, for the prompt.
    """
    return lambda: _passphrase(variable, what, confirm=False)


def new_passphrase(variable: str, what: str) -> Secret:
    """A passphrase that is being chosen; typed twice.

    Raises:
        ConfigError: it is too short, or there is neither variable nor terminal.
    """
    from keyexchange.hsm.passphrases import require_good

    return require_good(_passphrase(variable, what, confirm=True))


def _passphrase(variable: str, what: str, *, confirm: bool) -> Secret:
    value = os.environ.get(variable)
    if not value:
        if not sys.stdin.isatty():
            raise ConfigError(
                f"the passphrase of the {what} is needed, and there is no terminal to ask at", hint=f"set {variable}"
            )
        value = click.prompt(f"Passphrase of the {what}", hide_input=True, confirmation_prompt=confirm, err=True)
    return Secret(value.encode())
