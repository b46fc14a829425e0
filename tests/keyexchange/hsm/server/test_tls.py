"""The APC face under TLS, and what is not served without it."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import SSLError

from keyexchange.errors import ConfigError
from keyexchange.hsm import ServeOptions, running
from keyexchange.hsm.apc import REHEARSAL_ACCESS_KEY, REHEARSAL_SECRET_KEY, Credentials
from keyexchange.secret import Secret
from tests.apc_server import apc_client
from tests.keyexchange.hsm.kdh import create_kek
from tests.tls_files import TlsFiles, make_tls_files

OWN = Credentials("AKIDOWN", Secret(b"own secret"))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return make_tls_files(tmp_path_factory.mktemp("tls"))


def client(url: str, ca: Path) -> Any:
    session = boto3.Session(aws_access_key_id=REHEARSAL_ACCESS_KEY, aws_secret_access_key=REHEARSAL_SECRET_KEY)
    once = Config(retries={"total_max_attempts": 1})
    return session.client(
        "payment-cryptography", endpoint_url=url, region_name="us-east-1", verify=str(ca), config=once
    )


def test_boto3_verifies_the_certificate_and_is_served(tmp_path: Path, files: TlsFiles) -> None:
    options = ServeOptions(tmp_path, apc_port=0, tls_certificate=files.server, tls_key=files.server_key)
    with running(options) as addresses:
        url = str(addresses.apc_url)
        assert addresses.ready_line() == f"ready apc={url}"
        assert url.startswith("https://127.0.0.1:")
        arn = create_kek(client(url, files.ca))
        assert client(url.replace("127.0.0.1", "localhost"), files.ca).get_key(KeyIdentifier=arn)["Key"]["Enabled"]
        with pytest.raises(SSLError):
            client(url, files.other_ca).list_keys()
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=10) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"HTTP" not in plain.recv(1000)


@pytest.mark.parametrize("damage", ["certificate", "key", "other key", "encrypted key"])
def test_tls_files_that_cannot_be_used_are_a_clear_error(tmp_path: Path, files: TlsFiles, damage: str) -> None:
    certificate, key = {
        "certificate": (tmp_path / "none.pem", files.server_key),
        "key": (files.server, tmp_path / "none.pem"),
        "other key": (files.server, files.client_key),
        "encrypted key": (files.client, files.encrypted_key),
    }[damage]
    options = ServeOptions(tmp_path / "state", apc_port=0, tls_certificate=certificate, tls_key=key)
    with pytest.raises(ConfigError, match="TLS files"), running(options):
        pass
    assert not (tmp_path / "state").exists()


def test_beyond_loopback_tls_is_asked_for(tmp_path: Path, files: TlsFiles) -> None:
    with (
        pytest.raises(ConfigError, match="readable by everybody on the way") as caught,
        running(ServeOptions(tmp_path / "state", apc_port=0, host="0.0.0.0", credentials=OWN)),
    ):
        pass
    assert "--tls-certificate" in caught.value.hint
    assert "--insecure-bind" in caught.value.hint
    assert not (tmp_path / "state").exists()
    for more in ({"insecure_bind": True}, {"tls_certificate": files.server, "tls_key": files.server_key}):
        options = ServeOptions(tmp_path / "state", apc_port=0, host="0.0.0.0", credentials=OWN, **more)
        with running(options) as addresses:
            assert addresses.rehearsal_credentials is False


def test_nothing_lets_the_published_pair_beyond_loopback(tmp_path: Path, files: TlsFiles) -> None:
    options = ServeOptions(
        tmp_path, apc_port=0, host="0.0.0.0", insecure_bind=True, tls_certificate=files.server, tls_key=files.server_key
    )
    with pytest.raises(ConfigError, match="open to everybody"), running(options):
        pass


def test_without_tls_the_same_client_is_refused(tmp_path: Path, files: TlsFiles) -> None:
    with running(ServeOptions(tmp_path, apc_port=0)) as addresses:
        url = str(addresses.apc_url)
        assert apc_client(url).list_keys()["Keys"] == []
        with pytest.raises(SSLError):
            client(url.replace("http:", "https:"), files.ca).list_keys()
