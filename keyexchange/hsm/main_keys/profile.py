"""The profile main key's generations, as one process knows them.

Laws of this file:

- what is sealed is sealed under the newest generation, looked up by the one writer: on a shared database that is when
  this process becomes it, so that nothing is ever sealed under a generation that another process has retired;
- what does not open under a known generation is tried again after a look into the table, and the region main key's
  file is read again when the table does not open: both may have been rotated by another process;
- the generations that the last look missed are kept until another one misses others: a request that read a block
  before it was sealed anew still opens it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from keyexchange.errors import ConfigError, FormatError
from keyexchange.hsm.main_keys.protection import MAIN_KEY_HEADER, OCTETS
from keyexchange.hsm.main_keys.region import REGION_KEY_FILE, RegionKey, RegionKeyFile
from keyexchange.hsm.records import MainKeyRecord
from keyexchange.hsm.store import MainKeys, Store
from keyexchange.secret import Secret
from keyexchange.tr31 import Kbpk, unwrap, wrap


@dataclass(frozen=True)
class Generation:
    """One generation of the profile main key."""

    number: int
    kbpk: Kbpk


class ProfileKeys:
    """Opens at once; the first start makes generation 1. The caller commits.

    Args:
        store: has the table of main keys.
        region_file: of the region main key, to be read again when it has been rotated.
        region: the region main key that the table is under.

    Attributes:
        region: the region main key in use.
        behind: whether the region main key was rotated on another machine, and this one's file is not its successor.

    Raises:
        ConfigError: the region main key cannot be had, or does not open the table.
    """

    def __init__(self, store: Store, region_file: RegionKeyFile, region: RegionKey) -> None:
        self._store = store
        self._table = MainKeys(store)
        self._file = region_file
        self._retired: tuple[Generation, ...] = ()
        self._generations: tuple[Generation, ...] = ()
        self.region = region
        self._under = 1
        self.behind = False
        self._looked_in_turn = 0
        store.begin_writing()
        if self._table.newest() is None:
            self.add(1)
        self.reload()

    @property
    def number(self) -> int:
        """Of the newest generation that is known."""
        return self._generations[0].number

    @property
    def unfinished(self) -> bool:
        """Whether a rotation was begun and not ended: older generations are there still."""
        return len(self._generations) > 1

    def newest(self) -> Kbpk:
        """The generation to seal under. This process is the writer then, until its commit."""
        self._store.begin_writing(adding=True)  # whoever seals says what it changes
        if self._store.shared and self._looked_in_turn != self._store.turn:
            if self._table.newest() != self.number:
                self.reload()
            self._looked_in_turn = self._store.turn
        return self._generations[0].kbpk

    def known(self) -> Iterator[Kbpk]:
        """What a block may be under: first what is likely, last what the table says now."""
        known = self._generations + self._retired
        yield from (each.kbpk for each in known)
        self.reload()
        yield from (each.kbpk for each in self._generations if each not in known)

    def reload(self) -> None:
        """Look into the table.

        Raises:
            ConfigError: the region main key does not open it, nor does the one that its file has now.
        """
        records = self._table.all()
        opened = self._open(records)
        if opened is None:
            self.region = self._file.open()
            opened = self._open(records)
        if opened is None:
            raise ConfigError(
                "the database was made under another region main key",
                hint=f"put the {REGION_KEY_FILE} file that belongs to it back, or use a new state directory",
            )
        self.behind = self._under < max(record.under for record in records)
        gone = tuple(each for each in self._generations if each.number not in {one.number for one in opened})
        self._generations, self._retired = opened, gone or self._retired

    def add(self, number: int) -> None:
        """Put a new generation into the table. It counts once it is committed and looked up."""
        key = Secret(os.urandom(OCTETS))
        self._table.add([MainKeyRecord(number, self._under, _wrapped(self.region, key))])

    def retire(self, *, before: int) -> None:
        """Take generations out of the table under which nothing is sealed any more."""
        self._table.retire(before=before)

    def wrap_under(self, region: RegionKey) -> None:
        """Put every generation into the table once more, under the region main key that comes next."""
        self._table.add(
            [MainKeyRecord(each.number, self._under + 1, _wrapped(region, each.kbpk.key)) for each in self._generations]
        )

    def follow(self, region: RegionKey) -> None:
        """Take a region main key as this one's successor, and look into the table."""
        self.region = region
        self.reload()

    def forget_older_regions(self) -> None:
        """Take what is under older region main keys than this one out of the table."""
        self._table.forget_region(before=self._under)

    def opened_by(self, region: RegionKey) -> bool:
        """Whether a region main key opens the newest that is in the table."""
        newest = max(self._table.all(), key=lambda record: record.under)
        return _opens(region, newest)

    def _open(self, records: list[MainKeyRecord]) -> tuple[Generation, ...] | None:
        """The generations under the newest region main key that ours is; None when it is none of them."""
        by_region = sorted(records, key=lambda record: -record.under)
        for under, group in groupby(by_region, key=lambda record: record.under):
            mine = list(group)
            if _opens(self.region, mine[0]):
                self._under = under
                return tuple(self._generation(record) for record in mine)
        return None

    def _generation(self, record: MainKeyRecord) -> Generation:
        """A record's key; the one that is known already, with all that was derived from it, when it is the same."""
        key = unwrap(self.region.kbpk, record.block).key
        for known in self._generations:
            if known.number == record.generation and known.kbpk.key == key:
                return known
        return Generation(record.generation, Kbpk("A", key))


def _wrapped(region: RegionKey, key: Secret) -> str:
    return wrap(region.kbpk, MAIN_KEY_HEADER, key)


def _opens(region: RegionKey, record: MainKeyRecord) -> bool:
    try:
        unwrap(region.kbpk, record.block)
    except FormatError:
        return False
    return True
