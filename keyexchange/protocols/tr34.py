"""TR-34, two-pass: a KEK goes from the KDH to the KRD under the KRD's RSA key, signed by the KDH.

Source: ASC X9 TR 34-2019, 5 (two-pass); the token is in the X9_TR34_2012 layout that APC takes.
"""

from __future__ import annotations

from datetime import datetime

from keyexchange import pki, tr31, tr34
from keyexchange.keys import KeyAlgorithm
from keyexchange.protocols.messages import (
    CertificateChain,
    CertificationRequest,
    Csr,
    HeldKey,
    KeyToken,
    KeyToMove,
    KrdCredential,
    SigningKey,
    TrustAnchor,
)
from keyexchange.protocols.steps import (
    CHECK_ALIAS,
    PROVIDE_KEY,
    Circumstances,
    Given,
    Scene,
    Step,
    Workflow,
    compare_kcv,
    find_import,
    has_alias,
    require_equal_kcv,
    require_header,
    set_alias,
)

SIGNING_KEY_BITS = 2048
"""payShield's variant LMK holds no longer one, and AWS's own samples use it."""


def make_signing_key(scene: Scene, _given: Given) -> SigningKey:
    key: SigningKey = scene.kdh.make_signing_key(SIGNING_KEY_BITS)
    return key


def make_csr(scene: Scene, given: Given) -> Csr:
    csr: Csr = scene.kdh.make_csr(given["signing_key"], _common_name(scene))
    return csr


def certify(scene: Scene, given: Given) -> CertificateChain:
    """CT-KDH: have the KDH's signing key certified."""
    request = CertificationRequest(
        scene.run, _common_name(scene), given["signing_key"], given.get("csr"), scene.exchange_dir
    )
    chain: CertificateChain = scene.authority.certify(request)
    return chain


def trust_kdh(scene: Scene, given: Given) -> TrustAnchor:
    anchor: TrustAnchor = scene.krd.trust(given["kdh_chain"], scene.mark, search=not scene.authority.new_root)
    return anchor


def offer_credential(scene: Scene, _given: Given) -> KrdCredential:
    credential: KrdCredential = scene.krd.offer_krd_credential()
    return credential


def verify_credential(scene: Scene, given: Given) -> CertificateChain:
    """Verify the receiver's certificate before a key is wrapped for it.

    Raises:
        TrustError: it does not chain to its root, or is out of date.
        RuleError: rule kek-strength: its key is weaker than the key to send.
    """
    chain: CertificateChain = given["credential"].chain
    pki.verify_chain(chain.certificate, chain.issuers, chain.issuers[-1:], at=scene.clock())
    wrapping = KeyAlgorithm(f"RSA_{pki.rsa_public_key(pki.load(chain.certificate)).key_size}")
    scene.require_strength(wrapping, scene.key.attributes.algorithm, "the receiver's wrapping key")
    return chain


def send_key_token(scene: Scene, given: Given) -> KeyToken:
    """KT-KDH: the token, read and verified again before it is kept.

    Raises:
        TrustError, FormatError: it is not what a receiver would take.
        RuleError: rule attributes-kept: its header is not what the reviewed file says.
        KcvMismatchError: the sender itself states another check value than before.
    """
    nonce = scene.nonces.draw()
    chain: CertificateChain = given["kdh_chain"]
    token: KeyToken = scene.kdh.export_tr34(
        given["key"],
        signing_key=given["signing_key"],
        kdh_certificate=chain.certificate,
        krd_certificate=given["verified"].certificate,
        nonce=nonce,
    )
    pki.verify_chain(chain.certificate, chain.issuers, chain.issuers[-1:], at=scene.clock())
    read = tr34.read(token.der)
    tr34.verify(read, kdh_certificate=chain.certificate, nonce=nonce)
    header, _ = tr31.parse_header(read.header)
    key: KeyToMove = given["key"]
    require_header(header, key.attributes, "token")
    assert key.kcv is not None
    require_equal_kcv(token.kcv, key.kcv, key=key.name, left_name="in the sender's reply", right_name="before")
    return token


def receive_key_token(scene: Scene, given: Given) -> HeldKey:
    token: KeyToken = given["token"]
    nonce = tr34.read(token.der).nonce
    held: HeldKey = scene.krd.import_tr34(
        token,
        key=given["key"],
        credential=given["credential"],
        anchor=given["anchor"],
        kdh_certificate=given["kdh_chain"].certificate,
        nonce=nonce,
        mark=scene.mark,
    )
    return held


def find_received(scene: Scene, given: Given, since: datetime) -> HeldKey | None:
    return find_import(scene, given["token"].kcv, since)


def find_trust(scene: Scene, given: Given, _since: datetime) -> TrustAnchor | None:
    """What an earlier attempt left at the receiver, when all of it is there."""
    found: TrustAnchor | None = scene.krd.find_trust(given["kdh_chain"])
    return found


def in_date(chain: CertificateChain, now: datetime) -> bool:
    """A certificate that has expired, as in a run that was paused for long, is asked for anew."""
    return now < pki.load(chain.certificate).not_valid_after_utc


def still_valid(credential: KrdCredential, now: datetime) -> bool:
    """An import token that has expired is asked for anew."""
    return credential.valid_until is None or now < credential.valid_until


def _needs_csr(circumstances: Circumstances) -> bool:
    return circumstances.needs_csr


def _common_name(scene: Scene) -> str:
    return f"keyexchange KDH {scene.run}"


TWO_PASS = Workflow(
    "tr34-two-pass",
    (
        CHECK_ALIAS,
        Step("make-signing-key", "make an RSA key pair for signing the token", "kdh", "make_signing_key",
             make_signing_key, gives="signing_key"),
        Step("make-csr", "make a certification request, when the authority takes one", "kdh", "make_csr",
             make_csr, needs=("signing_key",), gives="csr", when=_needs_csr),
        Step("certify", "have the sender's signing key certified (CT-KDH)", "authority", "certify",
             certify, needs=("signing_key", "csr"), gives="kdh_chain", fresh=in_date),
        Step("trust-kdh", "trust the authority that certified the sender", "krd", "trust",
             trust_kdh, needs=("kdh_chain",), gives="anchor", reconcile=find_trust),
        Step("offer-credential", "ask the receiver for its wrapping certificate (CT-KRD)", "krd",
             "offer_krd_credential", offer_credential, gives="credential", fresh=still_valid),
        Step("verify-credential", "verify the receiver's certificate", "both", "",
             verify_credential, needs=("credential",), gives="verified"),
        *PROVIDE_KEY,
        Step("send-key-token", "export the key in a TR-34 token (KT-KDH), verify it", "kdh", "export_tr34",
             send_key_token, needs=("key", "signing_key", "kdh_chain", "verified"), gives="token"),
        Step("receive-key-token", "import the TR-34 token", "krd", "import_tr34",
             receive_key_token, needs=("token", "key", "credential", "anchor", "kdh_chain"), gives="held",
             reconcile=find_received, renew=("credential",), final=True),
        Step("compare-kcv", "compare the check values of both sides", "both", "",
             compare_kcv("token", "held"), needs=("token", "held"), gives="kcv"),
        Step("set-alias", "name the key at the receiver", "krd", "set_alias",
             set_alias("held"), needs=("held",), gives="named", when=has_alias),
    ),
)  # fmt: skip
