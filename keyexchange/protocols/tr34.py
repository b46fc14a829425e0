"""TR-34, two-pass: a KEK goes from the KDH to the KRD under the KRD's RSA key, signed by the KDH.

Source: ASC X9 TR 34-2019, 5 (two-pass); the token is in the X9_TR34_2012 layout that APC takes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from keyexchange import pki, tr31, tr34
from keyexchange.protocols.chains import findings_of, in_date, still_valid
from keyexchange.protocols.messages import (
    AcceptedKey,
    CertificateChain,
    CertificationRequest,
    Csr,
    HeldKey,
    KdhCredential,
    KeyToken,
    KeyToMove,
    KrdCredential,
    SealedKey,
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
    """CT-KDH: have the KDH's signing key certified.

    Raises:
        TrustError: purpose_mismatch: the certificate is not for signing; or it does not chain to its root.
    """
    request = CertificationRequest(
        scene.run, _common_name(scene), given["signing_key"], given.get("csr"), scene.exchange_dir
    )
    chain: CertificateChain = scene.authority.certify(request)
    pki.verify_chain(chain.certificate, chain.issuers, chain.issuers[-1:], at=scene.clock(), purpose="sign")
    return chain


def offer_kdh_credential(scene: Scene, _given: Given) -> KdhCredential:
    credential: KdhCredential = scene.kdh.offer_kdh_credential()
    return credential


def verify_kdh_credential(scene: Scene, given: Given) -> CertificateChain:
    """CT-KDH of a sender with a certificate of its own.

    Which keyUsage AWS writes into its signing certificates is not public; see `verify_credential`.

    Raises:
        TrustError: it does not chain to its root, or is out of date.
    """
    chain: CertificateChain = given["kdh_credential"].chain
    pki.verify_chain(
        chain.certificate,
        chain.issuers,
        chain.issuers[-1:],
        at=scene.clock(),
        purpose="sign",
        allow_other_purpose=True,
    )
    return chain


def trust_kdh(scene: Scene, given: Given) -> TrustAnchor:
    search = "kdh_credential" in given or not scene.authority.new_root
    anchor: TrustAnchor = scene.krd.trust(given["kdh_chain"], scene.mark, search=search)
    return anchor


def offer_credential(scene: Scene, _given: Given) -> KrdCredential:
    credential: KrdCredential = scene.krd.offer_krd_credential()
    return credential


def verify_credential(scene: Scene, given: Given) -> CertificateChain:
    """Verify the receiver's certificate before a key is wrapped for it.

    Which keyUsage AWS writes into its wrapping certificates is not public (the user guide shows them cut off, its
    samples hold none), so one that does not name keyEncipherment is taken, and the report says so.

    Raises:
        TrustError: it does not chain to its root, is out of date, or is an authority's.
        FormatError: its key is not an RSA key of 2048, 3072 or 4096 bits.
        RuleError: rule kek-strength: its key is weaker than the key to send.
    """
    chain: CertificateChain = given["credential"].chain
    report = pki.verify_chain(
        chain.certificate,
        chain.issuers,
        chain.issuers[-1:],
        at=scene.clock(),
        purpose="wrap",
        allow_other_purpose=True,
    )
    wrapping = pki.rsa_algorithm(pki.rsa_public_key(pki.load(chain.certificate)), "the receiver's certificate")
    scene.require_strength(wrapping, scene.key.attributes.algorithm, "the receiver's wrapping key")
    return replace(chain, findings=findings_of(report))


def accept_sender(scene: Scene, given: Given) -> TrustAnchor:
    anchor: TrustAnchor = scene.krd.accept_sender(given["kdh_chain"].certificate, scene.exchange_dir)
    return anchor


def accept_receiver(scene: Scene, given: Given) -> AcceptedKey:
    accepted: AcceptedKey = scene.kdh.accept_receiver(given["verified"].certificate, scene.exchange_dir)
    return accepted


def trust_receiver(scene: Scene, given: Given) -> TrustAnchor:
    anchor: TrustAnchor = scene.kdh.trust_receiver(given["verified"], scene.made_mark)
    return anchor


def find_receiver_trust(scene: Scene, given: Given, _since: datetime) -> TrustAnchor | None:
    """What an earlier attempt left at the sender, when all of it is there."""
    found: TrustAnchor | None = scene.kdh.find_trust(given["verified"])
    return found


def seal_key(scene: Scene, given: Given) -> SealedKey:
    certificate = given["kdh_chain"].certificate
    sealed: SealedKey = scene.kdh.seal_new_key(
        scene.key.attributes, kdh_certificate=certificate, receiver=given["receiver"]
    )
    return sealed


def take_key(scene: Scene, given: Given) -> KeyToMove:
    """The key that was made in the act of sealing it."""
    held: HeldKey = given["sealed"].key
    return replace(scene.key, reference=held.reference, kcv=held.kcv)


def send_key_token(scene: Scene, given: Given) -> KeyToken:
    """KT-KDH: the token, read and verified again before it is kept.

    Raises:
        TrustError, FormatError: it is not what a receiver would take, or both sides have one key pair.
        RuleError: rule attributes-kept: its header is not what the reviewed file says.
        KcvMismatchError: the sender itself states another check value than before.
    """
    chain: CertificateChain = given["kdh_chain"]
    tr34.require_two_certificates(chain.certificate, given["verified"].certificate)
    nonce = scene.nonces.draw()
    token: KeyToken = scene.kdh.export_tr34(
        given["key"],
        signing_key=given["kdh_credential"].signing_key if "kdh_credential" in given else given["signing_key"],
        kdh_certificate=chain.certificate,
        krd_certificate=given["verified"].certificate,
        nonce=nonce,
        krd_issuers=given["verified"].issuers,
        **{name: given[name] for name in ("receiver", "receiver_anchor", "sealed") if name in given},
    )
    read = tr34.read(token.der)
    report = tr34.verify_sender(
        read,
        kdh_certificate=chain.certificate,
        issuers=chain.issuers,
        anchors=chain.issuers[-1:],
        at=scene.clock(),
    )
    tr34.verify(read, kdh_certificate=chain.certificate, nonce=nonce)
    header, _ = tr31.parse_header(read.header)
    key: KeyToMove = given["key"]
    require_header(header, key.attributes, "token")
    assert key.kcv is not None
    require_equal_kcv(token.kcv, key.kcv, key=key.name, left_name="in the sender's reply", right_name="before")
    return replace(token, findings=findings_of(report))


def receive_key_token(scene: Scene, given: Given) -> HeldKey:
    token: KeyToken = given["token"]
    nonce = tr34.read(token.der).nonce
    held: HeldKey = scene.krd.import_tr34(
        token,
        key=given["key"],
        credential=given["credential"],
        anchor=given["anchor"] if "anchor" in given else given["accepted_sender"],
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


def _has_own_certificate(circumstances: Circumstances) -> bool:
    return circumstances.kdh_can("offer_kdh_credential")


def _is_certified(circumstances: Circumstances) -> bool:
    return not _has_own_certificate(circumstances)


def _needs_csr(circumstances: Circumstances) -> bool:
    return circumstances.needs_csr and _is_certified(circumstances)


def trusts_receiver(circumstances: Circumstances) -> bool:
    """Whether the sender wraps keys only for certificates whose authority it trusts."""
    return circumstances.kdh_can("trust_receiver")


def _seals_new_key(circumstances: Circumstances) -> bool:
    return not circumstances.key.reference and circumstances.kdh_can("seal_new_key")


def _accepts_sender(circumstances: Circumstances) -> bool:
    return circumstances.krd_can("accept_sender")


def _accepts_receiver(circumstances: Circumstances) -> bool:
    return circumstances.kdh_can("accept_receiver")


def _is_provided(step: Step) -> Step:
    """A step of PROVIDE_KEY, but not when the key is made by being sealed."""
    return replace(step, when=lambda circumstances: step.when(circumstances) and not _seals_new_key(circumstances))


def _common_name(scene: Scene) -> str:
    return f"keyexchange KDH {scene.run}"


TRUST_RECEIVER = Step(
    "trust-receiver",
    "trust the authority that certified the receiver",
    "kdh",
    "trust_receiver",
    trust_receiver,
    needs=("verified",),
    gives="receiver_anchor",
    reconcile=find_receiver_trust,
    when=trusts_receiver,
)

TWO_PASS = Workflow(
    "tr34-two-pass",
    (
        CHECK_ALIAS,
        Step("make-signing-key", "make an RSA key pair for signing the token", "kdh", "make_signing_key",
             make_signing_key, gives="signing_key", when=_is_certified),
        Step("make-csr", "make a certification request, when the authority takes one", "kdh", "make_csr",
             make_csr, needs=("signing_key",), gives="csr", when=_needs_csr),
        Step("certify", "have the sender's signing key certified (CT-KDH)", "authority", "certify",
             certify, needs=("signing_key", "csr"), gives="kdh_chain", fresh=in_date, when=_is_certified),
        Step("offer-kdh-credential", "ask the sender for its signing certificate (CT-KDH)", "kdh",
             "offer_kdh_credential", offer_kdh_credential, gives="kdh_credential", fresh=still_valid,
             when=_has_own_certificate),
        Step("verify-kdh-credential", "check chain, dates and use of the sender's certificate", "both", "",
             verify_kdh_credential, needs=("kdh_credential",), gives="kdh_chain", when=_has_own_certificate),
        Step("trust-kdh", "trust the authority that certified the sender", "krd", "trust",
             trust_kdh, needs=("kdh_chain",), gives="anchor", reconcile=find_trust,
             when=lambda circumstances: not _accepts_sender(circumstances)),
        Step("accept-sender", "have the officers of the receiver accept the sender's key", "krd", "accept_sender",
             accept_sender, needs=("kdh_chain",), gives="accepted_sender", when=_accepts_sender),
        Step("offer-credential", "ask the receiver for its wrapping certificate (CT-KRD)", "krd",
             "offer_krd_credential", offer_credential, gives="credential", fresh=still_valid),
        Step("verify-credential", "check chain, dates and use of the receiver's certificate", "both", "",
             verify_credential, needs=("credential",), gives="verified"),
        Step("accept-receiver", "have the officers of the sender accept the receiver's key", "kdh", "accept_receiver",
             accept_receiver, needs=("verified",), gives="receiver", when=_accepts_receiver),
        TRUST_RECEIVER,
        *map(_is_provided, PROVIDE_KEY),
        Step("seal-key", "make the key, sealed for the receiver", "kdh", "seal_new_key",
             seal_key, needs=("kdh_chain", "receiver"), gives="sealed", when=_seals_new_key),
        Step("take-key", "take the key that was sealed", "both", "",
             take_key, needs=("sealed",), gives="key", when=_seals_new_key),
        Step("send-key-token", "export the key in a TR-34 token (KT-KDH), verify it", "kdh", "export_tr34",
             send_key_token, needs=("key", "signing_key", "kdh_credential", "kdh_chain", "verified", "receiver",
                                    "receiver_anchor", "sealed"), gives="token",
             renew=("kdh_credential", "receiver_anchor")),
        Step("receive-key-token", "import the TR-34 token", "krd", "import_tr34",
             receive_key_token, needs=("token", "key", "credential", "anchor", "accepted_sender", "kdh_chain"),
             gives="held", reconcile=find_received, renew=("credential", "anchor"), final=True),
        Step("compare-kcv", "compare the check values of both sides", "both", "",
             compare_kcv("token", "held"), needs=("token", "held"), gives="kcv"),
        Step("set-alias", "name the key at the receiver", "krd", "set_alias",
             set_alias("held"), needs=("held",), gives="named", when=has_alias),
    ),
)  # fmt: skip
