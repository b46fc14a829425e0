"""The server as a process: ready line, signals, restart, kill -9, and what lies on disk."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from keyexchange.errors import ConfigError
from keyexchange.hsm import FaceOptions, ServeOptions, running
from keyexchange.hsm.apc import REHEARSAL_ACCESS_KEY, Credentials
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, wrap
from keyexchange.wire import Framing, Handler, LengthPrefixed
from tests.apc_server import apc_client, running_apc
from tests.keyexchange.hsm.kdh import Party, create, create_kek, establish

CVK = ("TDES_2KEY", "TR31_C0_CARD_VERIFICATION_KEY", {"Generate": True, "Verify": True})
SERVE = """
import sys
from pathlib import Path
from keyexchange.hsm import ServeOptions, serve
from keyexchange.keys import KeyAlgorithm
serve(ServeOptions(Path(sys.argv[1]), apc_port=0, authority_algorithm=KeyAlgorithm.RSA_2048))
"""


class EchoFace:
    """The smallest vendor face."""

    name = "echo"
    default_port = 0

    def framing(self) -> Framing:
        return LengthPrefixed()

    def handler(self, options: Mapping[str, object]) -> Handler:
        prefix = str(options.get("prefix", "")).encode()

        async def answer(message: bytes) -> bytes:
            return prefix + message

        return answer


@contextmanager
def served(state_dir: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server process and its endpoint URL."""
    command = [sys.executable, "-c", SERVE, str(state_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            word, _, address = process.stdout.readline().strip().partition(" apc=")
            assert word == "ready"
            yield process, address
        finally:
            process.kill()


def refused_to_serve(state_dir: Path) -> str:
    """What a server process that does not come up says."""
    command = [sys.executable, "-c", SERVE, str(state_dir)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode != 0
    return ended.stderr


def listed(url: str) -> set[str]:
    pages = apc_client(url).get_paginator("list_keys").paginate()
    return {key["KeyArn"] for page in pages for key in page["Keys"]}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_is_ready_and_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with served(tmp_path) as (process, url):
        arn = create_kek(apc_client(url))
        process.send_signal(number)
        out, errors = process.communicate(timeout=20)
        assert process.returncode == 0
        assert out == ""
        assert errors.count("\n") == 1
        assert REHEARSAL_ACCESS_KEY in errors  # what is published is said, and nothing else
    with running_apc(tmp_path) as again:
        assert listed(again) == {arn}


def test_an_answered_write_survives_kill_9(tmp_path: Path, party: Party) -> None:
    with served(tmp_path) as (process, url):
        client = apc_client(url)
        established = establish(client, party)
        arns = {established.root_arn} | {create(client, *CVK)["KeyArn"] for _ in range(20)}
        client.create_alias(AliasName="alias/last", KeyArn=max(arns))
        process.kill()
        assert process.wait(timeout=20) == -signal.SIGKILL
    with running_apc(tmp_path) as url:
        assert listed(url) == arns
        assert apc_client(url).get_alias(AliasName="alias/last")["Alias"]["KeyArn"] == max(arns)
        kek = apc_client(url).import_key(KeyMaterial=established.material(bytes(range(16)), "D9999K1TB00E0000"))
        assert kek["Key"]["KeyState"] == "CREATE_COMPLETE"


def test_a_token_that_was_taken_is_refused_after_kill_9(tmp_path: Path, party: Party) -> None:
    """The ledger of used random numbers is as durable as the key that came with one."""
    with served(tmp_path) as (process, url):
        client = apc_client(url)
        material = establish(client, party).material(bytes(range(16)), "D9999K1TB00E0000")
        arn = client.import_key(KeyMaterial=material)["Key"]["KeyArn"]
        process.kill()
        process.wait(timeout=20)
    with running_apc(tmp_path) as url:
        client = apc_client(url)
        with pytest.raises(client.exceptions.ValidationException, match="RandomNonce was used before"):
            client.import_key(KeyMaterial=material)
        assert arn in listed(url)


def test_no_clear_key_lies_in_the_state_directory(tmp_path: Path, party: Party) -> None:
    kek, working = bytes(range(1, 25)), bytes(range(100, 116))
    with served(tmp_path) as (process, url):
        client = apc_client(url)
        arn = establish(client, party).send(kek, "D9999K1TB00E0000")["KeyArn"]
        block = wrap(Kbpk("T", Secret(kek)), Header("B", "C0", "T", "C"), Secret(working))
        material = {"Tr31KeyBlock": {"WrappingKeyIdentifier": arn, "WrappedKeyBlock": block}}
        assert client.import_key(KeyMaterial=material)["Key"]["KeyState"] == "CREATE_COMPLETE"
        process.kill()  # the write-ahead log stays, too
        process.wait(timeout=20)
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert {"region-main-key", "keys.sqlite3", "keys.sqlite3-wal"} <= set(files)
    for name, octets in files.items():
        for secret in (kek, working, kek[:16], working[:8]):
            assert secret not in octets, name
            assert secret.hex() not in octets.decode("latin-1").lower(), name


def test_the_key_file_and_directory_are_the_owners_alone(tmp_path: Path) -> None:
    with running_apc(tmp_path / "state"):
        pass
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "state" / "region-main-key").stat().st_mode & 0o777 == 0o600


def test_vendor_faces_run_beside_the_apc_face(tmp_path: Path) -> None:
    faces = {"echo": FaceOptions(EchoFace(), 0, {"prefix": ">"}), "plain": FaceOptions(EchoFace(), 0)}
    with running(ServeOptions(tmp_path, apc_port=0, faces=faces)) as addresses:
        line = addresses.ready_line()
        assert line == (
            f"ready apc={addresses.apc_url} "
            f"echo=127.0.0.1:{addresses.ports['echo']} plain=127.0.0.1:{addresses.ports['plain']}"
        )
        assert apc_client(str(addresses.apc_url)).list_keys()["Keys"] == []
        for name, reply in (("echo", b"\x00\x04>abc"), ("plain", b"\x00\x03abc")):
            with socket.create_connection(("127.0.0.1", addresses.ports[name]), timeout=5) as connection:
                connection.sendall(b"\x00\x03abc")
                assert connection.recv(100) == reply


def test_without_an_apc_face_no_state_is_made(tmp_path: Path) -> None:
    options = ServeOptions(tmp_path / "state", faces={"echo": FaceOptions(EchoFace(), 0)})
    with running(options) as addresses:
        assert addresses.apc_url is None
        assert addresses.ready_line().startswith("ready echo=")
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("kind", ["apc", "face"])
def test_a_taken_port_is_a_clear_error(tmp_path: Path, kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        options = (
            ServeOptions(tmp_path, apc_port=port)
            if kind == "apc"
            else ServeOptions(tmp_path, faces={"echo": FaceOptions(EchoFace(), port)})
        )
        with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1:{port}"), running(options):
            pass


def test_the_rehearsal_pair_stays_on_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        pytest.raises(ConfigError, match="open to everybody"),
        running(ServeOptions(tmp_path, apc_port=0, host="0.0.0.0")),
    ):
        pass
    own = Credentials("AKIDOWN", Secret(b"own secret"))
    with running(ServeOptions(tmp_path, apc_port=0, host="0.0.0.0", credentials=own, insecure_bind=True)) as addresses:
        assert addresses.rehearsal_credentials is False
    monkeypatch.setenv("KEYEXCHANGE_ACCESS_KEY_ID", "AKIDENV")
    monkeypatch.setenv("KEYEXCHANGE_SECRET_ACCESS_KEY", "environment secret")
    with running(ServeOptions(tmp_path, apc_port=0)) as addresses:
        assert addresses.rehearsal_credentials is False
        client = apc_client(str(addresses.apc_url))
        with pytest.raises(client.exceptions.ClientError, match="UnrecognizedClientException"):
            client.list_keys()


def test_a_second_server_of_one_state_directory_is_refused(tmp_path: Path) -> None:
    with running_apc(tmp_path) as url:
        assert "the software HSM's database cannot be opened" in refused_to_serve(tmp_path)
        assert apc_client(url).list_keys()["Keys"] == []


def test_requests_beyond_the_quota_are_throttled(tmp_path: Path) -> None:
    with running_apc(tmp_path, quotas=5) as url:
        client = apc_client(url)
        outcomes: list[Any] = []
        for _ in range(12):
            try:
                outcomes.append(client.list_keys()["Keys"])
            except client.exceptions.ThrottlingException as error:
                outcomes.append(error.response["Error"]["Message"])
        assert outcomes.count([]) >= 5
        assert "Rate exceeded" in outcomes
