"""What the replies to 9A tell about a device.

| selector | fields of the reply |
|---|---|
| ID | serial number, product, commands |
| KEY | 9999, then name, check digits and length of each master file key |
| CONFIG-ON | serial number, CONFIG-ON, enabled commands and options, commands that are always on, a number |

Options stand in brackets, with a value or without: `(A0)="4"`, `(E2)`.

Source: com.goyoung.crypto.hsmsim: SPConfigurationStatus and its neighbours (replies of an A10160V).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

IDENTITY, KEYS, CONFIGURATION = "ID", "KEY", "CONFIG-ON"
OPTION_E2 = "E2"
SIMULATOR = "keyexchange simulator"
"""How the version of our own face begins, which has commands that no real device is known to have."""

_OPTION = re.compile(r"\(([0-9A-Z]{2,3})\)")
_QUOTED = re.compile(r'"[^"]*"')
_CODE = re.compile(r"[0-9A-Z]{2,4}")
_MASTER_FILE_KEY = "MFK1"


@dataclass(frozen=True)
class Configuration:
    """What is enabled.

    Args:
        commands: IDs.
        options: their names.
    """

    commands: frozenset[str]
    options: frozenset[str]


def read_configuration(fields: Sequence[str]) -> Configuration | None:
    """What the reply to CONFIG-ON says; None when it is no such reply."""
    if CONFIGURATION not in fields:
        return None
    listed = [_QUOTED.sub("", field) for field in fields[fields.index(CONFIGURATION) + 1 :][:2]]
    words = [word for field in listed for word in field.split(",")]
    options = {found[1] for word in words if (found := _OPTION.match(word))}
    return Configuration(frozenset(filter(_CODE.fullmatch, words)), frozenset(options))


def master_key_digits(fields: Sequence[str]) -> str:
    """The check digits of the master file key in use, as the reply to KEY has them; empty when it has none."""
    place = fields.index(_MASTER_FILE_KEY) + 1 if _MASTER_FILE_KEY in fields else len(fields)
    digits = next(iter(fields[place : place + 1]), "")
    return digits if re.fullmatch("[0-9A-Fa-f]{4,6}", digits) else ""
