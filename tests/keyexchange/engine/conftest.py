"""Journals that a test opened are closed behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from keyexchange.engine.journal import Journal


@pytest.fixture(autouse=True)
def journals_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    opened: list[Journal] = []
    open_journal = Journal.__init__

    def remember(self: Journal, *args: Any, **kwargs: Any) -> None:
        open_journal(self, *args, **kwargs)
        opened.append(self)

    monkeypatch.setattr(Journal, "__init__", remember)
    yield
    for journal in opened:
        journal.close()
