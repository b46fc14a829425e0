"""Where the access key pair comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyexchange.errors import ConfigError
from keyexchange.hsm.apc.credentials import REHEARSAL, find_credentials
from keyexchange.hsm.apc.sigv4 import Credentials
from keyexchange.secret import Secret

PAIR = {"KEYEXCHANGE_ACCESS_KEY_ID": "AKIDENV", "KEYEXCHANGE_SECRET_ACCESS_KEY": "from the environment"}
FILE = "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = 100%secret\n"


def test_the_environment_comes_first_then_the_file_then_the_rehearsal_pair(tmp_path: Path) -> None:
    assert find_credentials(tmp_path, {}) == REHEARSAL
    (tmp_path / "credentials").write_text(FILE)
    assert find_credentials(tmp_path, {}) == Credentials("AKIDFILE", Secret(b"100%secret"))
    assert find_credentials(tmp_path, PAIR) == Credentials("AKIDENV", Secret(b"from the environment"))


@pytest.mark.parametrize("missing", list(PAIR))
def test_half_a_pair_is_refused(tmp_path: Path, missing: str) -> None:
    with pytest.raises(ConfigError, match="both halves"):
        find_credentials(tmp_path, {name: value for name, value in PAIR.items() if name != missing})


@pytest.mark.parametrize(
    "text", ["[other]\na=b\n", "[default]\naws_access_key_id = AKID\n", "no section\n", "[default\n", "\ufffe"]
)
def test_a_file_that_holds_no_pair_is_refused_without_quoting_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "credentials").write_text(text)
    with pytest.raises(ConfigError) as caught:
        find_credentials(tmp_path, {})
    assert "AKID" not in caught.value.message


def test_a_pair_does_not_print_its_secret() -> None:
    assert "not-secret" not in repr(REHEARSAL)
