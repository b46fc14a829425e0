"""What is loaded when it is first asked for: most runs do not need it, and all would wait for it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def names_of(package: str, modules: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """A package's `__getattr__`: a module is loaded with the first of its names that is asked for. Source: PEP 562.

    Args:
        package: its `__name__`.
        modules: the names, by the module of the package that has them.
    """
    places = {name: module for module, names in modules.items() for name in names}

    def find(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(importlib.import_module(f"{package}.{places[name]}"), name)
        setattr(sys.modules[package], name, found)  # the next one who asks finds it there
        return found

    return find
