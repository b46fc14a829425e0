"""TR-34's kinds of token are told apart."""

from __future__ import annotations

import base64

import pytest

from keyexchange import tr34
from keyexchange.errors import FormatError
from keyexchange.inspection import read, recognise
from tests.keyexchange.inspection.test_x509 import certificate
from tests.vectors import vectors


def explained(octets: bytes) -> dict[str, str]:
    (written,) = read(octets)
    return dict(recognise(written).explain(written))


@pytest.mark.parametrize("vector", vectors("tr34_computed", "key_token"))
def test_key_tokens(vector: dict[str, dict[str, str]]) -> None:
    fields = explained(vector["inputs"]["token_b64"].encode())
    assert fields["format"] == "TR-34 key token"
    assert "key block header" in fields


def test_a_random_number_token() -> None:
    token = tr34.build_random_number(bytes(range(8)))
    for written in (token, token.hex().encode(), base64.b64encode(token)):
        assert explained(written) == {"format": "TR-34 random number token", "random number": "0001020304050607"}


def test_a_credential_token() -> None:
    fields = explained(tr34.build_krd_credential(certificate()))
    assert fields["format"] == "TR-34 credential token"
    assert fields["certificate: subject"] == "CN=Example KDH"
    assert fields["carried revocation lists"] == "0"


def test_other_der_is_refused() -> None:
    with pytest.raises(FormatError):
        explained(b"\x30\x81\x80" + b"\x04\x7e" + bytes(126))
