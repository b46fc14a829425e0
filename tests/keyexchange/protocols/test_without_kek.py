"""RSA wrap and ECDH, step by step: what a side hands over is looked at before the other side gets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from keyexchange import pki
from keyexchange.crypto import ec, key_kcv, rsa
from keyexchange.crypto.rsa import WrappingSpec
from keyexchange.errors import KcvMismatchError, ProtocolError, RuleError, TrustError
from keyexchange.keys import Kcv, KcvMethod, KeyAlgorithm, KeyAttributes
from keyexchange.protocols.ecdh import AGREEMENT, ECDH
from keyexchange.protocols.messages import (
    AgreementCredential,
    AgreementKey,
    AgreementTerms,
    CertificateChain,
    HeldKey,
    KeyBlock,
    KeyCryptogram,
    KeyToMove,
    KrdCredential,
)
from keyexchange.protocols.rsa_wrap import RSA_RECEIVER, RSA_WRAP
from keyexchange.protocols.steps import Circumstances, Scene, Step, Workflow
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, wrap
from tests.contract.other_side import AUTHORITY, RSA_KEY, spki

PEK = KeyAttributes("P0", KeyAlgorithm.TDES_2KEY, "B", "E")
OCTETS = Secret(bytes.fromhex("0123456789ABCDEF23456789ABCDEF01"))
KCV = key_kcv(PEK.algorithm, OCTETS)
KEY = KeyToMove("pek", "under an LMK", PEK, KCV)
OTHER_KCV = Kcv("000000", KcvMethod.ANSI_X9_24)
TERMS = AgreementTerms(KeyAlgorithm.ECC_NIST_P256, "NIST_SP800", "SHA_256", KeyAlgorithm.AES_128, b"")
SPEC = WrappingSpec.RSA_OAEP_SHA_256.value
WRAPPING = AUTHORITY.certify(RSA_KEY.public_key(), "wrap")
P256, P384 = ec.generate(KeyAlgorithm.ECC_NIST_P256), ec.generate(KeyAlgorithm.ECC_NIST_P384)


def scene(**sides: Any) -> Scene:
    chosen: dict[str, Any] = {"kdh": None, "krd": None, "authority": None, "key": KEY} | sides
    return Scene(
        run="20260101-000000-c0ffee",
        clock=lambda: datetime.now(UTC),
        nonces=None,  # type: ignore[arg-type]  # no nonces here
        exchange_dir=Path(),
        wrapping_spec=SPEC,
        agreement=TERMS,
        **chosen,
    )


def step(workflow: Workflow, name: str) -> Step:
    return next(each for each in workflow.steps if each.name == name)


def act(workflow: Workflow, name: str, there: Scene, **given: Any) -> Any:
    return step(workflow, name).action(there, given)


def sends(value: object) -> Callable[..., object]:
    return lambda *_, **__: value


def cryptogram(**changes: Any) -> KeyCryptogram:
    return replace(KeyCryptogram(rsa.wrap_key(RSA_KEY.public_key(), OCTETS, WrappingSpec(SPEC)), SPEC, KCV), **changes)


def block(usage: str = "P0", kcv: Kcv = KCV) -> KeyBlock:
    return KeyBlock(wrap(Kbpk("A", Secret(bytes(range(16)))), Header("D", usage, "T", "B"), OCTETS), kcv)


def agreed(**changes: Any) -> dict[str, Any]:
    chain = AUTHORITY.certify(P256.public_key(), "agree")
    own = AgreementCredential(chain, b"a name")
    return {"key": KEY, "terms": TERMS, "kdh_agreement": own, "krd_verified": chain} | changes


def test_a_receivers_rsa_certificate_is_verified_and_its_purpose_reported() -> None:
    signing = AUTHORITY.certify(RSA_KEY.public_key(), "sign")
    verified = act(RSA_RECEIVER, "verify-rsa-credential", scene(), credential=KrdCredential(signing, "t", None))
    assert verified.findings.allowances == ("certificate-of-another-purpose",)
    stranger = CertificateChain(signing.certificate, WRAPPING.issuers[:0])
    with pytest.raises(TrustError):
        act(RSA_RECEIVER, "verify-rsa-credential", scene(), credential=KrdCredential(stranger, "t", None))


def test_an_authority_that_is_none_of_the_chains_is_not_believed() -> None:
    other = type(AUTHORITY)().certify(RSA_KEY.public_key(), "wrap")
    mixed = CertificateChain(WRAPPING.certificate, other.issuers)
    with pytest.raises(TrustError):
        act(RSA_RECEIVER, "verify-rsa-credential", scene(), credential=KrdCredential(mixed, "t", None))


def test_a_cryptogram_comes_as_it_was_asked_for() -> None:
    asked: dict[str, Any] = {}

    def export(key: KeyToMove, **how: Any) -> KeyCryptogram:
        asked.update(how, key=key)
        return cryptogram()

    given = {"key": KEY, "verified": WRAPPING, "receiver_anchor": "an anchor"}
    assert act(RSA_WRAP, "send-cryptogram", scene(kdh=SimpleNamespace(export_rsa=export)), **given).kcv == KCV
    assert asked == {"key": KEY, "receiver": WRAPPING, "spec": SPEC, "anchor": "an anchor"}


@pytest.mark.parametrize(
    ("sent", "error"),
    [(cryptogram(octets=bytes(128)), ProtocolError), (cryptogram(kcv=OTHER_KCV), KcvMismatchError)],
    ids=["another length", "another check value"],
)
def test_a_cryptogram_that_is_another_is_not_passed_on(sent: KeyCryptogram, error: type[Exception]) -> None:
    there = scene(kdh=SimpleNamespace(export_rsa=sends(sent)))
    with pytest.raises(error):
        act(RSA_WRAP, "send-cryptogram", there, key=KEY, verified=WRAPPING)


def test_a_key_stronger_than_the_receivers_rsa_key_stays_unless_the_file_says_so() -> None:
    aes = replace(KEY, attributes=KeyAttributes("D0", KeyAlgorithm.AES_128, "B", "E"))
    there = scene(kdh=SimpleNamespace(export_rsa=sends(cryptogram())), key=aes)
    with pytest.raises(RuleError, match="kek-strength"):
        act(RSA_WRAP, "send-cryptogram", there, key=aes, verified=WRAPPING)
    aside = replace(there, overrides=frozenset({"kek-strength"}))
    assert act(RSA_WRAP, "send-cryptogram", aside, key=aes, verified=WRAPPING)


@pytest.mark.parametrize(
    ("arrived", "error"),
    [
        (HeldKey("arn", OTHER_KCV, PEK), KcvMismatchError),
        (HeldKey("arn", KCV, replace(PEK, key_usage="D0")), RuleError),
        (HeldKey("arn", KCV, replace(PEK, exportability="N")), RuleError),
    ],
    ids=["another key", "another usage", "not exportable"],
)
def test_a_key_that_arrived_as_another_is_found_out(arrived: HeldKey, error: type[Exception]) -> None:
    with pytest.raises(error):
        act(RSA_WRAP, "compare-kcv", scene(), cryptogram=cryptogram(), held=arrived)


def test_shared_information_is_drawn_anew_for_each_run() -> None:
    first, second = (act(AGREEMENT, "set-terms", scene()) for _ in range(2))
    assert len(first.shared_information) == TERMS.algorithm.octets
    assert first.shared_information != second.shared_information
    assert replace(first, shared_information=b"") == TERMS


@pytest.mark.parametrize("role", ["kdh", "krd"])
def test_a_half_on_another_curve_is_refused(role: str) -> None:
    good, other = (AgreementCredential(AUTHORITY.certify(key.public_key(), "agree"), b"") for key in (P256, P384))
    name = f"verify-{role}-agreement"
    assert act(AGREEMENT, name, scene(), **{f"{role}_agreement": good, "terms": TERMS}).findings.allowances == ()
    with pytest.raises(TrustError, match="agreed curve") as caught:
        act(AGREEMENT, name, scene(), **{f"{role}_agreement": other, "terms": TERMS})
    assert caught.value.category == "key_mismatch"


def test_a_half_with_an_rsa_key_is_refused() -> None:
    with pytest.raises(TrustError, match="agreed curve"):
        act(AGREEMENT, "verify-krd-agreement", scene(), krd_agreement=AgreementCredential(WRAPPING, b""), terms=TERMS)


def test_the_authority_certifies_a_pair_for_key_agreement_and_for_its_side() -> None:
    asked = []

    def certify(request: Any) -> CertificateChain:
        asked.append(request)
        return AUTHORITY.certify(request.key_pair.public_key, request.purpose)

    there = scene(authority=SimpleNamespace(certify=certify))
    pair = AgreementKey(spki(P256.public_key()), b"a name")
    for role in ("kdh", "krd"):
        made = act(AGREEMENT, f"certify-{role}-agreement", there, **{f"{role}_pair": pair})
        assert made.reference == b"a name"
    assert [(request.purpose, request.role) for request in asked] == [("agree", "kdh"), ("agree", "krd")]
    assert asked[0].common_name != asked[1].common_name


@pytest.mark.parametrize(
    ("sent", "error"),
    [(block("D0"), RuleError), (block(kcv=OTHER_KCV), KcvMismatchError)],
    ids=["another usage", "another check value"],
)
def test_a_block_that_is_another_is_not_passed_on(sent: KeyBlock, error: type[Exception]) -> None:
    with pytest.raises(error):
        act(ECDH, "send-agreed-block", scene(kdh=SimpleNamespace(export_ecdh=sends(sent))), **agreed())


@pytest.mark.parametrize(
    "weak",
    [{"curve": KeyAlgorithm.ECC_NIST_P256}, {"algorithm": KeyAlgorithm.AES_128}],
    ids=["curve", "agreed key"],
)
def test_curve_and_agreed_key_are_as_strong_as_the_key(weak: dict[str, Any]) -> None:
    aes = replace(KEY, attributes=KeyAttributes("P0", KeyAlgorithm.AES_256, "B", "E"))
    strong = replace(TERMS, curve=KeyAlgorithm.ECC_NIST_P521, algorithm=KeyAlgorithm.AES_256)
    there = scene(kdh=SimpleNamespace(export_ecdh=sends(block())), key=aes)
    with pytest.raises(RuleError, match="kek-strength"):
        act(ECDH, "send-agreed-block", there, **agreed(key=aes, terms=replace(strong, **weak)))


def test_an_offer_that_has_run_out_is_asked_for_anew() -> None:
    fresh = step(RSA_RECEIVER, "offer-rsa-credential").fresh
    now = datetime.now(UTC)
    assert fresh(KrdCredential(WRAPPING, "t", None), now)
    assert fresh(KrdCredential(WRAPPING, "t", now + timedelta(minutes=1)), now)
    assert not fresh(KrdCredential(WRAPPING, "t", now - timedelta(minutes=1)), now)
    assert not fresh(KrdCredential(WRAPPING, "t", None), pki.load(WRAPPING.certificate).not_valid_after_utc)


@pytest.mark.parametrize(
    "name", [f"{verb}-{role}-agreement" for verb in ("offer", "certify") for role in ("kdh", "krd")]
)
def test_a_half_whose_certificate_has_expired_is_asked_for_anew(name: str) -> None:
    half = AgreementCredential(AUTHORITY.certify(P256.public_key(), "agree"), b"a name")
    until = pki.load(half.chain.certificate).not_valid_after_utc
    fresh = step(AGREEMENT, name).fresh
    assert fresh(half, until - timedelta(seconds=1))
    assert not fresh(half, until)


def test_a_side_that_certifies_its_own_pair_is_not_certified_again() -> None:
    service = SimpleNamespace(offer_agreement_credential=None, trust_peer=None)
    device = SimpleNamespace(make_agreement_key=None)
    steps = AGREEMENT.steps_for(Circumstances(KEY, needs_csr=True, kdh=service, krd=device))
    assert [each.name for each in steps] == [
        "set-terms",
        "offer-kdh-agreement",
        "verify-kdh-agreement",
        "make-krd-agreement-key",
        "make-krd-agreement-csr",
        "certify-krd-agreement",
        "verify-krd-agreement",
        "trust-krd-agreement",
    ]
