"""hsm audit --follow, which a transcript would have to interrupt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from keyexchange.cli.audit import audit_command

EVENT = {
    "userIdentity": {"arn": "arn:aws:iam::111122223333:user/Night"},
    "eventTime": "2026-01-31T22:00:00Z",
    "eventName": "ListKeys",
    "awsRegion": "us-east-1",
}


def test_following_goes_on_until_it_is_interrupted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[Any] = []

    def follow(state_dir: Path, wanted: Any) -> Iterator[dict[str, Any]]:
        asked.append((state_dir, wanted.errors))
        yield EVENT
        raise KeyboardInterrupt

    monkeypatch.setattr("keyexchange.hsm.audit.follow", follow)
    outcome = CliRunner().invoke(audit_command, ["--state-dir", str(tmp_path), "--follow", "--errors"])
    assert outcome.exit_code == 0
    assert outcome.output == "2026-01-31T22:00:00Z  us-east-1  111122223333:user/Night  ListKeys  -  ok\n"
    assert asked == [(tmp_path, True)]
