"""What an operator points to: the text itself, a file, or standard input."""

from __future__ import annotations

import re
import sys
from pathlib import Path

_PATH = re.compile(r"[^\n]*\.[A-Za-z][A-Za-z0-9]{0,5}|(?:\.{0,2}|~|[A-Za-z]:)[/\\][^\n]*")
"""What can only be a path: it ends like a file's name or begins at a folder. No block, token or base64 of one does."""


def material(argument: str) -> bytes:
    """The octets of an argument.

    Args:
        argument: the path of a file, `-` for standard input, else the text itself.

    Raises:
        ConfigError: a path, and no file is there.
    """
    from keyexchange.errors import ConfigError

    if argument == "-":
        return sys.stdin.buffer.read()
    path = Path(argument)
    try:
        if path.is_file():
            return path.read_bytes()
    except OSError:  # a block is longer than a file name may be
        return argument.encode()
    if _PATH.fullmatch(argument):
        raise ConfigError(
            "there is no file of that name", hint="give the path of a file, the text itself, or - for standard input"
        )
    return argument.encode()
