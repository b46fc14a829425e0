from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from keyexchange.hsm.server import Addresses
from tests.contract.subjects import SUBJECTS, open_side
from tests.matrix.conftest import credentials, faces  # noqa: F401 (fixtures)

_REGIONS = (f"xx-contract-{number}" for number in itertools.count(1))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", sorted(SUBJECTS), scope="session")


@pytest.fixture(scope="session")
def devices(request: pytest.FixtureRequest) -> dict[str, str]:
    """The devices that the operator named, by adapter."""
    return dict(option.split("=", 1) for option in request.config.getoption("--device"))


@pytest.fixture
def trace() -> list[str]:
    return []


@pytest.fixture
def side(name: str, faces: Addresses, devices: dict[str, str], trace: list[str]) -> Iterator[Any]:  # noqa: F811
    """The adapter under contract."""
    side = open_side(name, faces, next(_REGIONS), devices.get(name), trace)
    side.identify()  # as every run does first
    yield side
    side.close()
