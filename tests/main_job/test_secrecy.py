"""No clear key, no private key and no one-time key is in anything that a run leaves: known values are searched for."""

from __future__ import annotations

import base64
import io
import logging
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from adapters.payshield.lmk import KeyBlockLmk
from keyexchange.cli.main import run as command_line
from keyexchange.crypto import rsa as rsa_room
from keyexchange.secret import Secret
from keyexchange.tr31 import Header
from tests.main_job.site import Site

KEK = bytes.fromhex("C1A25D0E7F6B9420D3E4F5A6B7C80916F8E92A3B4C5D6E7F")
KEYS = {
    "bdk": ("B0", "N", bytes.fromhex("A1B2C3D4E5F60718293A4B5C6D7E8F90")),
    "pek": ("P0", "B", bytes.fromhex("5EC2E7A11DEADBEAFC0FFEE0123456784F1E2D3C4B5A6978")),
}
"""Clear keys that no other test has."""


def under_lmk(usage: str, mode: str, key: bytes) -> str:
    header = Header("1", key_usage=usage, algorithm="T", mode_of_use=mode, exportability="E")
    return KeyBlockLmk.aes_test().wrap(header, Secret(key))


def spellings(octets: bytes) -> Iterator[bytes]:
    """The ways in which octets could have been written down."""
    yield octets
    for digits in (octets.hex(), octets.hex().upper(), octets.hex(" "), octets.hex(":")):
        yield digits.encode()
    for shift in range(3):  # base64 of the octets at any place in a longer string, without the ends that vary
        yield base64.b64encode(b"\0" * shift + octets)[4:-4]
    yield repr(octets)[2:-1].encode()


@pytest.fixture
def private_keys(monkeypatch: pytest.MonkeyPatch) -> list[rsa.RSAPrivateKey]:
    """Every RSA private key made in this process: the local authority's, the faces'."""
    made: list[rsa.RSAPrivateKey] = []
    generate = rsa.generate_private_key

    def remember(*args: Any, **kwargs: Any) -> rsa.RSAPrivateKey:
        made.append(generate(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr("cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key", remember)
    return made


@pytest.fixture
def one_time_keys(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every secret that is wrapped by OAEP: the tokens' content encryption keys."""
    wrapped: list[bytes] = []
    encrypt: Callable[[rsa.RSAPublicKey, bytes], bytes] = rsa_room.oaep_encrypt

    def remember(key: rsa.RSAPublicKey, octets: bytes) -> bytes:
        wrapped.append(octets)
        return encrypt(key, octets)

    monkeypatch.setattr("keyexchange.tr34.envelope.oaep_encrypt", remember)
    return wrapped


def document(site: Site) -> dict[str, Any]:
    keys = [
        {"name": name, "key": under_lmk(usage, mode, key), "usage": usage, "mode_of_use": mode}
        | {"algorithm": "TDES_2KEY" if len(key) == 16 else "TDES_3KEY"}
        for name, (usage, mode, key) in KEYS.items()
    ]
    return {"keys": keys, "payshield": {"debug": True, "tr34": {"transport_key": under_lmk("K1", "B", KEK)}}}


def everything_left(folder: Path, *more: Path) -> dict[str, bytes]:
    files = [path for root in (folder, *more) for path in root.rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in files}


def say_everything(site: Site, run: str) -> str:
    """What every command prints about a run."""
    said = io.StringIO()
    journal = ["--journal", str(site.folder / "runs")]
    for words in (["--format", "text"], ["--format", "json"], ["--format", "html"]):
        with redirect_stdout(said), redirect_stderr(said), pytest.raises(SystemExit):
            command_line(["report", run, *words, *journal])
    return said.getvalue()


def test_no_secret_is_in_anything_that_a_run_leaves(
    site: Site,
    server: tuple[str, int, object, Path],
    private_keys: list[rsa.RSAPrivateKey],
    one_time_keys: list[bytes],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    report = site.run(**document(site))
    assert {key.state for key in report.keys} == {"arrived"}
    damaged = document(site)
    damaged["keys"][0]["key"] = damaged["keys"][0]["key"][:-1] + "!"
    error, _ = site.run_failing(Exception, **damaged)
    left = everything_left(site.folder, server[3])
    (config,) = [name for name in left if name.endswith("keyexchange.json")]
    del left[config]  # the reviewed file itself: ciphertext under the LMK, as the operator wrote it
    out, err = capfd.readouterr()
    left |= {
        "report": say_everything(site, report.run).encode(),
        "log": caplog.text.encode(),
        "output": (out + err).encode(),
        "error": repr([error, error.message, error.hint, error.__cause__]).encode(),
    }
    assert any(name.endswith("journal.db") for name in left)
    assert any(name.endswith("keys.sqlite3") for name in left)
    assert any(name.endswith("trace.log") for name in left)
    secrets = [KEK, *(key for _, _, key in KEYS.values()), *one_time_keys]
    assert len(one_time_keys) >= 1
    assert len(private_keys) >= 2
    for private in private_keys:
        numbers = private.private_numbers()
        secrets += [n.to_bytes((n.bit_length() + 7) // 8, "big") for n in (numbers.p, numbers.q, numbers.d)]
    for secret in secrets:
        for spelling in spellings(secret):
            found = [name for name, octets in left.items() if spelling in octets]
            assert not found, f"a secret of {len(secret)} octets is in {found}"


def test_the_search_itself_finds_what_it_should(tmp_path: Path) -> None:
    """A check that cannot fail would be none."""
    for number, written in enumerate(
        [KEK, KEK.hex().encode(), KEK.hex().upper().encode(), base64.b64encode(b"xy" + KEK + b"z"), repr(KEK).encode()]
    ):
        (tmp_path / str(number)).write_bytes(b"before" + written + b"after")
    left = everything_left(tmp_path)
    for name, octets in left.items():
        assert any(spelling in octets for spelling in spellings(KEK)), name
