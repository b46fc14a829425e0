"""What protects the region main key: passphrase, key file, AWS KMS, nothing; and what does not open it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from keyexchange.errors import ConfigError, UnreachableError
from keyexchange.hsm.main_keys import KEY_FILE_VARIABLE, REGION_KEY_FILE, Protection, RegionKeyFile, Unlocking
from keyexchange.hsm.main_keys.protection import (
    KeyFileProtection,
    KmsProtection,
    PassphraseProtection,
    Plain,
    make_key_file,
    read_key_file,
)
from keyexchange.hsm.passphrases import Scrypt
from keyexchange.secret import Secret

PASSPHRASE = Secret(b"correct horse battery staple")
QUICK = Scrypt("00" * 16, n=1 << 10)


def knowing(passphrase: Secret | None = None) -> Unlocking:
    def ask() -> Secret:
        assert passphrase is not None, "nobody should have been asked"
        return passphrase

    return Unlocking(ask)


def key_of(folder: Path, unlocking: Unlocking | None = None) -> Secret:
    return RegionKeyFile(folder, unlocking or knowing()).open().kbpk.key


@pytest.fixture
def kms_key(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        arn: str = boto3.client("kms", region_name="eu-central-1").create_key()["KeyMetadata"]["Arn"]
        yield arn


def test_every_protection_keeps_the_key_and_hides_its_octets(tmp_path: Path, kms_key: str) -> None:
    state = tmp_path / "state"
    state.mkdir()
    key = key_of(state)
    make_key_file(tmp_path / "officer.key")
    protections: list[Protection] = [
        PassphraseProtection(PASSPHRASE, QUICK),
        KeyFileProtection(tmp_path / "officer.key"),
        KmsProtection(kms_key),
        PassphraseProtection(Secret(b"another passphrase"), QUICK),
    ]
    current = Unlocking()
    for protection in protections:
        RegionKeyFile(state, current).protect(protection)
        passphrase = Secret(b"another passphrase") if protection is protections[-1] else PASSPHRASE
        current = knowing(passphrase)
        content = (state / REGION_KEY_FILE).read_bytes()
        assert json.loads(content)["protection"] == protection.name
        assert key.reveal() not in content
        assert key.reveal().hex() not in content.decode().lower()
        assert (state / REGION_KEY_FILE).stat().st_mode & 0o777 == 0o600
        assert key_of(state, current) == key
    RegionKeyFile(state, current).protect(Plain())
    assert (state / REGION_KEY_FILE).read_bytes() == key.reveal()
    assert [path.name for path in state.iterdir()] == [REGION_KEY_FILE]


def test_the_passphrase_is_asked_for_once_and_only_when_needed(tmp_path: Path) -> None:
    asked: list[int] = []

    def ask() -> Secret:
        asked.append(1)
        return PASSPHRASE

    file = RegionKeyFile(tmp_path, Unlocking(ask))
    file.open()
    assert asked == []
    file.protect(PassphraseProtection(PASSPHRASE, QUICK))
    for _ in range(3):
        file.open()
    assert asked == [1]


def test_a_wrong_passphrase_is_a_clear_error_and_changes_nothing(tmp_path: Path) -> None:
    file = RegionKeyFile(tmp_path, knowing())
    file.open()
    file.protect(PassphraseProtection(PASSPHRASE, QUICK))
    before = (tmp_path / REGION_KEY_FILE).read_bytes()
    wrong = RegionKeyFile(tmp_path, knowing(Secret(b"correct horse battery stable")))
    for attempt in (wrong.open, lambda: wrong.protect(Plain())):
        with pytest.raises(ConfigError, match="does not open with this passphrase"):
            attempt()
    assert (tmp_path / REGION_KEY_FILE).read_bytes() == before


def test_without_a_passphrase_the_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    RegionKeyFile(tmp_path, knowing()).open()
    RegionKeyFile(tmp_path, knowing()).protect(PassphraseProtection(PASSPHRASE, QUICK))
    monkeypatch.delenv("KEYEXCHANGE_PASSPHRASE", raising=False)
    with pytest.raises(ConfigError, match="KEYEXCHANGE_PASSPHRASE is not set"):
        key_of(tmp_path, Unlocking())
    monkeypatch.setenv("KEYEXCHANGE_PASSPHRASE", PASSPHRASE.reveal().decode())
    assert len(key_of(tmp_path, Unlocking())) == 32


def test_a_key_file_may_move_and_may_be_hexadecimal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state, first, moved = tmp_path / "state", tmp_path / "first.key", tmp_path / "moved.key"
    state.mkdir()
    key = key_of(state)
    assert make_key_file(first)
    assert not make_key_file(first)  # what is there stays
    RegionKeyFile(state, knowing()).protect(KeyFileProtection(first))
    assert key_of(state) == key
    moved.touch(0o600)
    moved.write_text(first.read_bytes().hex() + "\n")
    first.unlink()
    with pytest.raises(ConfigError, match=r"first\.key") as caught:
        key_of(state)
    assert KEY_FILE_VARIABLE in caught.value.hint
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(moved))
    assert key_of(state) == key
    moved.write_bytes(bytes(32))
    with pytest.raises(ConfigError, match="does not open with this key file"):
        key_of(state)


@pytest.mark.parametrize("content", [b"", b"short", b"z" * 64, b"\xff" * 64, b"00" * 31])
def test_what_is_no_key_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.key"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="no key file"):
        read_key_file(path)


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    make_key_file(tmp_path / "some.key")
    (tmp_path / "some.key").chmod(0o644)
    with pytest.raises(ConfigError, match="others may read"):
        read_key_file(tmp_path / "some.key")


def test_kms_is_asked_with_an_encryption_context(tmp_path: Path, kms_key: str) -> None:
    key = key_of(tmp_path)
    RegionKeyFile(tmp_path, knowing()).protect(KmsProtection(kms_key))
    ciphertext = bytes.fromhex(json.loads((tmp_path / REGION_KEY_FILE).read_text())["ciphertext"])
    client = boto3.client("kms", region_name="eu-central-1")
    with pytest.raises(client.exceptions.InvalidCiphertextException):
        client.decrypt(CiphertextBlob=ciphertext)
    plain = client.decrypt(CiphertextBlob=ciphertext, EncryptionContext={"keyexchange": "region-main-key"})
    assert plain["Plaintext"] == key.reveal()


def test_what_kms_refuses_is_a_clear_error_without_its_words(tmp_path: Path, kms_key: str) -> None:
    key = key_of(tmp_path)
    RegionKeyFile(tmp_path, knowing()).protect(KmsProtection(kms_key))
    document = json.loads((tmp_path / REGION_KEY_FILE).read_text())
    document["ciphertext"] += "00"
    (tmp_path / REGION_KEY_FILE).write_text(json.dumps(document))
    with pytest.raises(
        ConfigError, match="AWS KMS refused to decrypt the region main key: InvalidCiphertext"
    ) as caught:
        key_of(tmp_path)
    assert kms_key in caught.value.hint
    with pytest.raises(ConfigError, match="AWS KMS refused to encrypt the region main key: NotFoundException"):
        KmsProtection(f"{kms_key[:-4]}0000").content(key)


def test_a_kms_that_is_not_there_is_told_apart(kms_key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with pytest.raises(UnreachableError, match="NoCredentialsError"):
        KmsProtection(kms_key).content(Secret(bytes(32)))


@pytest.mark.parametrize("arn", ["", "alias/mine", "arn:aws:s3:::bucket", "arn:aws:kms:eu-central-1:1:key/x"])
def test_what_is_no_kms_key_is_refused(arn: str) -> None:
    with pytest.raises(ConfigError, match="not the ARN of a KMS key"):
        KmsProtection(arn)


@pytest.mark.parametrize(
    "parameters",
    [
        None,
        [],
        {},
        {"salt": "00"},
        {"salt": "zz", "n": 1024, "r": 8, "p": 1},
        {"salt": "", "n": 1024, "r": 8, "p": 1},
        {"salt": "00", "n": 1000, "r": 8, "p": 1},
        {"salt": "00", "n": 1, "r": 8, "p": 1},
        {"salt": "00", "n": 1 << 30, "r": 8, "p": 1},
        {"salt": "00", "n": 1024, "r": 8, "p": 10**6},
        {"salt": "00", "n": 1024, "r": True, "p": 1},
        {"salt": "00", "n": "1024", "r": 8, "p": 1},
        {"salt": 7, "n": 1024, "r": 8, "p": 1},
        {"salt": "00", "n": 1024, "r": 8, "p": 1, "q": 1},
    ],
)
def test_parameters_that_would_stop_the_machine_or_are_none_are_refused(parameters: object) -> None:
    if parameters == {"salt": "00"}:  # the usual figures stand for those that are not said
        assert Scrypt.read(parameters, "a file").n == 1 << 17
        return
    with pytest.raises(ConfigError, match="a file does not say how its passphrase is used"):
        Scrypt.read(parameters, "a file")


def test_scrypt_is_the_one_of_the_standard() -> None:
    """RFC 7914, 12: P = "pleaseletmein", S = "SodiumChloride", N = 16384, r = 8, p = 1."""
    derived = Scrypt(b"SodiumChloride".hex(), n=16384).derive(Secret(b"pleaseletmein"), 64)
    assert derived.reveal().hex() == (
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
        "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
    )
