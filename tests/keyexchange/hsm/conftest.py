"""Fixtures of the software HSM's room. Making RSA keys is slow, so they are shared by the whole session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from keyexchange import pki
from keyexchange.crypto import rsa as rsa_keys
from tests.apc_server import apc_client, running_apc
from tests.keyexchange.hsm.kdh import Established, Party, establish, now
from tests.postgres import Server, programs, running_postgres


@pytest.fixture(scope="session")
def party() -> Party:
    """A root with a leaf that signs and receives tokens."""
    root_key, key = rsa_keys.generate(2048), rsa_keys.generate(2048)
    root = pki.issue_root("Test KDH root", root_key, days=365, now=now())
    leaf = pki.issue_leaf("Test KDH", key.public_key(), root, root_key, purpose="sign", days=365, now=now())
    return Party(root_key, root, key, leaf)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server; a pipeline that has none fails, a machine that has none skips."""
    if programs() is None and not os.environ.get("CI"):
        pytest.skip("PostgreSQL is not installed")
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """An empty database of each kind: the state directory's own, or one of PostgreSQL."""
    return request.getfixturevalue("postgres").new_database() if request.param == "postgresql" else None


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def apc_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One APC face for all tests that do not mind each other's keys; they run once on each database."""
    url = request.getfixturevalue("postgres").new_database() if request.param == "postgresql" else None
    with running_apc(tmp_path_factory.mktemp("apc"), database_url=url) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def client(apc_url: str) -> Any:
    return apc_client(apc_url)


@pytest.fixture(scope="session")
def established(client: Any, party: Party) -> Established:
    """The party, trusted by the shared face, with a token of RSA_2048."""
    return establish(client, party)


@pytest.fixture(scope="session")
def established_3072(client: Any, party: Party) -> Established:
    """The same with a token of RSA_3072, which AES-128 keys need."""
    return establish(client, party, "RSA_3072")
