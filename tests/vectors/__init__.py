"""Known answers as data. README.md beside this file tells where each figure comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


def vectors(name: str, *operations: str) -> list[Any]:
    """The vectors of one file as pytest parameters, named as in the file; all operations when none is given."""
    document = json.loads(Path(__file__).with_name(f"{name}.json").read_text("utf-8"))
    wanted = [v for v in document["vectors"] if not operations or v["op"] in operations]
    assert wanted, f"{name}.json has no vector for {operations}"
    return [pytest.param(v, id=v["name"]) for v in wanted]
