"""The names of what is put up with are documented, all of them and no others."""

from __future__ import annotations

import re
from pathlib import Path

from keyexchange import tr34
from keyexchange.tr34 import Layout, Tolerance

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "tr34.md").read_text("utf-8")


def first_column(heading: str) -> list[str]:
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


def test_every_tolerance_and_layout_is_on_the_page() -> None:
    assert first_column("Tolerances") == [tolerance.value for tolerance in Tolerance]
    assert first_column("Layouts") == [layout.value for layout in Layout]


def test_the_functions_that_the_page_names_are_there() -> None:
    named = set(re.findall(r"`((?:build|read|verify|judge|assemble)\w*)`", PAGE))
    assert len(named) >= 15
    assert named - set(tr34.__all__) == set()
