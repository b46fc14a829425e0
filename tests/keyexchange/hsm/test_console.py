"""The console: who may ask, what is refused, and what a killed process leaves behind."""

from __future__ import annotations

import json
import socket
import stat
from pathlib import Path

import pytest

from keyexchange.errors import ConfigError, UnreachableError
from keyexchange.hsm.server.console import SOCKET, ask
from tests.apc_server import running_apc


def test_it_answers_its_owner_and_is_gone_with_the_server(tmp_path: Path) -> None:
    with running_apc(tmp_path):
        assert ask(tmp_path, "status")["database"] == "sqlite"
        assert stat.S_IMODE((tmp_path / SOCKET).stat().st_mode) == 0o600
    with pytest.raises(UnreachableError, match="no software HSM serves"):
        ask(tmp_path, "status")


def test_the_socket_of_a_process_that_was_killed_is_replaced(tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / SOCKET))
    left.close()
    with running_apc(tmp_path):
        assert "version" in ask(tmp_path, "status")


def test_a_state_directory_with_a_long_name_has_a_console_too(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 40)
    with running_apc(folder):
        assert "version" in ask(folder, "status")


def test_an_unknown_command_is_refused_with_those_it_knows(tmp_path: Path) -> None:
    with running_apc(tmp_path), pytest.raises(ConfigError) as caught:
        ask(tmp_path, "make-coffee")
    assert "status" in caught.value.hint


@pytest.mark.parametrize("line", [b"\n", b"[]\n", b"{}\n", b"\xff\n", b'"command"\n', b"x" * (1 << 21)])
def test_what_is_no_request_is_refused_and_others_are_served(tmp_path: Path, line: bytes) -> None:
    with running_apc(tmp_path):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(tmp_path / SOCKET))
            try:
                connection.sendall(line)
                answer = connection.makefile("rb").readline()
            except ConnectionError:  # a line without end
                answer = b""
        assert not answer or "error" in json.loads(answer)
        assert "version" in ask(tmp_path, "status")
