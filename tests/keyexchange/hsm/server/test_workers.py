"""Several processes behind one port: they share the keys, end together, and get their secrets in no public place."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest

from keyexchange.errors import ConfigError
from keyexchange.hsm import ServeOptions, running
from keyexchange.hsm.apc import Credentials
from keyexchange.hsm.main_keys import RegionKeyFile, Unlocking
from keyexchange.hsm.main_keys.protection import PassphraseProtection
from keyexchange.hsm.passphrases import Scrypt
from keyexchange.hsm.server.console import ask
from keyexchange.secret import Secret
from tests.apc_server import apc_client
from tests.keyexchange.hsm.kdh import create, create_kek
from tests.postgres import Server

CVK = ("TDES_2KEY", "TR31_C0_CARD_VERIFICATION_KEY", {"Generate": True, "Verify": True})
PASSPHRASE = "correct horse battery staple"


@contextmanager
def served(state_dir: Path, database_url: str, *more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`keyexchange serve` with three workers, and its endpoint URL."""
    command = [sys.executable, "-m", "keyexchange", "serve", "--apc-port", "0", "--state-dir", str(state_dir)]
    command += ["--database", database_url, "--workers", "3", *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            word, _, address = process.stdout.readline().strip().partition(" apc=")
            assert word == "ready", process.stderr.read() if process.stderr else ""
            yield process, address
        finally:
            process.kill()


def children(process: subprocess.Popen[str]) -> list[int]:
    """The workers that a server has started; not Python's own helper beside them."""
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(pid) for pid in found if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pids: list[int]) -> None:
    """Return when none of these processes is left, or half a minute is over."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            descriptor = os.pidfd_open(pid)
            select.select([descriptor], [], [], 30)
            os.close(descriptor)


def test_all_of_them_serve_the_same_keys_and_end_together(tmp_path: Path, postgres: Server) -> None:
    with served(tmp_path, postgres.new_database()) as (process, url):
        workers = children(process)
        assert len(workers) == 2

        def work(_: int) -> str:
            client = apc_client(url)  # a connection of its own, for whichever worker takes it
            kek = create_kek(client)
            arn: str = create(client, *CVK)["KeyArn"]
            for _ in range(3):
                exported = apc_client(url).export_key(
                    ExportKeyIdentifier=arn, KeyMaterial={"Tr31KeyBlock": {"WrappingKeyIdentifier": kek}}
                )["WrappedKey"]
                assert exported["KeyCheckValue"]
            return arn

        with ThreadPoolExecutor(6) as threads:
            arns = set(threads.map(work, range(12)))
        pages = apc_client(url).get_paginator("list_keys").paginate()
        assert arns <= {key["KeyArn"] for page in pages for key in page["Keys"]}
        assert ask(tmp_path, "rotate", region=True, profile=True)["blocks"] == 24
        with ThreadPoolExecutor(6) as threads:
            assert len(set(threads.map(work, range(6)))) == 6
        process.send_signal(signal.SIGTERM)
        out, errors = process.communicate(timeout=30)
        assert process.returncode == 0, errors
        assert out == ""
        assert errors.count("\n") == 1  # the note about the published pair, once
        assert not any(alive(pid) for pid in workers)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_worker_that_dies_ends_everything_with_a_clear_error(
    tmp_path: Path, postgres: Server, number: signal.Signals
) -> None:
    with served(tmp_path, postgres.new_database()) as (process, url):
        workers = children(process)
        arn = create_kek(apc_client(url))
        os.kill(workers[0], number)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 1
        assert "keyexchange: a worker process of the software HSM has ended" in errors
        assert "hint:" in errors
        assert "Traceback" not in errors
        assert not any(alive(pid) for pid in workers)
    assert arn


def test_workers_end_when_the_first_process_is_killed(tmp_path: Path, postgres: Server) -> None:
    with served(tmp_path, postgres.new_database()) as (process, _):
        workers = children(process)
        process.kill()
        process.wait(timeout=20)
        wait_until_gone(workers)
        assert not any(alive(pid) for pid in workers)


def test_a_terminals_interrupt_is_the_first_processs_to_handle(tmp_path: Path, postgres: Server) -> None:
    with served(tmp_path, postgres.new_database()) as (process, url):
        for pid in children(process):
            os.kill(pid, signal.SIGINT)
            os.kill(pid, signal.SIGTERM)
        assert create_kek(apc_client(url))
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0


def test_what_was_typed_in_reaches_the_workers_and_no_command_line(tmp_path: Path, postgres: Server) -> None:
    file = RegionKeyFile(tmp_path, Unlocking())
    file.open()
    file.protect(PassphraseProtection(Secret(PASSPHRASE.encode()), Scrypt("11" * 16, n=1 << 10)))
    options = ServeOptions(
        tmp_path,
        apc_port=0,
        database_url=postgres.new_database(),
        workers=2,
        credentials=Credentials("AKIDOWN", Secret(b"own secret")),
        unlocking=Unlocking(lambda: Secret(PASSPHRASE.encode())),
    )
    with running(options) as addresses:
        for _ in range(8):
            assert client_of("AKIDOWN", "own secret", str(addresses.apc_url)).list_keys()["Keys"] == []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                said = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
                assert PASSPHRASE.encode() not in said
                assert b"own secret" not in said


def client_of(access_key: str, secret_key: str, url: str) -> Any:
    session = boto3.Session(aws_access_key_id=access_key, aws_secret_access_key=secret_key)
    return session.client("payment-cryptography", endpoint_url=url, region_name="us-east-1")


def test_a_worker_that_cannot_start_says_why(tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    file = RegionKeyFile(tmp_path, Unlocking())
    file.open()
    file.protect(PassphraseProtection(Secret(PASSPHRASE.encode()), Scrypt("11" * 16, n=1 << 10)))
    monkeypatch.delenv("KEYEXCHANGE_PASSPHRASE", raising=False)
    monkeypatch.setattr("keyexchange.hsm.server.workers._secrets", lambda _: b"{}")
    options = ServeOptions(
        tmp_path,
        apc_port=0,
        database_url=postgres.new_database(),
        workers=2,
        unlocking=Unlocking(lambda: Secret(PASSPHRASE.encode())),
    )
    with pytest.raises(ConfigError, match="KEYEXCHANGE_PASSPHRASE is not set"), running(options):
        pass


def test_sqlite_is_for_one_process(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigError, match="several workers need PostgreSQL") as caught,
        running(ServeOptions(tmp_path, apc_port=0, workers=2)),
    ):
        pass
    assert "--database" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_the_console_is_the_first_ones_to_come(tmp_path: Path, postgres: Server) -> None:
    """Two servers of one state directory, on one database: both serve, one has the console, and it stays that one's."""
    options = ServeOptions(tmp_path, apc_port=0, database_url=postgres.new_database())
    with running(options) as first:
        with running(options) as second:
            arn = create_kek(apc_client(str(second.apc_url)))
            assert apc_client(str(first.apc_url)).get_key(KeyIdentifier=arn)["Key"]["KeyArn"] == arn
            assert ask(tmp_path, "status")["database"] == "postgresql"
        assert ask(tmp_path, "status")["generation"] == 1
