"""TR-34's kinds of token are told apart."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from keyexchange import tr34
from keyexchange.crypto.rsa import sign_pkcs1_sha256
from keyexchange.errors import FormatError
from keyexchange.inspection import read, recognise
from keyexchange.pki import issuer_and_serial, load
from keyexchange.secret import Secret
from tests.keyexchange.inspection.test_x509 import certificate
from tests.keyexchange.tr34 import lab
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


KRD_ID, KDH_ID = issuer_and_serial(lab.certificate("krd_2048")), issuer_and_serial(lab.certificate("kdh_2048"))
SIGNER = tr34.Signer(KDH_ID, lambda octets: sign_pkcs1_sha256(lab.private_key("kdh_2048"), octets))
MOMENT = datetime(2030, 5, 17, tzinfo=UTC)
NEW_KDH = lab.certificate("kdh_3072")
BINDING = {
    "ca-unbind": tr34.build_ca_unbind(krd_id=KRD_ID, kdh_id=KDH_ID, authority=SIGNER),
    "kdh-unbind": tr34.build_kdh_unbind(krd_id=KRD_ID, nonce=bytes(range(8)), kdh=SIGNER),
    "ca-rebind": tr34.build_ca_rebind(
        krd_id=KRD_ID, kdh_id=KDH_ID, new_kdh=NEW_KDH, crls=(lab.crl(),), signing_time=MOMENT, authority=SIGNER
    ),
    "kdh-rebind": tr34.build_kdh_rebind(krd_id=KRD_ID, new_kdh=NEW_KDH, nonce=bytes(range(8)), kdh=SIGNER),
}


@pytest.mark.parametrize(("form", "token"), BINDING.items())
def test_unbind_and_rebind_tokens(form: str, token: bytes) -> None:
    for written in (token, token.hex().encode(), base64.b64encode(token)):
        fields = explained(written)
        assert (fields["format"], fields["form"]) == ("TR-34 unbind or rebind token", form)
        assert fields["KRD certificate"].startswith("CN=Vector Lab KRD CA,")
        assert fields["effect"].startswith("the KRD's authority" if form.startswith("ca") else "the KDH")
        assert ("KDH certificate to bind" in fields) is form.endswith("rebind")
        assert ("random nonce (two-pass)" in fields) is form.startswith("kdh")
        assert ("KDH certificate bound so far" in fields) is form.startswith("ca")


def test_a_damaged_rebind_token_is_refused() -> None:
    with pytest.raises(FormatError):
        explained(BINDING["kdh-rebind"][:-1])


def test_other_der_is_refused() -> None:
    with pytest.raises(FormatError):
        explained(b"\x30\x81\x80" + b"\x04\x7e" + bytes(126))


def test_what_a_token_brings_along_is_named() -> None:
    fields = explained(BINDING["ca-rebind"])
    assert fields["carried revocation list 1"].startswith("of CN=")
    parts = tr34.build_parts(
        Secret(bytes(range(16))),
        "D0000K1AB00E0000",
        kdh_id=KDH_ID,
        krd_id=KRD_ID,
        krd_public_key=load(lab.certificate("krd_2048")).public_key(),
        sign=SIGNER.sign,
        nonce=bytes(8),
        weaker_receiver=True,
    )
    token = explained(tr34.assemble(parts, KDH_ID, certificates=(lab.certificate("kdh_2048"),)))
    assert "serial number 0x" in token["carried certificate 1"]
    assert token["carried certificate 1"].startswith("CN=")
