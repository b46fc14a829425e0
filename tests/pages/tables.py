"""Tables in Markdown, and the refusals of a module as its code has them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """The lines of a table, and an empty one behind it."""
    names = list(heads)
    yield _row(names)
    yield "|---" * len(names) + "|"
    yield from (_row(cells) for cells in rows)
    yield ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def refusals(meanings: Mapping[str, str], *modules: ModuleType) -> Iterator[str]:
    """A table of the categories that modules raise.

    Raises:
        AssertionError: a category of the code has no meaning here, or one here is in no code.
    """
    raised = set().union(*map(categories, modules))
    assert raised == set(meanings), f"not explained: {raised - set(meanings)}; not raised: {set(meanings) - raised}"
    yield from table(("Refusal", "Means"), ((f"`{name}`", meaning) for name, meaning in meanings.items()))


def categories(module: ModuleType) -> set[str]:
    """The literal categories and rules of a module's errors."""
    assert module.__file__ is not None
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        keyword.value.value
        for call in calls
        for keyword in call.keywords
        if keyword.arg in ("category", "rule")
        and isinstance(keyword.value, ast.Constant)
        and isinstance(keyword.value.value, str)
    }
