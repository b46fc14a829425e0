"""The software HSM: its store, its vault, its clock. What APC's face and the vendor faces stand in front of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from keyexchange.errors import ConfigError
from keyexchange.hsm.authority import Authority
from keyexchange.hsm.clock import Clock, utc_now
from keyexchange.hsm.main_keys import profile_main_key, region_main_key
from keyexchange.hsm.store import Aliases, Keys, ServiceKeys, Store, Tags
from keyexchange.hsm.vault import Vault
from keyexchange.keys import KeyAlgorithm

DATABASE_FILE = "keys.sqlite3"


@dataclass(frozen=True)
class Hsm:
    """One software HSM, open."""

    store: Store
    vault: Vault
    authority: Authority
    clock: Clock
    keys: Keys
    aliases: Aliases
    tags: Tags
    service_keys: ServiceKeys

    def now(self) -> datetime:
        """The HSM's time, to the millisecond as the store keeps it."""
        moment = self.clock()
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def close(self) -> None:
        """Close the store."""
        self.store.close()


def open_hsm(
    state_dir: Path,
    *,
    database_url: str | None = None,
    clock: Clock = utc_now,
    authority_algorithm: KeyAlgorithm = KeyAlgorithm.RSA_4096,
) -> Hsm:
    """Open the software HSM of a state directory; the first time makes its main keys.

    Args:
        state_dir: holds the region main key, and the database unless `database_url` says otherwise.
        database_url: SQLAlchemy URL.
        authority_algorithm: of the root that is made at first use.

    Raises:
        ConfigError: directory, key file or database cannot be used.
    """
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if database_url is None:
            (state_dir / DATABASE_FILE).touch(mode=0o600)
    except OSError as error:
        raise ConfigError(f"the state directory {state_dir}: {error.strerror}", hint="check the path") from None
    region = region_main_key(state_dir)
    store = Store(database_url or f"sqlite:///{(state_dir / DATABASE_FILE).absolute()}")
    service_keys = ServiceKeys(store)
    try:
        with store.savepoint():
            vault = Vault(profile_main_key(region, service_keys))
    except ConfigError:
        store.close()
        raise
    store.commit()
    return Hsm(
        store=store,
        vault=vault,
        authority=Authority(store, vault, clock, algorithm=authority_algorithm),
        clock=clock,
        keys=Keys(store),
        aliases=Aliases(store),
        tags=Tags(store),
        service_keys=service_keys,
    )
