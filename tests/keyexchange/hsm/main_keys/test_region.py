"""The region main key's file and what hangs on it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from keyexchange.errors import ConfigError
from keyexchange.hsm.device import open_hsm
from keyexchange.hsm.generate import symmetric_key
from keyexchange.hsm.main_keys import REGION_KEY_FILE, RegionKeyFile, Unlocking
from keyexchange.hsm.main_keys.protection import Plain
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret


def region_main_key(folder: Path) -> Secret:
    return RegionKeyFile(folder, Unlocking()).open().kbpk.key


def test_a_key_opens_after_a_restart(tmp_path: Path) -> None:
    hsm = open_hsm(tmp_path)
    key = symmetric_key(KeyAlgorithm.AES_256)
    block = hsm.vault.seal(key, usage="D0", algorithm=KeyAlgorithm.AES_256, mode_of_use="B")
    assert block.startswith("D0144D0AB00N0000")
    hsm.close()
    again = open_hsm(tmp_path)
    assert again.vault.key(block) == key
    again.close()


def test_the_main_keys_of_two_directories_differ(tmp_path: Path) -> None:
    assert region_main_key(tmp_path) == region_main_key(tmp_path)
    (tmp_path / "other").mkdir()
    assert region_main_key(tmp_path) != region_main_key(tmp_path / "other")


def test_another_region_main_key_does_not_open_the_database(tmp_path: Path) -> None:
    open_hsm(tmp_path).close()
    (tmp_path / REGION_KEY_FILE).unlink()
    with pytest.raises(ConfigError, match="another region main key"):
        open_hsm(tmp_path)


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    region_main_key(tmp_path)
    (tmp_path / REGION_KEY_FILE).chmod(0o640)
    with pytest.raises(ConfigError, match="others may read"):
        region_main_key(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"short",
        b"x" * 33,
        b"[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]",
        b'{"format": "keyexchange region main key", "version": 1}',
        b'{"format": "keyexchange region main key", "version": 1, "protection": "tape"}',
        b'{"format": "keyexchange region main key", "version": 1, "protection": ["kms"]}',
        b'{"format": "keyexchange region main key", "version": 1, "protection": "kms"}',
        b'{"format": "keyexchange region main key", "version": 2, "protection": "kms"}',
        b'{"format": "another", "version": 1, "protection": "passphrase"}',
    ],
)
def test_a_damaged_key_file_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / REGION_KEY_FILE
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="does not hold a region main key"):
        region_main_key(tmp_path)
    assert path.read_bytes() == content


def test_a_state_directory_that_cannot_be_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="state directory"):
        open_hsm(tmp_path / "file" / "below")


def test_processes_that_start_at_once_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = list(threads.map(lambda _: region_main_key(tmp_path).reveal(), range(16)))
    assert len(set(keys)) == 1
    assert [path.name for path in tmp_path.iterdir()] == [REGION_KEY_FILE]


def test_what_a_killed_process_left_beside_the_file_is_cleared_away(tmp_path: Path) -> None:
    file = RegionKeyFile(tmp_path, Unlocking())
    key = file.open().kbpk.key
    (tmp_path / f"{REGION_KEY_FILE}.4711.abcd.new").write_bytes(b"half")
    file.protect(Plain())
    assert [path.name for path in tmp_path.iterdir()] == [REGION_KEY_FILE]
    assert file.open().kbpk.key == key


def test_two_do_not_change_the_files_at_once(tmp_path: Path) -> None:
    file = RegionKeyFile(tmp_path, Unlocking())
    file.open()
    with file.changing(), pytest.raises(ConfigError, match="being changed"):
        RegionKeyFile(tmp_path, Unlocking()).protect(Plain())
    file.protect(Plain())
