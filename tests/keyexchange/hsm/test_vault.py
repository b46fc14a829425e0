"""Opened keys are kept, up to a bound."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from keyexchange.errors import FormatError
from keyexchange.hsm.cache import LeastRecentlyUsed
from keyexchange.hsm.vault import Vault
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret
from keyexchange.tr31 import Kbpk


class Generations:
    """Main keys, newest first."""

    def __init__(self, *kbpks: Kbpk) -> None:
        self.kbpks = kbpks

    def newest(self) -> Kbpk:
        return self.kbpks[0]

    def known(self) -> Iterator[Kbpk]:
        yield from self.kbpks


OLD, NEW = Kbpk("A", Secret(bytes(32))), Kbpk("A", Secret(bytes(range(32))))
VAULT = Vault(Generations(OLD))


def test_a_kek_is_opened_once() -> None:
    key = Secret(bytes(range(16)))
    block = VAULT.seal(key, usage="K1", algorithm=KeyAlgorithm.AES_128, mode_of_use="B")
    first = VAULT.kbpk(block, "A")
    assert first is VAULT.kbpk(block, "A")
    assert first.key == key


def test_a_changed_block_does_not_open() -> None:
    block = VAULT.seal(Secret(bytes(16)), usage="K1", algorithm=KeyAlgorithm.AES_128, mode_of_use="B")
    with pytest.raises(FormatError):
        VAULT.key(block.replace("K1", "D0", 1))


def test_a_block_under_an_older_main_key_opens_and_is_sealed_anew_once() -> None:
    key = Secret(bytes(range(24)))
    block = VAULT.seal(key, usage="C0", algorithm=KeyAlgorithm.TDES_3KEY, mode_of_use="C")
    rotated = Vault(Generations(NEW, OLD))
    assert rotated.key(block) == key
    again = rotated.reseal(block)
    assert again is not None
    assert again[5:16] == block[5:16]
    assert Vault(Generations(NEW)).key(again) == key
    assert rotated.reseal(again) is None
    with pytest.raises(FormatError):
        VAULT.key(again)


def test_what_is_no_block_is_not_tried_under_every_main_key() -> None:
    tried: list[Kbpk] = []

    class Counting(Generations):
        def known(self) -> Iterator[Kbpk]:
            for each in self.kbpks:
                tried.append(each)
                yield each

    with pytest.raises(FormatError):
        Vault(Counting(NEW, OLD)).key("D0000")
    assert tried == [NEW]


def test_the_one_unused_for_longest_gives_way() -> None:
    cache: LeastRecentlyUsed[int] = LeastRecentlyUsed(2)
    made: list[str] = []

    def get(key: str) -> None:
        cache.get(key, lambda: made.append(key) or len(made))

    for key in ("a", "b", "a", "c", "a", "b"):
        get(key)
    assert made == ["a", "b", "c", "b"]
    assert len(cache) == 2
