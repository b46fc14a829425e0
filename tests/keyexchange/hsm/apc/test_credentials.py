"""Where the access key pairs come from, and that a changed file is read again."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from keyexchange.errors import ConfigError
from keyexchange.hsm.apc.credentials import REHEARSAL, find_identities, lets_everybody_in
from keyexchange.hsm.apc.credentials_file import CredentialsFile
from keyexchange.hsm.apc.identities import one_pair
from keyexchange.hsm.apc.sigv4 import Credentials
from keyexchange.secret import Secret

ACCOUNT = "111122223333"
PAIR = {"KEYEXCHANGE_ACCESS_KEY_ID": "AKIDENV", "KEYEXCHANGE_SECRET_ACCESS_KEY": "from the environment"}
FILE = "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = 100%secret\n"
ALLOW = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


def write(folder: Path, text: str) -> Path:
    path = folder / "credentials"
    path.touch(mode=0o600)
    path.write_text(text)
    return path


def test_the_environment_comes_first_then_the_file_then_the_rehearsal_pair(tmp_path: Path) -> None:
    assert [each.credentials for each in find_identities(tmp_path, {}, ACCOUNT)().values()] == [REHEARSAL]
    write(tmp_path, FILE)
    found = find_identities(tmp_path, {}, ACCOUNT)()
    assert found["AKIDFILE"].credentials == Credentials("AKIDFILE", Secret(b"100%secret"))
    found = find_identities(tmp_path, PAIR, ACCOUNT)()
    assert [each.credentials for each in found.values()] == [Credentials("AKIDENV", Secret(b"from the environment"))]


def test_a_pair_of_the_environment_may_do_everything_in_the_account(tmp_path: Path) -> None:
    identity = find_identities(tmp_path, PAIR, "444455556666")()["AKIDENV"]
    assert identity.unlimited
    assert identity.principal.arn == "arn:aws:iam::444455556666:user/rehearsal"


def test_the_published_pair_is_known_wherever_it_comes_from(tmp_path: Path) -> None:
    published = {
        "KEYEXCHANGE_ACCESS_KEY_ID": REHEARSAL.access_key_id,
        "KEYEXCHANGE_SECRET_ACCESS_KEY": REHEARSAL.secret_access_key.reveal().decode(),
    }
    assert lets_everybody_in(find_identities(tmp_path, published, ACCOUNT))
    assert lets_everybody_in(find_identities(tmp_path, {}, ACCOUNT))
    assert not lets_everybody_in(find_identities(tmp_path, PAIR, ACCOUNT))


@pytest.mark.parametrize("missing", list(PAIR))
def test_half_a_pair_is_refused(tmp_path: Path, missing: str) -> None:
    with pytest.raises(ConfigError, match="both halves"):
        find_identities(tmp_path, {name: value for name, value in PAIR.items() if name != missing}, ACCOUNT)


def test_a_pair_does_not_print_its_secret() -> None:
    assert "not-secret" not in repr(one_pair(REHEARSAL, ACCOUNT)())


class Watched:
    """A credentials file with a clock that a test moves."""

    def __init__(self, path: Path) -> None:
        self.now = 0.0
        self.file = CredentialsFile(path, ACCOUNT, clock=lambda: self.now)

    def a_second_later(self) -> set[str]:
        self.now += 1
        return set(self.file())


def test_a_changed_file_is_read_again_within_a_second(tmp_path: Path) -> None:
    watched = Watched(write(tmp_path, FILE))
    assert set(watched.file()) == {"AKIDFILE"}
    write(tmp_path, FILE + FILE.replace("default", "other").replace("AKIDFILE", "AKIDNEW"))
    assert set(watched.file()) == {"AKIDFILE"}
    assert watched.a_second_later() == {"AKIDFILE", "AKIDNEW"}


def test_a_changed_policy_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "allow.json").write_text(ALLOW)
    watched = Watched(write(tmp_path, FILE + "policies = allow.json\n"))
    before = watched.file()["AKIDFILE"].policies
    (tmp_path / "allow.json").write_text(ALLOW.replace("Allow", "Deny"))
    watched.a_second_later()
    after = watched.file()["AKIDFILE"].policies
    assert before is not None
    assert after is not None
    assert [each[0].statements[0].effect.name for each in (before, after)] == ["ALLOW", "DENY"]


def test_a_file_that_was_spoilt_leaves_everything_as_it_was(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    watched = Watched(write(tmp_path, FILE))
    write(tmp_path, FILE.replace("100%secret", "a new secret") + "polices = typo.json\n")
    for _ in range(3):
        assert watched.a_second_later() == {"AKIDFILE"}
    assert caplog.text.count("not read again") == 1
    assert "a new secret" not in caplog.text
    caplog.set_level(logging.INFO)
    write(tmp_path, FILE.replace("AKIDFILE", "AKIDMENDED"))
    assert watched.a_second_later() == {"AKIDMENDED"}
    (tmp_path / "credentials").unlink()
    assert watched.a_second_later() == {"AKIDMENDED"}
