"""Plain text in columns. No colours, no control characters: a key name cannot steer the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

WIDTH = 100
_GAP = "  "


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> list[str]:
    """Aligned columns, indented by two.

    Args:
        right: numbers of the columns with figures, from 0.
    """
    lines = [[printable(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [_line(line, widths, right) for line in lines]


def pairs(facts: Sequence[tuple[str, str]]) -> list[str]:
    """Labels with what stands beside them; long values go on in the next line under their beginning."""
    width = max((len(label) for label, _ in facts), default=0)
    lines: list[str] = []
    for label, value in facts:
        lines += paragraph(value, first=f"  {printable(label):<{width}}{_GAP}", rest=" " * (width + 4))
    return lines


def paragraph(text: str, *, first: str = "", rest: str = "") -> list[str]:
    """A text in lines of at most WIDTH; a word that is longer, such as an ARN, is not broken."""
    return textwrap.wrap(
        printable(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]


def heading(text: str) -> list[str]:
    """A title with an empty line before it."""
    return ["", text, "-" * len(text)]


def printable(text: str) -> str:
    """Control characters become question marks."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _line(cells: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> str:
    padded = [
        cell.rjust(width) if number in right else cell.ljust(width)
        for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return f"  {_GAP.join(padded)}".rstrip()
