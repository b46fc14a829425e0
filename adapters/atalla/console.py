"""The console of the simulated officers: approves a challenge of 12A at a running face.

    python -m adapters.atalla.console --officer ALICE 0123ABCD
    python -m adapters.atalla.console --officer BOB 0123ABCD

The second of two different officers is shown the answer. A real Atalla has its own screen for this.
"""

from __future__ import annotations

import argparse
import sys

from keyexchange.errors import KeyExchangeError
from keyexchange.wire import Connection, Delimited

from .client import Client
from .commands import Approve

_SECONDS = 10.0
_ANOTHER = "approved by one officer; another one is needed\n"


def main(arguments: list[str] | None = None) -> int:
    """Approve once; the process's exit code."""
    asked = _parser().parse_args(arguments)
    connection = Connection(
        asked.host,
        asked.port,
        framing=lambda: Delimited(b"<", b">"),
        connect_timeout=_SECONDS,
        reply_timeout=_SECONDS,
    )
    client = Client(connection, context_tags=False, trace=None)
    try:
        reply = client.send(Approve(officer=asked.officer, challenge=asked.challenge))
    except KeyExchangeError as error:
        sys.stderr.write(f"{error.message}\n{error.hint}\n")
        return error.exit_code
    finally:
        client.close()
    sys.stdout.write(f"answer: {reply.answer}\n" if reply.answer else _ANOTHER)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="One officer approves a challenge of 12A at the simulator.")
    parser.add_argument("challenge", help="eight hexadecimal digits, as the paused run shows them")
    parser.add_argument("--officer", required=True, help="a name; two different ones are needed")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=7000)
    return parser


if __name__ == "__main__":
    sys.exit(main())
