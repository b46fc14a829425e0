"""What an operator points to: the text itself, a file, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path


def material(argument: str) -> bytes:
    """The octets of an argument.

    Args:
        argument: the path of a file that is there, `-` for standard input, else the text itself.
    """
    if argument == "-":
        return sys.stdin.buffer.read()
    path = Path(argument)
    try:
        return path.read_bytes() if path.is_file() else argument.encode()
    except OSError:  # a block is longer than a file name may be
        return argument.encode()
