"""A store's tables, as its tests use them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from keyexchange.hsm.records import AliasRecord, Home
from keyexchange.hsm.store import Aliases, Store
from keyexchange.hsm.store.schema import aliases

HOME = Home("111122223333", "us-east-1")


def alias(name: str) -> AliasRecord:
    return AliasRecord(HOME, name, None)


def names(store: Store) -> list[str]:
    return [each.name for each in Aliases(store).page(HOME, after="", limit=100)[0]]


def adder(store: Store) -> Callable[[str], None]:
    """Adds an alias as keys are added: at once, or behind a block of `adding`."""
    add = store.adder(aliases, ("account", "region", "name", "key_id"))
    return lambda name: add({"account": HOME.account, "region": HOME.region, "name": name, "key_id": None})


def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'keys.sqlite3'}"


async def keep(store: Store, add: Callable[[str], None], name: str) -> None:
    """One operation that adds an alias, until it is durable."""
    with store.adding():
        add(name)
    await store.committed()


async def put(store: Store, name: str) -> None:
    """One operation that writes an alias in a savepoint, until it is durable."""
    with store.savepoint():
        Aliases(store).add(alias(name))
    await store.committed()
