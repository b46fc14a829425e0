"""New main keys while requests are served, and the end of a rotation that was killed.

The profile main key: a new generation is committed, every block is sealed anew under it in small batches with requests
between them, then older generations are taken out of the table. Killed in the middle, all generations are in the table
still, and the next start or rotation goes on: a block that is under the newest generation already is left alone.

The region main key, in four steps, each durable before the next:

1. the next key's file is put beside this one's, protected alike;
2. every profile main key is in the table under both, in one transaction;
3. the next file takes this one's place;
4. what is under the old key is taken out of the table.

Killed after 1, the next file opens nothing in the table and is discarded. Killed after 2, it opens the newest that is
there, and steps 3 and 4 follow at the next start. Killed after 3, step 4 follows.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from keyexchange.errors import ConfigError, FormatError
from keyexchange.hsm.main_keys.profile import ProfileKeys
from keyexchange.hsm.main_keys.protection import OCTETS
from keyexchange.hsm.main_keys.region import RegionKey, RegionKeyFile, being_changed
from keyexchange.hsm.store import Sealed, SealedBlocks, Store, maintenance, sealed_tables
from keyexchange.hsm.vault import Vault
from keyexchange.secret import Secret
from keyexchange.tr31 import Kbpk

BATCH = 32
"""Blocks sealed anew in one go: two milliseconds in which requests wait."""


@dataclass(frozen=True)
class Keeping:
    """What a rotation works on.

    Args:
        store: with the table of main keys and all sealed blocks.
        region_file: of the region main key.
        profile: the profile main key's generations.
        vault: seals under the newest.
    """

    store: Store
    region_file: RegionKeyFile
    profile: ProfileKeys
    vault: Vault


@dataclass
class Rotated:
    """What a rotation did.

    Args:
        blocks: how many were sealed anew.
        unreadable: how many do not open under any main key; they stay as they are.
    """

    blocks: int = 0
    unreadable: int = 0


async def rotate(keeping: Keeping, *, region: bool, profile: bool) -> Rotated:
    """Give the profile, the region, or both a new main key. Returns when it is done and durable.

    Raises:
        ConfigError: somebody else changes the main keys, or the region main key's protection cannot be used.
    """
    with alone(keeping):
        keeping.profile.reload()
        if keeping.profile.behind:
            raise ConfigError(
                "the region main key was rotated on another machine",
                hint="copy its region-main-key file into this state directory, and start again",
            )
        if region:
            await _rotate_region(keeping)
        return await _rotate_profile(keeping) if profile else Rotated()


async def finish_rotation(keeping: Keeping) -> Rotated:
    """Go on with a rotation of the profile main key that was killed. Nothing to do is no error."""
    try:
        with alone(keeping):
            return await _reseal_all(keeping)
    except ConfigError:
        return Rotated()  # somebody else is at it


def finish_region_rotation(keeping: Keeping) -> None:
    """Go on with a rotation of the region main key that was killed, or take it back. At the start, before requests.

    Raises:
        ConfigError: a file cannot be read or changed.
    """
    with keeping.region_file.trying() as mine, maintenance(keeping.store) as ours:
        if not mine or not ours:
            return  # it was not killed: another process is at it
        staged = keeping.region_file.staged()
        if staged is not None and keeping.profile.opened_by(staged):
            keeping.region_file.promote()
            keeping.profile.follow(staged)
        elif staged is not None:
            keeping.region_file.discard()
        keeping.store.begin_writing()
        keeping.profile.forget_older_regions()
        keeping.store.commit()


async def _rotate_profile(keeping: Keeping) -> Rotated:
    with keeping.store.savepoint():
        keeping.profile.reload()
        keeping.profile.add(keeping.profile.number + 1)
    await keeping.store.committed()
    return await _reseal_all(keeping)


async def _reseal_all(keeping: Keeping) -> Rotated:
    keeping.profile.reload()
    newest, done = keeping.profile.number, Rotated()
    if not keeping.profile.unfinished:
        return done
    for table in sealed_tables():
        await _reseal_table(keeping, SealedBlocks(keeping.store, table), done)
    with keeping.store.savepoint():
        keeping.profile.retire(before=newest)
    await keeping.store.committed()
    keeping.profile.reload()
    return done


async def _reseal_table(keeping: Keeping, blocks: SealedBlocks, done: Rotated) -> None:
    place: Any = None
    while True:
        with keeping.store.savepoint():
            page = blocks.page(after=place, limit=BATCH)
            sealed = list(_resealed(keeping.vault, page, done))
            blocks.replace(sealed)
        await keeping.store.committed()
        await asyncio.sleep(0)  # requests come first, also where nothing was written
        if len(page) < BATCH:
            return
        place = page[-1].row


def _resealed(vault: Vault, page: list[Sealed], done: Rotated) -> Iterator[Sealed]:
    for each in page:
        try:
            block = vault.reseal(each.block)
        except FormatError:
            done.unreadable += 1
            continue
        if block is not None:
            done.blocks += 1
            yield Sealed(each.row, block)


async def _rotate_region(keeping: Keeping) -> None:
    file, profile = keeping.region_file, keeping.profile
    protection = (await asyncio.to_thread(file.open)).protection  # as the file has it now
    key = Secret(os.urandom(OCTETS))
    file.stage(await asyncio.to_thread(protection.content, key))
    following = RegionKey(Kbpk("A", key), protection)
    with keeping.store.savepoint():
        profile.reload()
        profile.wrap_under(following)
    await keeping.store.committed()
    file.promote()
    profile.follow(following)
    with keeping.store.savepoint():
        profile.forget_older_regions()
    await keeping.store.committed()


@contextmanager
def alone(keeping: Keeping) -> Iterator[None]:
    """Nobody else changes main keys meanwhile, on this machine or on another one of the database.

    Raises:
        ConfigError: somebody else does.
    """
    with keeping.region_file.changing(), maintenance(keeping.store) as mine:
        if not mine:
            raise being_changed()
        yield
