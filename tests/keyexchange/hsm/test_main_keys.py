"""The region main key's file and what hangs on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyexchange.errors import ConfigError
from keyexchange.hsm.device import open_hsm
from keyexchange.hsm.generate import symmetric_key
from keyexchange.hsm.main_keys import REGION_KEY_FILE, region_main_key
from keyexchange.keys import KeyAlgorithm


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
    assert region_main_key(tmp_path).key == region_main_key(tmp_path).key
    (tmp_path / "other").mkdir()
    assert region_main_key(tmp_path).key != region_main_key(tmp_path / "other").key


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


def test_a_damaged_key_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / REGION_KEY_FILE
    path.write_bytes(b"short")
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="does not hold a region main key"):
        region_main_key(tmp_path)


def test_a_state_directory_that_cannot_be_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="state directory"):
        open_hsm(tmp_path / "file" / "below")
