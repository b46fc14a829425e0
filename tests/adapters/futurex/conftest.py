"""A running face, the adapter under test, and key material shared by the whole session (RSA keys are slow to make)."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from adapters.futurex.adapter import ADAPTER
from adapters.futurex.face import FACE
from adapters.futurex.keys import TEST_PMK, Pmk
from adapters.futurex.settings import FuturexSettings
from keyexchange import pki
from keyexchange.crypto import rsa
from tests.faces import running_face
from tests.tls_files import make_tls_files

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "futurex.json").read_text())["vectors"]
BY_NAME = {vector["name"]: vector for vector in VECTORS}
KBPK = BY_NAME["pmk-tdes-3key-kbpk"]["expected"]["block"]
BDK = BY_NAME["pmk-tdes-3key-bdk"]["expected"]["block"]
AES_KBPK = BY_NAME["pmk-aes-256-kbpk"]["expected"]["block"]
EXPORTED = BY_NAME["twka-bdk-under-kbpk"]["expected"]["block"]
PMK = Pmk(TEST_PMK)


@pytest.fixture(scope="session")
def face_port():
    """A face as `keyexchange serve` starts it."""
    with running_face(FACE) as port:
        yield port


@pytest.fixture(scope="session")
def tls_files(tmp_path_factory):
    return make_tls_files(tmp_path_factory.mktemp("tls"))


def open_adapter(port, *, trace=None, **settings):
    return ADAPTER.open(FuturexSettings(host="127.0.0.1", port=port, **settings), trace=trace)


@pytest.fixture
def side(face_port):
    side = open_adapter(face_port)
    yield side
    side.close()


@pytest.fixture
def simulated_side(face_port):
    """With the simulator's conventions."""
    side = open_adapter(face_port, simulator_conventions=True)
    yield side
    side.close()


@pytest.fixture(scope="session")
def authority():
    """A root certificate and its key."""
    key = rsa.generate(2048)
    return pki.issue_root("test authority", key, days=2, now=now()), key


@pytest.fixture(scope="session")
def receiver(authority):
    """The KRD's certificate (DER) and private key."""
    key = rsa.generate(2048)
    root, root_key = authority
    certificate = pki.issue_leaf("KRD", key.public_key(), root, root_key, purpose="wrap", days=2, now=now())
    return pki.to_der(certificate), key


@pytest.fixture(scope="session")
def signer(face_port, authority):
    """A signing key made by the face, and its certificate (DER)."""
    side = open_adapter(face_port)
    key = side.make_signing_key(2048)
    side.close()
    root, root_key = authority
    public_key = load_der_public_key(key.public_key)
    leaf = pki.issue_leaf("KDH", public_key, root, root_key, purpose="sign", days=2, now=now())
    return key, pki.to_der(leaf)


def now():
    return datetime.datetime.now(datetime.UTC)
