"""The operations that are served. Importing this package declares them all."""

from keyexchange.hsm.apc.operations import (
    aliases,
    certificates,
    export_key,
    import_key,
    keys,
    mpa,
    parameters,
    replication,
    resource_policies,
    tags,
)

__all__ = [
    "aliases",
    "certificates",
    "export_key",
    "import_key",
    "keys",
    "mpa",
    "parameters",
    "replication",
    "resource_policies",
    "tags",
]
