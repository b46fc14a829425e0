"""A running face, the adapter under test, and key material shared by the whole session (RSA keys are slow to make)."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from adapters.payshield.adapter import ADAPTER, PayshieldSettings
from adapters.payshield.face import FACE
from keyexchange import pki
from keyexchange.crypto import rsa
from tests.faces import running_face
from tests.tls_files import make_tls_files

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "payshield.json").read_text())


@pytest.fixture(scope="session")
def face_port():
    """A face as `keyexchange serve` starts it."""
    with running_face(FACE) as port:
        yield port


@pytest.fixture(scope="session")
def tls_files(tmp_path_factory):
    return make_tls_files(tmp_path_factory.mktemp("tls"))


def open_adapter(port, *, trace=None, **settings):
    values = {"probe_commands": False, "variant_lmk_identifier": "02", "key_block_lmk_identifier": "00", **settings}
    return ADAPTER.open(PayshieldSettings(host="127.0.0.1", port=port, **values), trace=trace)


@pytest.fixture
def block_side(face_port):
    side = open_adapter(face_port)
    yield side
    side.close()


@pytest.fixture
def variant_side(face_port):
    side = open_adapter(face_port, variant_lmk=True)
    yield side
    side.close()


@pytest.fixture(params=["key-block", "variant"])
def side(request, face_port):
    side = open_adapter(face_port, variant_lmk=request.param == "variant")
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
def signers(face_port, authority):
    """By kind of LMK: a signing key made by the face, and its certificate (DER)."""
    made = {}
    for kind in ("key-block", "variant"):
        side = open_adapter(face_port, variant_lmk=kind == "variant")
        key = side.make_signing_key(2048)
        side.close()
        root, root_key = authority
        public_key = load_der_public_key(key.public_key)
        made[kind] = (
            key,
            pki.to_der(pki.issue_leaf("KDH", public_key, root, root_key, purpose="sign", days=2, now=now())),
        )
    return made


def now():
    return datetime.datetime.now(datetime.UTC)
