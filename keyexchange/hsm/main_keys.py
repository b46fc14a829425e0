"""The hierarchy above the customers' keys: region main key, profile main key, customer keys.

APC describes its own hierarchy so: a main key of the region in the HSMs, a main key of the profile under it, customer
keys in key blocks under that. Here the region main key is a file in the state directory that only its owner may
read. That is enough for rehearsals and it is no secure cryptographic device: who reads the file and the database has
every key. Source: AWS Payment Cryptography User Guide, "Key hierarchy" in the chapter on cryptographic details.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from keyexchange.errors import ConfigError, FormatError
from keyexchange.hsm.store import ServiceKeys
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, unwrap, wrap

REGION_KEY_FILE = "region-main-key"
PROFILE_KEY = "profile"
_OCTETS = 32
_MAIN_KEY_HEADER = Header("D", "K1", "A", "B", exportability="N")


def region_main_key(state_dir: Path) -> Kbpk:
    """The region main key of a state directory; made at the first start.

    Raises:
        ConfigError: the file cannot be read or written, others may read it, or it is not a main key.
    """
    path = state_dir / REGION_KEY_FILE
    try:
        octets = _create(path) if not path.exists() else _read(path)
    except OSError as error:
        raise ConfigError(f"the region main key in {path}: {error.strerror}", hint="check the path's rights") from None
    if len(octets) != _OCTETS:
        raise ConfigError(f"{path} does not hold a region main key", hint="restore it, or use a new state directory")
    return Kbpk("A", octets)


def profile_main_key(region: Kbpk, service_keys: ServiceKeys) -> Kbpk:
    """The profile main key; made at the first start. The caller commits.

    Raises:
        ConfigError: it does not open under this region main key.
    """
    block = service_keys.main_key(PROFILE_KEY)
    if block is None:
        key = Secret(os.urandom(_OCTETS))
        service_keys.add_main_key(PROFILE_KEY, wrap(region, _MAIN_KEY_HEADER, key))
        return Kbpk("A", key)
    try:
        return Kbpk("A", unwrap(region, block).key)
    except FormatError:
        raise ConfigError(
            "the database was made under another region main key",
            hint=f"put the {REGION_KEY_FILE} file that belongs to it back, or use a new state directory",
        ) from None


def _create(path: Path) -> Secret:
    """Write a new key beside its place and move it there, so that a crash leaves a whole key or none."""
    key = Secret(os.urandom(_OCTETS))
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.reveal())
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    directory = os.open(path.parent, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)
    return key


def _read(path: Path) -> Secret:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigError(f"others may read {path}", hint=f"chmod 600 {path}, and treat its keys as disclosed")
    return Secret(path.read_bytes())
