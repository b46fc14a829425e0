"""Writes every page."""

from __future__ import annotations

from tests.pages import PAGES, REFERENCE

for name, page in PAGES.items():
    (REFERENCE / name).write_text(page(), "utf-8")
