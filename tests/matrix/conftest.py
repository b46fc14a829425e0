"""All faces, served for the whole folder; a field for each test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from keyexchange import registry
from keyexchange.hsm import FaceOptions, ServeOptions, running
from keyexchange.hsm.apc import REHEARSAL_ACCESS_KEY, REHEARSAL_SECRET_KEY
from keyexchange.hsm.server import Addresses
from keyexchange.keys import KeyAlgorithm
from tests.matrix.field import SWITCHES, Field

_REGIONS = (f"xx-matrix-{number}" for number in itertools.count(1))


@pytest.fixture(scope="session")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    found = {name: registry.load(registry.FACES, name) for name in registry.names(registry.FACES)}
    options = ServeOptions(
        state_dir=tmp_path_factory.mktemp("matrix"),
        apc_port=0,
        faces={name: FaceOptions(face, 0, SWITCHES.get(name, {})) for name, face in found.items()},
        authority_algorithm=KeyAlgorithm.RSA_2048,
    )
    with ExitStack() as stack:
        yield stack.enter_context(running(options))


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", REHEARSAL_ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", REHEARSAL_SECRET_KEY)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture
def field(faces: Addresses, tmp_path: Path) -> Field:
    return Field(tmp_path, faces, (next(_REGIONS), next(_REGIONS)))
