"""What the journal promises."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyexchange.engine.journal import INTENT, Journal
from keyexchange.errors import JournalError, RuleError
from keyexchange.keys import Kcv, KcvMethod, KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import (
    CertificateChain,
    ChainFindings,
    HeldKey,
    KeyBlock,
    KeyToken,
    KeyToMove,
    KrdCredential,
    SigningKey,
)
from keyexchange.secret import Secret

KCV = Kcv("08D7B4", KcvMethod.ANSI_X9_24)
ATTRIBUTES = KeyAttributes("P0", KeyAlgorithm.TDES_2KEY, "B")
MESSAGES = [
    SigningKey(b"public", b"S1\x00\xff"),
    CertificateChain(b"leaf", (b"issuer", b"root")),
    KrdCredential(CertificateChain(b"leaf", ()), "import-token-1", datetime(2026, 1, 1, tzinfo=UTC)),
    KrdCredential(CertificateChain(b"leaf", ()), "import-token-1", None),
    CertificateChain(b"leaf", (), ChainFindings(("CN=a",), ("CN=b",), ("certificate-of-another-purpose",))),
    KeyToken(b"\x30\x00", KCV, "x9_tr34_2012"),
    KeyToken(b"\x30\x00", KCV, "cms", ChainFindings()),
    KeyBlock("B0080", KCV),
    HeldKey("arn", KCV, ATTRIBUTES),
    KeyToMove("name", "S1", ATTRIBUTES, KCV, "402", "alias/x", (("a", "b"), ("c", "d"))),
    None,
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
def test_a_message_comes_back_as_it_was_written(message: object, tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    assert journal.decoded(journal.encoded(message)) == message


def test_a_secret_or_a_stranger_is_not_journalled(tmp_path: Path) -> None:
    @dataclass
    class Stranger:
        key: bytes

    journal = Journal(tmp_path)
    for value in (Secret(b"x" * 16), Stranger(b"x"), HeldKey("arn", Secret(b"x")), 1.5):  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="is not journalled"):
            journal.encoded(value)


def test_a_nonce_is_drawn_once_in_the_life_of_the_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyexchange.engine.journal.new_nonce", lambda: b"\x07" * 8)
    assert Journal(tmp_path).nonces("run-1").draw() == b"\x07" * 8
    with pytest.raises(RuleError) as caught:
        Journal(tmp_path).nonces("run-2").draw()
    assert caught.value.rule == "nonce-once"


DRAW = """
import os, signal, sys
from pathlib import Path
from keyexchange.engine import journal
journal.new_nonce = lambda: bytes.fromhex(sys.argv[2])
journal.Journal(Path(sys.argv[1])).nonces("run-1").draw()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_nonce_that_a_killed_process_drew_is_not_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be in a token that is on its way, so it counts from the moment at which it was drawn."""
    nonce = bytes(range(8))
    killed = subprocess.run([sys.executable, "-c", DRAW, str(tmp_path), nonce.hex()], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    source = iter([nonce, bytes(8)])
    monkeypatch.setattr("keyexchange.engine.journal.new_nonce", lambda: next(source))
    journal = Journal(tmp_path)
    with pytest.raises(RuleError) as caught:
        journal.nonces("run-2").draw()
    assert caught.value.rule == "nonce-once"
    assert journal.nonces("run-2").draw() == bytes(8)
    assert nonce not in (tmp_path / "journal.db").read_bytes()


def test_an_intent_survives_and_what_was_not_flushed_does_not(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    run = journal.new_run()
    journal.begin(run, "digest", {}, {})
    journal.append(run, INTENT, "key", "step")
    journal.flush()
    journal.append(run, "done", "key", "step", outcome=None)
    assert [e.event for e in Journal(tmp_path).entries(run)] == ["begun", INTENT]


def test_a_changed_artefact_is_noticed(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    data = journal.encoded(SigningKey(b"public", b"private"))
    journal.flush()
    journal._connection.exec_driver_sql("UPDATE artefacts SET octets = X'00'")
    with pytest.raises(JournalError, match="was changed"):
        journal.decoded(data)


def test_the_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    Journal(tmp_path / "runs")
    assert (tmp_path / "runs").stat().st_mode & 0o077 == 0
    assert (tmp_path / "runs" / "journal.db").stat().st_mode & 0o077 == 0


def test_an_unknown_run_and_a_folder_that_cannot_be_used_are_said(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="knows no run"):
        Journal(tmp_path).run("none")
    (tmp_path / "file").write_text("x")
    with pytest.raises(JournalError, match="cannot keep a journal"):
        Journal(tmp_path / "file")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "journal.db").write_bytes(b"no database" * 1000)
    with pytest.raises(JournalError, match="is not a journal"):
        Journal(broken)


def test_two_runs_write_to_one_journal_by_turns(tmp_path: Path) -> None:
    left, right = Journal(tmp_path), Journal(tmp_path)
    for journal, run in ((left, "a"), (right, "b")):
        journal.begin(run, "digest", {}, {})
        journal.append(run, INTENT, "key", "step", outcome=journal.encoded(SigningKey(b"same", b"same")))
    left.flush()
    right.flush()
    assert [[e.event for e in Journal(tmp_path).entries(run)] for run in ("a", "b")] == [["begun", INTENT]] * 2
