"""Runs every transcript of this folder.

A transcript is text: `$ ` and a command, then what it prints on both streams together, then `[exit N]` when N is not 0.
`<...>` stands for any text within a line, a line `...` for any lines. `cat > NAME` takes the following lines, each
behind `| `, into a file. A command sees `keyexchange` and an empty folder of its own, and no AWS settings.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

TRANSCRIPTS = sorted(Path(__file__).parent.glob("*.txt"))
_EXIT = re.compile(r"\[exit (\d+)\]")


@dataclass
class Command:
    """One command of a transcript, with what is expected of it."""

    words: str
    expected: list[str] = field(default_factory=list)
    code: int = 0
    line: int = 0


def parse(text: str) -> list[Command]:
    """The commands of a transcript; text before the first one is a comment."""
    commands: list[Command] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("$ "):
            commands.append(Command(line[2:], line=number))
        elif commands and (found := _EXIT.fullmatch(line)):
            commands[-1].code = int(found[1])
        elif commands:
            commands[-1].expected.append(line)
    return commands


def pattern(lines: list[str]) -> re.Pattern[str]:
    """What the output must match as a whole; blank lines at its end do not count."""
    parts = [
        r"(?:.*\n)*?" if line == "..." else ".*?".join(map(re.escape, line.split("<...>"))) + r"\n"
        for line in "\n".join(lines).rstrip().split("\n")
    ]
    return re.compile("".join(parts))


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "KEYEXCHANGE_"))}
    return kept | {"PATH": f"{Path(sys.executable).parent}:{kept['PATH']}", "HOME": str(folder), "COLUMNS": "100"}


def write(command: Command, folder: Path) -> None:
    lines = [line.removeprefix("| ").removeprefix("|") for line in command.expected]
    (folder / command.words.removeprefix("cat > ")).write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript(path: Path, tmp_path: Path) -> None:
    replay(path.name, path.read_text("utf-8"), tmp_path)


def replay(name: str, text: str, folder: Path) -> None:
    """Run the commands of a transcript in a folder, and hold their output and exit codes to it."""
    for command in parse(text):
        if command.words.startswith("cat > "):
            write(command, folder)
            continue
        done = subprocess.run(
            command.words,
            shell=True,
            cwd=folder,
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=100,
            check=False,
        )
        where = f"{name}, line {command.line}: {command.words}"
        output = done.stdout.rstrip() + "\n"
        assert pattern(command.expected).fullmatch(output), f"{where}\n{output}"
        assert done.returncode == command.code, f"{where}\n{output}"


def test_there_are_transcripts() -> None:
    assert len(TRANSCRIPTS) >= 5


def test_a_transcript_that_does_not_fit_is_noticed() -> None:
    assert pattern(["a <...> c", "...", "z"]).fullmatch("a b c\nx\ny\nz\n")
    for other in ("a b\nz\n", "a b c\n", "a b c\nz\nmore\n"):
        assert not pattern(["a <...> c", "...", "z"]).fullmatch(other)
