"""A running face, the adapter under test, and key material shared by the whole session (RSA keys are slow to make)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from adapters.atalla.adapter import ADAPTER, AtallaSettings
from adapters.atalla.face import FACE
from adapters.atalla.face.protection import TEST_MASTER_FILE_KEY, Protection
from keyexchange import pki
from keyexchange.crypto import rsa
from keyexchange.secret import Secret
from tests.faces import running_face

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "atalla.json").read_text())
BLOCKS = {vector["id"]: vector["block"] for vector in VECTORS["keys"]}
MASTER = Protection(Secret(bytes.fromhex(TEST_MASTER_FILE_KEY)))
"""What only a test may look through: everybody knows this key."""


@pytest.fixture(scope="session")
def face_port():
    """A face that approves by itself, as `--simulate` starts it."""
    with running_face(FACE, auto_approve=True) as port:
        yield port


def open_adapter(port, *, trace=None, **settings):
    return ADAPTER.open(AtallaSettings(host="127.0.0.1", port=port, **settings), trace=trace)


@pytest.fixture
def side(face_port):
    side = open_adapter(face_port)
    side.identify()
    yield side
    side.close()


@pytest.fixture(scope="session")
def authority():
    """A root certificate and its key."""
    key = rsa.generate(2048)
    return pki.issue_root("test authority", key, days=2, now=datetime.now(UTC)), key


@pytest.fixture(scope="session")
def receiver(authority):
    """The KRD's certificate (DER) and private key."""
    key = rsa.generate(2048)
    return certificate(authority, key.public_key(), "wrap"), key


@pytest.fixture(scope="session")
def signer(face_port, authority):
    """A signing key made by the face, and its certificate (DER)."""
    side = open_adapter(face_port)
    key = side.make_signing_key(2048)
    side.close()
    return key, certificate(authority, load_der_public_key(key.public_key), "sign")


def certificate(authority, public_key, purpose):
    root, root_key = authority
    leaf = pki.issue_leaf("leaf", public_key, root, root_key, purpose=purpose, days=2, now=datetime.now(UTC))
    return pki.to_der(leaf)
