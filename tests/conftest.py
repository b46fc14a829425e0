"""Options of the whole suite."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--device",
        action="append",
        default=[],
        metavar="ADAPTER=NAME",
        help="Run the contract of an adapter against the device that devices/NAME.json describes, "
        "and not against its face. Keys are made there; nothing is deleted.",
    )
