"""--face-option: a vendor face's own settings, from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from keyexchange import registry
from keyexchange.errors import ConfigError

F = TypeVar("F", bound=Callable[..., Any])
_BRACKETS = ("[", "{")


def face_option(command: F) -> F:
    """The option, for the parameter `settings`."""
    return click.option(
        "--face-option",
        "settings",
        multiple=True,
        metavar="FACE.NAME=VALUE",
        help="One setting of a vendor face, such as payshield.authorised=false; several values as JSON. A wrong NAME "
        "is answered with the right ones. Again for more.",
    )(command)


def read_face_options(written: Sequence[str]) -> dict[str, dict[str, object]]:
    """What was written as `FACE.NAME=VALUE`, by face and name. Each face checks its own names and values.

    Raises:
        ConfigError: written otherwise, a face that is not installed, a list or table that is no JSON, a name twice.
    """
    found: dict[str, dict[str, object]] = {}
    for each in written:
        place, equals, value = each.partition("=")
        face, dot, name = place.partition(".")
        if not (face and dot and name and equals):
            raise ConfigError(
                f"a face option is written FACE.NAME=VALUE, not {place!r}",
                hint="for instance --face-option payshield.authorised=false",
            )
        known = registry.names(registry.FACES)
        if face not in known:
            raise ConfigError(f"there is no face {face!r}", hint=f"known are {', '.join(known)}")
        settings = found.setdefault(face, {})
        if name in settings:
            raise ConfigError(f"the face option {place} is given twice", hint="several values are one list in JSON")
        settings[name] = _value(place, value)
    return found


def _value(place: str, text: str) -> object:
    """Text as it stands (the face knows whether it is a figure), or what is in brackets as JSON."""
    if not text.startswith(_BRACKETS):
        return text
    try:
        return json.loads(text)
    except ValueError:  # its text would quote the value
        raise ConfigError(
            f"the face option {place} is no JSON", hint=f"quote it for the shell: --face-option '{place}=[\"...\"]'"
        ) from None
