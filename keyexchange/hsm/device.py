"""The software HSM: its store, its vault, its clock. What APC's face and the vendor faces stand in front of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from keyexchange.errors import ConfigError, KeyExchangeError
from keyexchange.hsm.authority import Authority
from keyexchange.hsm.clock import Clock, utc_now
from keyexchange.hsm.known import Known
from keyexchange.hsm.main_keys import Keeping, ProfileKeys, RegionKeyFile, Unlocking, finish_region_rotation
from keyexchange.hsm.store import Aliases, Approvals, Keys, Policies, Replication, ServiceKeys, Store, Tags
from keyexchange.hsm.vault import Vault
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret

DATABASE_FILE = "keys.sqlite3"


@dataclass(frozen=True)
class Hsm:
    """One software HSM, open.

    Args:
        auto_approve: whether what a team is to approve is approved at once; for tests that have no people.
    """

    store: Store
    known: Known
    vault: Vault
    authority: Authority
    clock: Clock
    keys: Keys
    aliases: Aliases
    tags: Tags
    service_keys: ServiceKeys
    replication: Replication
    policies: Policies
    approvals: Approvals
    keeping: Keeping
    auto_approve: bool = False

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
    auto_approve: bool = False,
    unlocking: Unlocking | None = None,
) -> Hsm:
    """Open the software HSM of a state directory; the first time makes its main keys.

    Args:
        state_dir: holds the region main key, and the database unless `database_url` says otherwise.
        database_url: SQLAlchemy URL.
        authority_algorithm: of the root that is made at first use.
        auto_approve: see `Hsm`.
        unlocking: what opens a protected region main key; from the environment when absent.

    Raises:
        ConfigError: directory, key file or database cannot be used.
    """
    _make_state_dir(state_dir, database_url)
    region_file = RegionKeyFile(state_dir, unlocking or Unlocking())
    region = region_file.open()  # before the database, which is not to be made for a key that cannot be had
    store = Store(_url(state_dir, database_url))
    service_keys = ServiceKeys(store)
    try:
        with store.savepoint():
            profile = ProfileKeys(store, region_file, region)
        store.commit()
        vault = Vault(profile)
        keeping = Keeping(store, region_file, profile, vault)
        finish_region_rotation(keeping)
    except KeyExchangeError:
        store.close()
        raise
    return Hsm(
        store=store,
        known=Known(store),
        vault=vault,
        authority=Authority(store, vault, clock, algorithm=authority_algorithm),
        clock=clock,
        keys=Keys(store),
        aliases=Aliases(store),
        tags=Tags(store),
        service_keys=service_keys,
        replication=Replication(store),
        policies=Policies(store),
        approvals=Approvals(store),
        keeping=keeping,
        auto_approve=auto_approve,
    )


def restore_hsm(path: Path, state_dir: Path, passphrase: Secret, *, database_url: str | None = None) -> int:
    """Fill a new software HSM from a backup; gives the number of rows.

    Args:
        path: of the backup.
        state_dir: a new one.
        passphrase: of the backup.
        database_url: as in `open_hsm`; an empty database.

    Raises:
        ConfigError: as `keyexchange.hsm.backup.restore`, and as `open_hsm`.
    """
    from keyexchange.hsm.backup import restore  # noqa: PLC0415  # a server starts without it

    _make_state_dir(state_dir, database_url)
    store = Store(_url(state_dir, database_url))
    try:
        return restore(path, RegionKeyFile(state_dir, Unlocking()), store, passphrase)
    finally:
        store.close()


def _make_state_dir(state_dir: Path, database_url: str | None) -> None:
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if database_url is None:
            (state_dir / DATABASE_FILE).touch(mode=0o600)
    except OSError as error:
        raise ConfigError(f"the state directory {state_dir}: {error.strerror}", hint="check the path") from None


def _url(state_dir: Path, database_url: str | None) -> str:
    return database_url or f"sqlite:///{(state_dir / DATABASE_FILE).absolute()}"
