"""Finds what is a vendor's or may be one's by entry point, so that nothing here names a vendor.

An adapter entry is an object with `name`, `Settings` (a pydantic model) and `open(settings, *, trace)`; an authority
entry has `name`, `Settings` and `open(settings)`; a face is what keyexchange.hsm.faces says; explainers (a tuple of
them) and a doctor are what keyexchange.inspection says.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol

from keyexchange.errors import ConfigError

ADAPTERS = "keyexchange.adapters"
FACES = "keyexchange.faces"
REHEARSAL_SWITCHES = "keyexchange.rehearsal_switches"
"""What makes a face do without people: `FACE-switch-name` turns on the face's option `switch_name`."""
AUTHORITIES = "keyexchange.authorities"
EXPLAINERS = "keyexchange.explainers"
DOCTORS = "keyexchange.doctors"


class AdapterEntry(Protocol):
    """What `[project.entry-points."keyexchange.adapters"]` points to."""

    name: str
    Settings: Any

    def open(self, settings: Any, *, trace: Callable[[str], None] | None) -> Any:
        """A side (keyexchange.protocols.abilities.Side). Connects to nothing yet."""


class AuthorityEntry(Protocol):
    """What `[project.entry-points."keyexchange.authorities"]` points to."""

    name: str
    Settings: Any

    def open(self, settings: Any) -> Any:
        """An authority. Connects to nothing yet."""


def names(group: str) -> list[str]:
    """The names in a group, sorted."""
    return sorted(_points(group))


def load(group: str, name: str) -> Any:
    """Load one entry.

    Raises:
        ConfigError: unknown, given twice, or its module cannot be loaded; the message names the culprit.
    """
    found = _points(group).get(name)
    if found is None:
        raise ConfigError(f"nothing is named {name!r} here", hint=f"choose one of: {', '.join(names(group))}")
    try:
        return found.load()
    except (ImportError, AttributeError) as error:
        raise ConfigError(
            f"{name} ({found.value}) cannot be loaded: {error}{_culprit(found)}",
            hint="install keyexchange into an environment of its own (pipx, uv tool)",
        ) from error


def _points(group: str) -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for point in _installed().select(group=group):
        other = found.get(point.name)
        if other is not None and other.value != point.value:
            raise ConfigError(
                f"{point.name} is offered twice: by {_owner(other)} ({other.value}) "
                f"and by {_owner(point)} ({point.value})",
                hint="uninstall one of the two",
            )
        found[point.name] = point
    return found


@cache
def _installed() -> Any:
    """The entry points of all groups, for one look through everything that is installed takes a while. Its type is not
    the same in all versions of Python; each has `select`."""
    return entry_points()


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "an unknown package"


def _culprit(point: EntryPoint) -> str:
    """Which file the top-level package of an entry came from, when that could be somebody else's."""
    import sys  # noqa: PLC0415  # only on the way to an error

    module = sys.modules.get(point.module.partition(".")[0])
    origin = getattr(module, "__file__", None)
    return f" ({module.__name__} came from {origin})" if module and origin else ""
