"""The credentials file: who its sections are, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyexchange.errors import ConfigError
from keyexchange.hsm.apc.credentials_file import OPTIONS, read_credentials_file
from keyexchange.hsm.apc.identities import Identity

ACCOUNT = "111122223333"
PAIR = "aws_access_key_id = AKIDFILE\naws_secret_access_key = a well kept secret\n"
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


def write(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "credentials"
    path.touch()
    path.chmod(mode)
    path.write_text(text)
    return path


def read(folder: Path, more: str = "", name: str = "alice") -> Identity:
    identities, _ = read_credentials_file(write(folder, f"[{name}]\n{PAIR}{more}"), ACCOUNT)
    return identities["AKIDFILE"]


@pytest.mark.parametrize(
    ("principal", "arn", "role"),
    [
        ("", "arn:aws:iam::111122223333:user/rehearsal", ""),
        ("root", "arn:aws:iam::111122223333:root", ""),
        ("user/Alice", "arn:aws:iam::111122223333:user/Alice", ""),
        ("user/payments/Alice", "arn:aws:iam::111122223333:user/payments/Alice", ""),
        (
            "assumed-role/Operator/night",
            "arn:aws:sts::111122223333:assumed-role/Operator/night",
            "arn:aws:iam::111122223333:role/Operator",
        ),
        (
            "role/ops/Operator",
            "arn:aws:sts::111122223333:assumed-role/Operator/alice",
            "arn:aws:iam::111122223333:role/ops/Operator",
        ),
    ],
)
def test_a_section_is_a_principal(tmp_path: Path, principal: str, arn: str, role: str) -> None:
    identity = read(tmp_path, f"principal = {principal}\n" if principal else "")
    assert identity.principal.arn == arn
    assert identity.principal.role_arn == role
    assert identity.unlimited


def test_ids_are_of_iams_form_and_stay_the_same(tmp_path: Path) -> None:
    user, session = read(tmp_path, "principal=user/A\n"), read(tmp_path, "principal=role/R\n")
    assert user.principal.user_id.startswith("AIDA")
    assert len(user.principal.user_id) == 21
    assert session.principal.user_id.endswith(":alice")
    assert session.principal.user_id.startswith("AROA")
    assert read(tmp_path, "principal=user/A\n").principal.user_id == user.principal.user_id


def test_a_section_has_an_account_a_token_tags_and_policies(tmp_path: Path) -> None:
    for name in ("a", "b", "limit", "session"):
        (tmp_path / f"{name}.json").write_text(POLICY)
    more = (
        "aws_session_token = a token\naccount = 444455556666\ntags = team = payments, stage=test\n"
        "policies = a.json,\n  b.json\nboundary = limit.json\nsession_policies = session.json\n"
    )
    identity = read(tmp_path, more)
    assert identity.principal.account == "444455556666"
    assert identity.principal.tags == {"team": "payments", "stage": "test"}
    assert identity.credentials.session_token is not None
    assert identity.credentials.session_token.reveal() == b"a token"
    assert [policy.arn.rpartition("/")[2] for policy in identity.policies or ()] == ["a", "b"]
    assert identity.boundary is not None
    assert len(identity.session_policies) == 1
    assert not identity.unlimited


def test_an_empty_list_of_policies_allows_nothing_and_none_allows_everything(tmp_path: Path) -> None:
    assert read(tmp_path, "policies =\n").policies == ()
    assert read(tmp_path).policies is None


def test_the_files_that_were_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(POLICY)
    path = write(tmp_path, f"[x]\n{PAIR}policies = a.json\nboundary = a.json\n")
    assert read_credentials_file(path, ACCOUNT)[1] == (path, tmp_path / "a.json")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_file_that_others_may_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(ConfigError, match="others may read it") as caught:
        read_credentials_file(write(tmp_path, f"[x]\n{PAIR}", mode), ACCOUNT)
    assert "chmod 600" in caught.value.hint


REFUSED = [
    ("", "no access key pair"),
    ("no section\n", "is not a credentials file"),
    ("[default\n", "is not a credentials file"),
    ("[a]\naws_access_key_id = AKIDFILE\n", "both halves"),
    ("[a]\naws_secret_access_key = a well kept secret\n", "both halves"),
    (f"[a]\n{PAIR}polices = a.json\n", "polices, which is unknown"),
    (f"[a]\n{PAIR}account = 12\n", "no account number"),
    (f"[a]\n{PAIR}principal = group/Admins\n", "principal that is none"),
    (f"[a]\n{PAIR}principal = assumed-role/R\n", "principal that is none"),
    (f"[a]\n{PAIR}principal = user/*\n", "cannot sign"),
    (f"[a]\n{PAIR}tags = team\n", "tags that are none"),
    (f"[a]\n{PAIR}policies = absent.json\n", "cannot be read"),
    (f"[a]\n{PAIR}policies = credentials\n", "is not JSON"),
    (f"[a]\n{PAIR}boundary = one.json, one.json\n", "more than one boundary"),
    (f"[a]\n{PAIR}[b]\n{PAIR}", "another section has"),
    (f"[a]\n{PAIR}[a]\n{PAIR}", "is not a credentials file"),
]


@pytest.mark.parametrize(("text", "problem"), REFUSED)
def test_what_is_wrong_is_refused_without_what_is_in_it(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "one.json").write_text(POLICY)
    with pytest.raises(ConfigError, match=problem) as caught:
        read_credentials_file(write(tmp_path, text), ACCOUNT)
    assert caught.value.hint
    assert "AKID" not in caught.value.message
    assert "secret" not in caught.value.message


def test_octets_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_credentials_file(path, ACCOUNT)


def test_the_page_names_every_option_and_no_other() -> None:
    page = Path("docs/reference/access.md").read_text("utf-8")
    rows = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| `")]
    assert {row.strip("`") for row in rows if row.strip("`") in OPTIONS} == OPTIONS
