"""References to secrets: the reviewed file never holds a secret, it says where one is."""

from __future__ import annotations

import os
from pathlib import Path

from keyexchange.errors import ConfigError
from keyexchange.secret import Secret

PATTERN = r"^(env|file):.+$"
"""What a reference looks like, for the JSON Schema: a secret itself in such a field is refused before anything else."""


def resolve(reference: str) -> Secret:
    """The octets that a reference names.

    Args:
        reference: `env:NAME` (the variable's text) or `file:PATH` (the file's octets; relative to the working folder).

    Raises:
        ConfigError: not a reference, an unset variable, a file that cannot be read. The value is never quoted.
    """
    kind, _, name = reference.partition(":")
    if kind == "env" and name:
        if name not in os.environ:
            raise ConfigError(f"the environment variable {name} is not set", hint=f"set {name}, or use file:PATH")
        return Secret(os.environb[name.encode()])
    if kind == "file" and name:
        try:
            return Secret(Path(name).expanduser().read_bytes())
        except OSError as error:
            raise ConfigError(f"cannot read {name}: {error.strerror}", hint="check the path and its rights") from None
    raise ConfigError(
        "a secret is given as a reference, env:NAME or file:PATH", hint="never write the secret itself into the file"
    )
