"""The group of commands, and the one place where errors become words and exit codes.

Rules for words: `keyexchange: ` and the message, lower case, no full stop; then `hint: ` on a line of its own. The
stack is shown only with --debug. Standard output is for results, standard error for everything else.
"""

from __future__ import annotations

import importlib
import os
import resource
import sys
import traceback
from typing import NoReturn

import click

from keyexchange import __version__
from keyexchange.errors import KeyExchangeError

COMMANDS = {
    "run": ("exchange", "Move keys, prove that they arrived, keep the evidence."),
    "plan": ("exchange", "Print every step and command of a run; send nothing."),
    "report": ("exchange", "What a run did, from its journal alone."),
    "serve": ("serve", "Run the software HSM: an APC endpoint and vendor host ports."),
    "hsm": ("hsm", "Look after the software HSM of a state folder."),
    "inspect": ("inspect", "Explain a key block, token, certificate or a vendor's key."),
    "doctor": ("doctor", "Say why a receiver would refuse a TR-31 block."),
    "schema": ("schema", "Print the JSON Schema of the reviewed file."),
}
"""Command -> module of this folder (the function there has `_command` behind its name), and its line in --help."""

INTERRUPTED = 130


class LazyGroup(click.Group):
    """Loads a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"keyexchange.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="keyexchange")
@click.option("--debug", is_flag=True, help="Show the stack too when something fails.")
def cli(debug: bool) -> None:
    """Move cryptographic keys between payment HSMs and AWS Payment Cryptography, and prove that they arrived.

    \b
    Try it without any HSM or account:
      keyexchange run --kdh payshield --krd apc --simulate
    """
    click.get_current_context().obj = {"debug": debug}


def run(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line; ends the process."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what a Secret keeps from everybody
    words = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    try:
        code = cli.main(args=words, prog_name="keyexchange", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("keyexchange: interrupted", err=True)
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except KeyExchangeError as error:
        if debug:
            traceback.print_exc()
        say(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # the last line of defence: a stack may show data, so it is asked for
        if debug:
            traceback.print_exc()
        click.echo(f"keyexchange: internal error: {type(error).__name__}", err=True)
        click.echo("hint: this is a fault of keyexchange; run again with --debug and report the stack", err=True)
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def say(error: KeyExchangeError) -> None:
    """One clear line, a hint, and how to go on."""
    click.echo(f"keyexchange: {error.message}", err=True)
    if error.hint:
        click.echo(f"hint: {error.hint}", err=True)
    for note in getattr(error, "__notes__", ()):
        click.echo(note, err=True)
