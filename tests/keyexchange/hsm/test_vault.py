"""Opened keys are kept, up to a bound."""

from __future__ import annotations

import pytest

from keyexchange.errors import FormatError
from keyexchange.hsm.cache import LeastRecentlyUsed
from keyexchange.hsm.vault import Vault
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret
from keyexchange.tr31 import Kbpk

VAULT = Vault(Kbpk("A", Secret(bytes(32))))


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


def test_the_one_unused_for_longest_gives_way() -> None:
    cache: LeastRecentlyUsed[int] = LeastRecentlyUsed(2)
    made: list[str] = []

    def get(key: str) -> None:
        cache.get(key, lambda: made.append(key) or len(made))

    for key in ("a", "b", "a", "c", "a", "b"):
        get(key)
    assert made == ["a", "b", "c", "b"]
    assert len(cache) == 2
