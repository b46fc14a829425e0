"""What the TR-34 steps make sure of before anything leaves, with real certificates and tokens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from keyexchange import pki, tr34
from keyexchange.crypto import key_kcv
from keyexchange.crypto.rsa import sign_pkcs1_sha256
from keyexchange.errors import KeyExchangeError, RuleError, TrustError
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import CertificateChain, KeyToken, KeyToMove, KrdCredential, SigningKey
from keyexchange.protocols.steps import Scene
from keyexchange.protocols.tr34 import TWO_PASS, certify, send_key_token, verify_credential
from keyexchange.secret import Secret
from tests.keyexchange.engine.sides import START, Clock
from tests.keyexchange.pki.authorities import NOW, ca, certificate, ec_key
from tests.keyexchange.tr34.lab import private_key

CLEAR = Secret(bytes.fromhex("0123456789ABCDEFFEDCBA98765432101032547698BADCFE"))
KCV = key_kcv(KeyAlgorithm.TDES_3KEY, CLEAR)
KEY = KeyToMove("kek", "ref", KeyAttributes("K1", KeyAlgorithm.TDES_3KEY, "B"), KCV)
NONCE = bytes(range(8))
CA_KEY = ec_key()
ROOT = pki.issue_root("Root", CA_KEY, days=30, now=START)


def chain(purpose: pki.Purpose, key: str) -> CertificateChain:
    public_key = private_key(key).public_key()
    leaf = pki.issue_leaf(key, public_key, ROOT, CA_KEY, purpose=purpose, days=9, now=START)
    return CertificateChain(pki.to_der(leaf), (pki.to_der(ROOT),))


def revocation_list(until: datetime) -> bytes:
    builder = x509.CertificateRevocationListBuilder(ROOT.subject, START - timedelta(days=9), until)
    return builder.sign(CA_KEY, hashes.SHA256()).public_bytes(Encoding.DER)


@dataclass
class Kdh:
    """A sender that makes a token in the CMS layout, with what it is told to carry along."""

    crls: tuple[bytes, ...] = ()

    def export_tr34(self, key: KeyToMove, **how: Any) -> KeyToken:
        kdh_id = pki.issuer_and_serial(how["kdh_certificate"])
        parts = tr34.build_parts(
            CLEAR,
            "D0000K1TB00E0000",
            kdh_id=kdh_id,
            krd_id=pki.issuer_and_serial(how["krd_certificate"]),
            krd_public_key=pki.rsa_public_key(pki.load(how["krd_certificate"])),
            sign=lambda octets: sign_pkcs1_sha256(private_key("kdh_2048"), octets),
            nonce=how["nonce"],
            layout=tr34.Layout.CMS,
        )
        assert key.kcv is not None
        return KeyToken(tr34.assemble(parts, kdh_id, layout=tr34.Layout.CMS, crls=self.crls), key.kcv, "cms")


def scene(kdh: Kdh | None = None, authority: Any = None) -> Scene:
    nonces: Any = SimpleNamespace(draw=lambda: NONCE)
    return Scene(kdh or Kdh(), None, authority, "run", KEY, Clock(), nonces, Path())


def verified(purpose: pki.Purpose) -> CertificateChain:
    credential = KrdCredential(chain(purpose, "krd_2048"), "token", None)
    return verify_credential(scene(), {"credential": credential})


def sent(kdh: Kdh, purpose: pki.Purpose = "sign") -> KeyToken:
    kdh_chain = chain(purpose, "kdh_2048")
    given = {
        "kdh_chain": kdh_chain,
        "key": KEY,
        "signing_key": SigningKey(b"", b""),
        "verified": chain("wrap", "krd_2048"),
    }
    return send_key_token(scene(kdh), given)


def test_a_receiver_of_whom_no_list_knows_anything_is_taken_and_named() -> None:
    findings = verified("wrap").findings
    assert findings is not None
    assert (findings.unlisted, findings.outdated, findings.allowances) == (("CN=krd_2048",), (), ())


def test_a_receiver_whose_certificate_is_for_something_else_is_taken_by_an_allowance_with_a_name() -> None:
    """What AWS writes into its certificates is not public; see `verify_credential`."""
    findings = verified("sign").findings
    assert findings is not None
    assert findings.allowances == ("certificate-of-another-purpose",)


@pytest.mark.parametrize(("bits", "text"), [(1024, "fewer than 112 bits"), (2056, "RSA key of 2056 bits")])
def test_a_receiver_s_key_of_another_size_is_one_error_in_words(bits: int, text: str) -> None:
    odd = rsa.generate_private_key(65537, bits)
    leaf = pki.issue_leaf("odd", odd.public_key(), ROOT, CA_KEY, purpose="wrap", days=9, now=START)
    credential = KrdCredential(CertificateChain(pki.to_der(leaf), (pki.to_der(ROOT),)), "token", None)
    with pytest.raises(KeyExchangeError, match=text) as caught:
        verify_credential(scene(), {"credential": credential})
    assert "2048" in str(caught.value.hint)


def test_a_receiver_weaker_than_the_key_is_refused() -> None:
    strong = replace(scene(), key=replace(KEY, attributes=KeyAttributes("K1", KeyAlgorithm.AES_128, "B")))
    credential = {"credential": KrdCredential(chain("wrap", "krd_2048"), "token", None)}
    with pytest.raises(RuleError, match="kek-strength"):
        verify_credential(strong, credential)


def test_one_key_pair_does_not_serve_both_sides() -> None:
    given = {
        "kdh_chain": chain("sign", "kdh_2048"),
        "key": KEY,
        "signing_key": SigningKey(b"", b""),
        "verified": chain("wrap", "kdh_2048"),
    }
    with pytest.raises(TrustError) as caught:
        send_key_token(scene(), given)
    assert caught.value.category == "purpose_mismatch"


def test_an_authority_s_certificate_receives_nothing() -> None:
    root = certificate("Root", "Root", CA_KEY.public_key(), CA_KEY, ca())
    middle = certificate("Middle", "Root", ec_key().public_key(), CA_KEY, ca())
    credential = KrdCredential(CertificateChain(middle, (root,)), "token", None)
    clock: Any = lambda: NOW  # noqa: E731
    with pytest.raises(TrustError) as caught:
        verify_credential(replace(scene(), clock=clock), {"credential": credential})
    assert caught.value.category == "purpose_mismatch"


def test_a_sender_gets_no_certificate_that_is_not_for_signing() -> None:
    for purpose in ("sign", "wrap"):
        issued = chain(purpose, "kdh_2048")
        authority = SimpleNamespace(certify=lambda _request, issued=issued: issued)
        given = {"signing_key": SigningKey(b"", b"")}
        if purpose == "sign":
            assert certify(scene(authority=authority), given) == issued
        else:
            with pytest.raises(TrustError) as caught:
                certify(scene(authority=authority), given)
            assert caught.value.category == "purpose_mismatch"


def test_no_token_is_sent_by_a_sender_whose_certificate_is_not_for_signing() -> None:
    with pytest.raises(TrustError) as caught:
        sent(Kdh(), "wrap")
    assert caught.value.category == "purpose_mismatch"


def test_a_token_is_held_against_the_list_that_it_carries() -> None:
    unlisted = sent(Kdh()).findings
    assert unlisted is not None
    assert unlisted.unlisted == ("CN=kdh_2048",)
    listed = sent(Kdh((revocation_list(START + timedelta(days=9)),))).findings
    assert listed is not None
    assert listed.unlisted == ()


def test_a_token_with_nothing_but_an_outdated_list_is_not_sent() -> None:
    with pytest.raises(TrustError) as caught:
        sent(Kdh((revocation_list(START - timedelta(days=1)),)))
    assert caught.value.category == "crl_expired"


def test_a_refused_token_makes_trust_anew_and_not_what_officers_accepted_of_the_same_credential() -> None:
    steps = {step.name: step for step in TWO_PASS.steps}
    receive = steps["receive-key-token"]
    assert {steps["trust-kdh"].gives, steps["accept-sender"].gives} <= set(receive.needs)
    assert steps["trust-kdh"].gives in receive.renew
    assert steps["accept-sender"].gives not in receive.renew
