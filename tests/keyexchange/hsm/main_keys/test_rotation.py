"""Rotation of both main keys: what opens afterwards, what a kill at any step leaves, what requests notice."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from keyexchange.errors import ConfigError, FormatError
from keyexchange.hsm import files
from keyexchange.hsm.device import Hsm, open_hsm
from keyexchange.hsm.generate import symmetric_key
from keyexchange.hsm.main_keys import REGION_KEY_FILE, RegionKeyFile, Rotated, finish_rotation, rotate, rotation
from keyexchange.hsm.records import CertifiedKey
from keyexchange.hsm.server.console import ask
from keyexchange.hsm.store import MainKeys, Store
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret
from tests.apc_server import apc_client, running_apc
from tests.keyexchange.hsm.kdh import create, create_kek, now
from tests.postgres import Server

CVK = ("TDES_2KEY", "TR31_C0_CARD_VERIFICATION_KEY", {"Generate": True, "Verify": True})
KEYS = 5


class Killed(KeyboardInterrupt):
    """Ends everything at once, as asyncio lets only this kind of exception do."""


def opened(folder: Path, database_url: str | None) -> Hsm:
    folder.mkdir(exist_ok=True)
    return open_hsm(folder, database_url=database_url)


def keep_keys(hsm: Hsm) -> dict[str, Secret]:
    """Put keys into the store, named by themselves."""
    made = {f"key-{number}": symmetric_key(KeyAlgorithm.AES_256) for number in range(KEYS)}
    with hsm.store.savepoint():
        for name, key in made.items():
            block = hsm.vault.seal(key, usage="D0", algorithm=KeyAlgorithm.AES_256, mode_of_use="B")
            hsm.service_keys.put_certified_key(CertifiedKey(name, block, b"", now()))
    hsm.store.commit()
    return made


def blocks(hsm: Hsm, names: Any) -> dict[str, str]:
    found = {name: hsm.service_keys.certified_key(name) for name in names}
    hsm.store.flush()
    return {name: str(record.block) for name, record in found.items() if record is not None}


def kept(hsm: Hsm, names: Any) -> dict[str, Secret]:
    return {name: hsm.vault.key(block) for name, block in blocks(hsm, names).items()}


def rotated(hsm: Hsm, *, region: bool = True, profile: bool = True) -> Rotated:
    return asyncio.run(rotate(hsm.keeping, region=region, profile=profile))


def region_key(folder: Path) -> bytes:
    return (folder / REGION_KEY_FILE).read_bytes()


def test_every_key_opens_after_a_rotation_and_a_restart(tmp_path: Path, database_url: str | None) -> None:
    hsm = opened(tmp_path, database_url)
    made = keep_keys(hsm)
    before, old_region = blocks(hsm, made), region_key(tmp_path)
    assert rotated(hsm).blocks == KEYS
    after = blocks(hsm, made)
    assert kept(hsm, made) == made
    assert all(after[name] != before[name] for name in made)
    assert rotated(hsm, profile=False) == Rotated()
    assert blocks(hsm, made) == after  # a rotation of the region main key seals nothing anew
    hsm.close()
    assert old_region != region_key(tmp_path)
    again = opened(tmp_path, database_url)
    assert kept(again, made) == made
    assert [(each.generation, each.under) for each in MainKeys(again.store).all()] == [(2, 3)]
    again.close()


def test_the_old_keys_open_nothing_that_is_left(tmp_path: Path) -> None:
    hsm = opened(tmp_path, None)
    made = keep_keys(hsm)
    hsm.close()
    stolen = tmp_path / "stolen"
    shutil.copytree(tmp_path, stolen)
    hsm = opened(tmp_path, None)
    rotated(hsm)
    after = blocks(hsm, made)
    hsm.close()
    thief = opened(stolen, None)
    for block in after.values():
        with pytest.raises(FormatError):
            thief.vault.key(block)
    thief.close()
    shutil.copy(stolen / REGION_KEY_FILE, tmp_path / REGION_KEY_FILE)
    with pytest.raises(ConfigError, match="another region main key"):
        opened(tmp_path, None)


def test_a_request_that_read_a_block_before_the_rotation_still_opens_it(tmp_path: Path) -> None:
    hsm = opened(tmp_path, None)
    made = keep_keys(hsm)
    before = blocks(hsm, made)
    rotated(hsm)
    assert {name: hsm.vault.key(block) for name, block in before.items()} == made
    rotated(hsm)
    for block in before.values():
        with pytest.raises(FormatError):
            hsm.vault.key(block)
    hsm.close()


def test_a_block_that_was_damaged_is_counted_and_does_not_stop_the_others(tmp_path: Path) -> None:
    hsm = opened(tmp_path, None)
    made = keep_keys(hsm)
    damaged = blocks(hsm, ["key-2"])["key-2"].replace("D0AB", "D0AE", 1)
    with hsm.store.savepoint():
        hsm.service_keys.put_certified_key(CertifiedKey("key-2", damaged, b"", now()))
    hsm.store.commit()
    done = rotated(hsm)
    assert (done.blocks, done.unreadable) == (KEYS - 1, 1)
    made.pop("key-2")
    assert kept(hsm, made) == made
    hsm.close()


def dying_at(monkeypatch: pytest.MonkeyPatch, step: int, *, after: bool) -> Callable[[], int]:
    """Let the process end at the nth thing that becomes durable, before or after it; gives how many there were."""
    steps = count(1)
    seen = 0

    def dying(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            nonlocal seen
            seen = next(steps)
            if seen == step and not after:
                raise Killed
            result = function(*args, **kwargs)
            if seen == step:
                raise Killed
            return result

        return wrapped

    monkeypatch.setattr(Store, "commit", dying(Store.commit))
    monkeypatch.setattr(files, "replace", dying(files.replace))
    monkeypatch.setattr(RegionKeyFile, "promote", dying(RegionKeyFile.promote))
    return lambda: seen


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_kill_at_any_step_is_finished_at_the_next_start(
    tmp_path: Path, request: pytest.FixtureRequest, database_url: str | None, after: bool
) -> None:
    for step in count(1):
        folder = tmp_path / str(step)
        url = request.getfixturevalue("postgres").new_database() if database_url else None
        hsm = opened(folder, url)
        made = keep_keys(hsm)
        with pytest.MonkeyPatch.context() as patches:
            patches.setattr(rotation, "BATCH", 2)
            seen = dying_at(patches, step, after=after)
            killed = True
            with suppress(Killed):
                rotated(hsm)
                killed = False
            durable = seen()
        hsm.close()
        again = opened(folder, url)
        assert kept(again, made) == made, step
        asyncio.run(finish_rotation(again.keeping))
        (main_key,) = MainKeys(again.store).all()
        assert kept(again, made) == made, step
        sealed = blocks(again, made)
        assert all(again.vault.reseal(block) is None for block in sealed.values()), step
        again.store.flush()
        assert {path.name for path in folder.glob("region-main-key*")} == {REGION_KEY_FILE}
        assert main_key.generation == again.keeping.profile.number
        rotated(again)
        assert kept(again, made) == made, step
        again.close()
        if not killed:
            assert durable >= 10  # two files, and commits of main keys, of batches, and of what is retired
            return


def test_a_protected_region_main_key_stays_protected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYEXCHANGE_NEW_PASSPHRASE", "correct horse battery")
    monkeypatch.setenv("KEYEXCHANGE_PASSPHRASE", "correct horse battery")
    hsm = opened(tmp_path, None)
    made = keep_keys(hsm)
    command = [sys.executable, "-m", "keyexchange", "hsm", "protect", "--passphrase", "--state-dir", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    before = json.loads(region_key(tmp_path))
    rotated(hsm)  # though this process opened it when it was not protected
    hsm.close()
    after = json.loads(region_key(tmp_path))
    assert after["protection"] == "passphrase"
    assert after["scrypt"] == before["scrypt"]
    assert after["block"] != before["block"]
    again = opened(tmp_path, None)
    assert kept(again, made) == made
    again.close()


def test_another_process_follows_a_rotation(tmp_path: Path, postgres: Server) -> None:
    url = postgres.new_database()
    first, second = opened(tmp_path, url), opened(tmp_path, url)
    made = keep_keys(first)
    old = kept(second, made)
    for _ in range(2):
        rotated(first)
        assert kept(second, made) == old
        late = second.vault.seal(old["key-0"], usage="D0", algorithm=KeyAlgorithm.AES_256, mode_of_use="B")
        second.store.flush()
        assert first.vault.reseal(late) is None  # it was sealed under the newest
        first.store.flush()
    rotated(second)
    assert kept(first, made) == old
    for hsm in (first, second):
        hsm.close()


def test_main_keys_are_rotated_by_one_process_at_a_time(tmp_path: Path, postgres: Server) -> None:
    url = postgres.new_database()
    first, second = opened(tmp_path, url), opened(tmp_path, url)
    shutil.copytree(tmp_path, tmp_path / "other")
    elsewhere = opened(tmp_path / "other", url)  # another machine, with a copy of the file
    with rotation.alone(first.keeping):
        for hsm in (first, second, elsewhere):
            with pytest.raises(ConfigError, match="being changed"):
                rotated(hsm)
    rotated(second)
    with pytest.raises(ConfigError, match="another region main key"):
        rotated(elsewhere)
    for hsm in (first, second, elsewhere):
        hsm.close()


def test_a_machine_whose_file_is_behind_does_not_rotate(tmp_path: Path, postgres: Server) -> None:
    url = postgres.new_database()
    first = opened(tmp_path, url)
    made = keep_keys(first)
    shutil.copytree(tmp_path, tmp_path / "other")
    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(RegionKeyFile, "promote", lambda _: (_ for _ in ()).throw(Killed))
        with suppress(Killed):
            rotated(first)
    first.close()
    elsewhere = opened(tmp_path / "other", url)
    assert kept(elsewhere, made) == made
    with pytest.raises(ConfigError, match="rotated on another machine"):
        rotated(elsewhere)
    elsewhere.close()
    first = opened(tmp_path, url)
    assert kept(first, made) == made
    first.close()


def test_requests_under_way_notice_nothing(tmp_path: Path, database_url: str | None) -> None:
    """Four clients make, wrap and import keys while both main keys rotate three times."""
    servers = 2 if database_url else 1
    with ExitStack() as stack:
        urls = [stack.enter_context(running_apc(tmp_path, database_url=database_url)) for _ in range(servers)]
        kek = create_kek(apc_client(urls[0]))
        cvks = [create(apc_client(urls[0]), *CVK)["KeyArn"] for _ in range(40)]
        done = Event()

        def work(number: int) -> int:
            client, rounds = apc_client(urls[number % servers]), 0
            while not done.is_set() or rounds < 5:
                arn = create(client, *CVK)["KeyArn"]
                for each in (arn, cvks[(7 * rounds + number) % len(cvks)]):
                    wrapped = client.export_key(
                        ExportKeyIdentifier=each, KeyMaterial={"Tr31KeyBlock": {"WrappingKeyIdentifier": kek}}
                    )["WrappedKey"]
                    material = {"WrappingKeyIdentifier": kek, "WrappedKeyBlock": wrapped["KeyMaterial"]}
                    again = client.import_key(KeyMaterial={"Tr31KeyBlock": material})["Key"]
                    assert again["KeyCheckValue"] == wrapped["KeyCheckValue"]
                rounds += 1
            return rounds

        with ThreadPoolExecutor(4) as threads:
            working = [threads.submit(work, number) for number in range(4)]
            try:
                answers = [ask(tmp_path, "rotate", region=True, profile=True) for _ in range(3)]
            finally:
                done.set()
            assert all(each.result() >= 5 for each in working)
        assert [answer["generation"] for answer in answers] == [2, 3, 4]
        assert all(answer["unreadable"] == 0 and answer["blocks"] > len(cvks) for answer in answers)


KILLED_IN_ROTATION = """
import os, signal, sys
from pathlib import Path
from keyexchange.hsm import ServeOptions, serve
from keyexchange.hsm.main_keys import rotation
from keyexchange.hsm.store import SealedBlocks
rotation.BATCH = 4
replace, calls = SealedBlocks.replace, []
def killing(self, blocks):
    replace(self, blocks)
    calls.append(1)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
SealedBlocks.replace = killing
serve(ServeOptions(Path(sys.argv[1]), apc_port=0, database_url=sys.argv[2] or None))
"""


def test_kill_9_in_the_middle_of_a_rotation_loses_nothing(tmp_path: Path, database_url: str | None) -> None:
    command = [sys.executable, "-c", KILLED_IN_ROTATION, str(tmp_path), database_url or ""]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        client = apc_client(process.stdout.readline().strip().partition(" apc=")[2])
        kek = create_kek(client)
        check_values = {key["KeyArn"]: key["KeyCheckValue"] for key in (create(client, *CVK) for _ in range(20))}
        with suppress(Exception):
            ask(tmp_path, "rotate", region=True, profile=True)
        assert process.wait(timeout=20) == -signal.SIGKILL
    with running_apc(tmp_path, database_url=database_url) as url:
        client = apc_client(url)
        for arn, kcv in check_values.items():
            wrapped = client.export_key(
                ExportKeyIdentifier=arn, KeyMaterial={"Tr31KeyBlock": {"WrappingKeyIdentifier": kek}}
            )
            assert wrapped["WrappedKey"]["KeyCheckValue"] == kcv
            material = {"WrappingKeyIdentifier": kek, "WrappedKeyBlock": wrapped["WrappedKey"]["KeyMaterial"]}
            assert client.import_key(KeyMaterial={"Tr31KeyBlock": material})["Key"]["KeyCheckValue"] == kcv
        answer = ask(tmp_path, "rotate", region=False, profile=True)
        assert answer["generation"] == 3
        assert answer["unreadable"] == 0
    hsm = opened(tmp_path, database_url)
    assert len(MainKeys(hsm.store).all()) == 1
    hsm.close()
