"""A token is recognised however it is written down."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from keyexchange.cli.inspect import inspect_command
from keyexchange.errors import ConfigError, FormatError
from tests.vectors import vectors

TOKEN = base64.b64decode(
    next(
        p.values[0]["inputs"]["token_b64"]
        for p in vectors("tr34_computed", "key_token")
        if p.values[0]["inputs"]["layout"] == "x9_tr34_2012"
    )
)
PEM = b"-----BEGIN PKCS7-----\n" + base64.encodebytes(TOKEN) + b"-----END PKCS7-----\n"
WRITTEN = {
    "binary": TOKEN,
    "upper-case hex, as AWS's samples print it": TOKEN.hex().upper().encode(),
    "lower-case hex in lines": TOKEN.hex("\n", 32).encode(),
    "base64": base64.b64encode(TOKEN),
    "PEM": PEM,
    "PEM with another line end": PEM.replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("octets", WRITTEN.values(), ids=WRITTEN)
def test_a_token_is_explained(octets: bytes, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(octets)
    done = CliRunner().invoke(inspect_command, [str(tmp_path / "token"), "--json"], catch_exceptions=False)
    fields = json.loads(done.stdout)
    assert fields["format"] == "TR-34 key token"
    assert len(fields) > 5


def test_a_token_may_be_an_argument() -> None:
    done = CliRunner().invoke(inspect_command, [TOKEN.hex().upper()], catch_exceptions=False)
    assert "TR-34 key token" in done.stdout


@pytest.mark.parametrize("octets", [TOKEN[:-1], TOKEN + b"\0", b"", b"\x30\x80", TOKEN.hex().encode()[:-2]])
def test_a_piece_of_a_token_is_refused(octets: bytes, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(octets)
    with pytest.raises(FormatError):
        CliRunner().invoke(inspect_command, [str(tmp_path / "token")], catch_exceptions=False)


@pytest.mark.parametrize("name", ["missing.pem", "./missing", "/no/such/folder/block", "~/block", "C:\\keys\\block"])
def test_a_path_where_no_file_is_is_not_taken_for_a_block(name: str) -> None:
    with pytest.raises(ConfigError) as raised:
        CliRunner().invoke(inspect_command, [name], catch_exceptions=False)
    assert "no file" in raised.value.message


def test_names_in_json_have_no_indent() -> None:
    block = "D0160M7HC00E0200HM0621PB0AFFFFFF" + "0" * 128
    done = CliRunner().invoke(inspect_command, [block, "--json"], catch_exceptions=False)
    fields = json.loads(done.stdout)
    assert "HM hash" in fields
    assert all(name == name.strip() for name in fields)
