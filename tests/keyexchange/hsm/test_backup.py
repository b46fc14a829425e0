"""Backup and restore: what comes back, on which database, and what is refused before anything is written."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from keyexchange.errors import ConfigError
from keyexchange.hsm import backup
from keyexchange.hsm.device import Hsm, open_hsm, restore_hsm
from keyexchange.hsm.main_keys import REGION_KEY_FILE, alone
from keyexchange.hsm.passphrases import Scrypt
from keyexchange.hsm.server.console import ask
from keyexchange.hsm.store import rows, snapshot
from keyexchange.secret import Secret
from tests.apc_server import apc_client, running_apc
from tests.keyexchange.hsm.kdh import Party, create, create_kek, establish
from tests.postgres import Server

CVK = ("TDES_2KEY", "TR31_C0_CARD_VERIFICATION_KEY", {"Generate": True, "Verify": True})
PASSPHRASE = "correct horse battery staple"
SECRET = Secret(PASSPHRASE.encode())


@pytest.fixture(autouse=True)
def quick_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual figures take a third of a second each time."""
    monkeypatch.setattr(Scrypt, "new", classmethod(lambda cls: cls("5a" * 16, n=1 << 10)))


def other_kind(database_url: str | None, postgres: Server) -> str | None:
    return postgres.new_database() if database_url is None else None


def everything(hsm: Hsm) -> list[tuple[str, dict[str, Any]]]:
    with snapshot(hsm.store) as connection:
        return list(rows(connection))


def written(folder: Path, path: Path) -> Path:
    """A backup of an unserved state directory."""
    hsm = open_hsm(folder)
    asyncio.run(backup.back_up(hsm.keeping, path, SECRET, replace=False))
    hsm.close()
    return path


def test_all_of_it_comes_back_on_either_kind_of_database(
    tmp_path: Path, party: Party, database_url: str | None, postgres: Server
) -> None:
    source, target, path = tmp_path / "source", tmp_path / "target", tmp_path / "a.backup"
    with running_apc(source, database_url=database_url) as url:
        client = apc_client(url)
        established = establish(client, party)
        kek = create_kek(client)
        arn = create(client, *CVK, Tags=[{"Key": "run", "Value": "\u00fc"}])["KeyArn"]
        client.create_alias(AliasName="alias/cvk", KeyArn=arn)
        gone = create(client, *CVK)["KeyArn"]
        client.delete_key(KeyIdentifier=gone, DeleteKeyInDays=3)
        answer = ask(source, "backup", path=str(path), passphrase=PASSPHRASE)
    assert path.stat().st_mode & 0o777 == 0o600
    before = open_hsm(source, database_url=database_url)
    kept = everything(before)
    before.close()
    assert answer["rows"] == len(kept)
    other = other_kind(database_url, postgres)
    assert restore_hsm(path, target, SECRET, database_url=other) == len(kept)
    after = open_hsm(target, database_url=other)
    assert everything(after) == kept
    after.close()
    with running_apc(target, database_url=other) as url:
        client = apc_client(url)
        assert client.get_alias(AliasName="alias/cvk")["Alias"]["KeyArn"] == arn
        assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "run", "Value": "\u00fc"}]
        assert client.get_key(KeyIdentifier=gone)["Key"]["KeyState"] == "DELETE_PENDING"
        wrapped = client.export_key(
            ExportKeyIdentifier="alias/cvk", KeyMaterial={"Tr31KeyBlock": {"WrappingKeyIdentifier": kek}}
        )
        assert len(wrapped["WrappedKey"]["KeyMaterial"]) > 80
        imported = client.import_key(KeyMaterial=established.material(bytes(range(16)), "D9999K1TB00E0000"))
        assert imported["Key"]["KeyState"] == "CREATE_COMPLETE"  # its token came back, and new keys get new numbers
        assert create(client, *CVK)["KeyArn"] not in {arn, gone, kek}


def test_neither_the_passphrase_nor_a_main_key_lies_in_it(tmp_path: Path) -> None:
    path = written(tmp_path, tmp_path / "a.backup")
    content, region = path.read_bytes(), (tmp_path / REGION_KEY_FILE).read_bytes()
    for secret in (SECRET.reveal(), region):
        assert secret not in content
        assert secret.hex().encode() not in content.lower()


def test_an_older_backup_is_replaced_only_when_told_so(tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    path.write_text("precious")
    with running_apc(tmp_path / "state"):
        with pytest.raises(ConfigError, match="is there already"):
            ask(tmp_path / "state", "backup", path=str(path), passphrase=PASSPHRASE)
        assert path.read_text() == "precious"
        ask(tmp_path / "state", "backup", path=str(path), passphrase=PASSPHRASE, replace=True)
        assert path.read_text() != "precious"
        with pytest.raises(ConfigError, match="No such file"):
            ask(tmp_path / "state", "backup", path=str(tmp_path / "no" / "folder"), passphrase=PASSPHRASE)
    assert {each.name for each in tmp_path.iterdir()} == {"a.backup", "state"}


def test_no_backup_is_made_while_main_keys_change(tmp_path: Path) -> None:
    hsm = open_hsm(tmp_path)
    with alone(hsm.keeping), pytest.raises(ConfigError, match="being changed"):
        asyncio.run(backup.back_up(hsm.keeping, tmp_path / "a.backup", SECRET, replace=False))
    hsm.close()


def changed(position: int) -> Callable[[bytes], bytes]:
    return lambda content: content[:position] + bytes([content[position] ^ 1]) + content[position:][1:]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: b"", "is no backup"),
        (lambda content: b"[]\n" + content, "is no backup"),
        (lambda content: content.replace(b'"version": 1', b'"version": 2', 1), "is no backup"),
        (lambda content: content.replace(b'"layout": ', b'"layout": 1', 1), "with other tables"),
        (lambda content: content.replace(b'"n": 1024', b'"n": 2048', 1), "does not open with this passphrase"),
        (lambda content: content.replace(b'"n": 1024', b'"n": 1000', 1), "does not say how its passphrase"),
        (lambda content: content.replace(b'"salt": "5a', b'"salt": "5b', 1), "does not open with this passphrase"),
        (lambda content: content.replace(b"made_at", b"mode_at", 1), "was changed"),
        (lambda content: content.replace(b'"generation": 1', b'"generation": 2', 1), "was changed"),
        (lambda content: b"".join(content.splitlines(True)[:-1]), "its end is missing"),
        (lambda content: b"".join(content.splitlines(True)[::2]), "was changed"),
        (lambda content: content + b"{}\n", "was changed"),
        (lambda content: content[:-40], "its end is missing"),
    ],
)
def test_what_is_no_whole_backup_is_refused_and_nothing_is_made(
    tmp_path: Path, change: Callable[[bytes], bytes], message: str
) -> None:
    path = written(tmp_path / "source", tmp_path / "a.backup")
    content = path.read_bytes()
    path.write_bytes(change(content))
    with pytest.raises(ConfigError, match=message):
        restore_hsm(path, tmp_path / "target", SECRET)
    assert not (tmp_path / "target" / REGION_KEY_FILE).exists()
    path.write_bytes(content)
    assert restore_hsm(path, tmp_path / "target", SECRET) == 1  # the refusals left an empty store


def test_the_wrong_passphrase_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "source", tmp_path / "a.backup")
    with pytest.raises(ConfigError, match="does not open with this passphrase"):
        restore_hsm(path, tmp_path / "target", Secret(b"correct horse battery stable"))


def test_no_flipped_bit_is_restored(tmp_path: Path) -> None:
    path = written(tmp_path / "source", tmp_path / "a.backup")
    content = path.read_bytes()
    for position in [*range(0, len(content), 37), *range(-90, 0)]:
        path.write_bytes(changed(position)(content))
        with pytest.raises(ConfigError):
            restore_hsm(path, tmp_path / "target", SECRET)
    assert not (tmp_path / "target" / REGION_KEY_FILE).exists()


def test_only_an_empty_store_is_filled(tmp_path: Path, database_url: str | None) -> None:
    path = written(tmp_path / "source", tmp_path / "a.backup")
    open_hsm(tmp_path / "taken", database_url=database_url).close()
    before = (tmp_path / "taken" / REGION_KEY_FILE).read_bytes()
    with pytest.raises(ConfigError, match="the database is not empty"):
        restore_hsm(path, tmp_path / "taken", SECRET, database_url=database_url)
    assert (tmp_path / "taken" / REGION_KEY_FILE).read_bytes() == before
    (tmp_path / "keyed").mkdir()
    (tmp_path / "keyed" / REGION_KEY_FILE).touch(0o600)
    (tmp_path / "keyed" / REGION_KEY_FILE).write_bytes(before)
    with pytest.raises(ConfigError, match="another region main key already"):
        restore_hsm(path, tmp_path / "keyed", SECRET)


def test_a_restore_that_was_killed_before_its_commit_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "source", tmp_path / "a.backup")

    def full(*_: object) -> None:
        raise ValueError

    with monkeypatch.context() as patches:
        patches.setattr(backup, "fill", full)
        with pytest.raises(ConfigError, match="does not take these rows"):
            restore_hsm(path, tmp_path / "target", SECRET)
    assert restore_hsm(path, tmp_path / "target", SECRET) == 1


def test_clients_are_served_meanwhile_and_the_backup_is_of_one_moment(tmp_path: Path, database_url: str | None) -> None:
    """Every key that a client makes gets an alias and a tag: a backup that has one without the others is torn."""
    with running_apc(tmp_path / "state", database_url=database_url) as url:
        done = Event()

        def work(number: int) -> int:
            client, made = apc_client(url), 0
            while not done.is_set() or made < 5:
                create(client, *CVK, Tags=[{"Key": "worker", "Value": str(number)}])
                made += 1
            return made

        with ThreadPoolExecutor(3) as threads:
            working = [threads.submit(work, number) for number in range(3)]
            try:
                for number in range(4):
                    ask(tmp_path / "state", "backup", path=str(tmp_path / f"{number}"), passphrase=PASSPHRASE)
            finally:
                done.set()
            total = sum(each.result() for each in working)
    for number in range(4):
        lines = [json.loads(line) for line in (tmp_path / f"{number}").read_bytes().splitlines()]
        keys = {line["row"]["id"] for line in lines if line.get("table") == "keys"}
        tagged = {line["row"]["key_id"] for line in lines if line.get("table") == "tags"}
        assert keys == tagged
        assert len(keys) <= total


KILLED_IN_BACKUP = """
import os, signal, sys
from pathlib import Path
from keyexchange.hsm import ServeOptions, backup, serve
put, calls = backup._put, []
def killing(file, mac, line):
    put(file, mac, line)
    calls.append(1)
    if len(calls) == 5:
        file.flush()
        os.kill(os.getpid(), signal.SIGKILL)
backup._put = killing
serve(ServeOptions(Path(sys.argv[1]), apc_port=0, database_url=sys.argv[2] or None))
"""


def test_kill_9_in_the_middle_of_a_backup_leaves_no_half_of_one(tmp_path: Path, database_url: str | None) -> None:
    state, path = tmp_path / "state", tmp_path / "a.backup"
    command = [sys.executable, "-c", KILLED_IN_BACKUP, str(state), database_url or ""]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        client = apc_client(process.stdout.readline().strip().partition(" apc=")[2])
        arns = {create(client, *CVK)["KeyArn"] for _ in range(10)}
        with pytest.raises(Exception, match="no software HSM serves"):
            ask(state, "backup", path=str(path), passphrase=PASSPHRASE)
        assert process.wait(timeout=20) == -signal.SIGKILL
    assert not path.exists()
    with running_apc(state, database_url=database_url) as url:
        assert {key["KeyArn"] for key in apc_client(url).list_keys()["Keys"]} == arns
        assert ask(state, "backup", path=str(path), passphrase=PASSPHRASE)["rows"] > len(arns)
