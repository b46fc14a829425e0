"""ECDH: both sides derive one key of their key pairs, and keys go from the KDH to the KRD in TR-31 blocks under it.

Each side's half is certified: by an authority of the run, or by the side itself. The derived key never leaves a side
and is never recorded: each derives it anew for each key, of what the journal holds in public.

Source: NIST SP 800-56A rev. 3, 5.7.1.2 (ECC CDH) and 6.3 (two static key pairs, C(0e, 2s)); ANSI X9.63 KDF; AWS
Payment Cryptography user guide, "Importing keys with ECDH".
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from keyexchange import pki, tr31
from keyexchange.errors import TrustError
from keyexchange.protocols.chains import findings_of, half_in_date
from keyexchange.protocols.messages import (
    AgreementCredential,
    AgreementKey,
    AgreementTerms,
    CertificateChain,
    CertificationRequest,
    Csr,
    HeldKey,
    ImportMark,
    KeyBlock,
    KeyToMove,
    Role,
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


def set_terms(scene: Scene, _given: Given) -> AgreementTerms:
    """The reviewed terms, with shared information that no other run has.

    Both pairs are static, so it alone keeps the derived keys of two runs apart: as many random octets as the key has.
    Source: NIST SP 800-56A rev. 3, 5.4 and 6.3 (a nonce at least as long as the strength that is wanted).
    """
    assert scene.agreement is not None
    return replace(scene.agreement, shared_information=secrets.token_bytes(scene.agreement.algorithm.octets))


def send_key_block(scene: Scene, given: Given) -> KeyBlock:
    """Export the key under the agreed key and look at what came.

    Raises:
        RuleError: rules kek-strength; attributes-kept: the block's header is not what the reviewed file says.
        KcvMismatchError: the sender itself states another check value than before.
    """
    key: KeyToMove = given["key"]
    terms: AgreementTerms = given["terms"]
    for algorithm, name in ((terms.curve, "the curve of the key agreement"), (terms.algorithm, "the agreed key")):
        scene.require_strength(algorithm, key.attributes.algorithm, name)
    block: KeyBlock = scene.kdh.export_ecdh(
        key,
        own=given["kdh_agreement"],
        peer=given["krd_verified"],
        terms=terms,
        anchor=given.get("krd_anchor"),
    )
    require_header(tr31.parse(block.text).header, key.attributes, "block")
    assert key.kcv is not None
    require_equal_kcv(block.kcv, key.kcv, key=key.name, left_name="in the sender's reply", right_name="before")
    return block


def receive_key_block(scene: Scene, given: Given) -> HeldKey:
    held: HeldKey = scene.krd.import_ecdh(
        given["block"],
        key=given["key"],
        own=given["krd_agreement"],
        peer=given["kdh_verified"],
        terms=given["terms"],
        anchor=given.get("kdh_anchor"),
        mark=scene.mark,
    )
    return held


def find_received(scene: Scene, given: Given, since: datetime) -> HeldKey | None:
    return find_import(scene, given["block"].kcv, since)


@dataclass(frozen=True)
class _Half:
    """One side's part of the agreement; the same steps for both.

    Args:
        role: "kdh" or "krd".
        title: "sender" or "receiver".
        other: the role of the other side.
    """

    role: Role
    title: str
    other: Role

    def side(self, scene: Scene) -> Any:
        return getattr(scene, self.role)

    def can(self, ability: str) -> Callable[[Circumstances], bool]:
        return lambda circumstances: hasattr(getattr(circumstances, self.role), ability)

    def lacks(self, ability: str) -> Callable[[Circumstances], bool]:
        return lambda circumstances: not hasattr(getattr(circumstances, self.role), ability)

    def mark(self, scene: Scene) -> ImportMark:
        return ImportMark(scene.run, f"agreement ({self.title})")

    def offer(self, scene: Scene, given: Given) -> AgreementCredential:
        made: AgreementCredential = self.side(scene).offer_agreement_credential(given["terms"], self.mark(scene))
        return made

    def find(self, scene: Scene, given: Given, since: datetime) -> AgreementCredential | None:
        found: AgreementCredential | None = self.side(scene).find_agreement_credential(
            given["terms"], self.mark(scene), since
        )
        return found

    def make_key(self, scene: Scene, given: Given) -> AgreementKey:
        made: AgreementKey = self.side(scene).make_agreement_key(given["terms"].curve)
        return made

    def make_csr(self, scene: Scene, given: Given) -> Csr:
        csr: Csr = self.side(scene).make_agreement_csr(given[f"{self.role}_pair"], self._common_name(scene))
        return csr

    def certify(self, scene: Scene, given: Given) -> AgreementCredential:
        pair: AgreementKey = given[f"{self.role}_pair"]
        request = CertificationRequest(
            scene.run,
            self._common_name(scene),
            pair,
            given.get(f"{self.role}_csr"),
            scene.exchange_dir,
            purpose="agree",
            role=self.role,
        )
        return AgreementCredential(scene.authority.certify(request), pair.reference)

    def verify(self, scene: Scene, given: Given) -> CertificateChain:
        """The certificate chains to its root, is in date, and its key is on the agreed curve.

        Which keyUsage AWS writes into the certificates of its key pairs is not public, so one without keyAgreement is
        taken, and the report says so.

        Raises:
            TrustError: chain_untrusted, expired; key_mismatch: another curve.
        """
        chain: CertificateChain = given[f"{self.role}_agreement"].chain
        report = pki.verify_chain(
            chain.certificate,
            chain.issuers,
            chain.issuers[-1:],
            at=scene.clock(),
            purpose="agree",
            allow_other_purpose=True,
        )
        self._require_curve(chain, given["terms"])
        return replace(chain, findings=findings_of(report))

    def trust(self, scene: Scene, given: Given) -> TrustAnchor:
        """This side trusts whoever certified the other one."""
        anchor: TrustAnchor = self.side(scene).trust_peer(given[f"{self.other}_verified"], self.mark(scene))
        return anchor

    def find_trust(self, scene: Scene, given: Given, _since: datetime) -> TrustAnchor | None:
        found: TrustAnchor | None = self.side(scene).find_trust(given[f"{self.other}_verified"])
        return found

    def _common_name(self, scene: Scene) -> str:
        return f"keyexchange {self.role.upper()} {scene.run}"

    def _require_curve(self, chain: CertificateChain, terms: AgreementTerms) -> None:
        if pki.curve_algorithm(pki.load(chain.certificate)) is not terms.curve:
            raise TrustError(
                f"the {self.title}'s certificate is not of a key on the agreed curve {terms.curve}",
                category="key_mismatch",
                hint="both sides need key pairs on one curve: ecdh.curve in the reviewed file",
            )


_KDH, _KRD = _Half("kdh", "sender", "krd"), _Half("krd", "receiver", "kdh")


def _half_steps(half: _Half) -> tuple[Step, ...]:
    role, title = half.role, half.title
    certified = half.lacks("offer_agreement_credential")
    return (
        Step(f"offer-{role}-agreement", f"have the {title} make a certified key pair for key agreement", role,
             "offer_agreement_credential", half.offer, needs=("terms",), gives=f"{role}_agreement",
             when=half.can("offer_agreement_credential"), reconcile=half.find, fresh=half_in_date),
        Step(f"make-{role}-agreement-key", f"have the {title} make a key pair for key agreement", role,
             "make_agreement_key", half.make_key, needs=("terms",), gives=f"{role}_pair", when=certified),
        Step(f"make-{role}-agreement-csr", f"make the {title}'s certification request, when the authority takes one",
             role, "make_agreement_csr", half.make_csr, needs=(f"{role}_pair",), gives=f"{role}_csr",
             when=lambda circumstances: circumstances.needs_csr and certified(circumstances)),
        Step(f"certify-{role}-agreement", f"have the {title}'s key pair certified", "authority", "certify",
             half.certify, needs=(f"{role}_pair", f"{role}_csr"), gives=f"{role}_agreement", fresh=half_in_date,
             when=certified),
        Step(f"verify-{role}-agreement", f"check chain, dates and use of the {title}'s certificate", "both", "",
             half.verify, needs=(f"{role}_agreement", "terms"), gives=f"{role}_verified"),
    )  # fmt: skip


def _trust_step(half: _Half) -> Step:
    return Step(
        f"trust-{half.other}-agreement",
        f"the {half.title} trusts the authority that certified the other side",
        half.role,
        "trust_peer",
        half.trust,
        needs=(f"{half.other}_verified",),
        gives=f"{half.other}_anchor",
        when=half.can("trust_peer"),
        reconcile=half.find_trust,
    )


AGREEMENT = Workflow(
    "ecdh-agreement",
    (
        Step("set-terms", "draw the shared information of the key agreement", "both", "", set_terms, gives="terms"),
        *_half_steps(_KDH),
        *_half_steps(_KRD),
        _trust_step(_KDH),
        _trust_step(_KRD),
    ),
)  # fmt: skip
"""Once for a run: both halves, and the terms."""

_AGREED = ("terms", "kdh_agreement", "krd_agreement", "kdh_verified", "krd_verified", "kdh_anchor", "krd_anchor")

ECDH = Workflow(
    "ecdh",
    (
        CHECK_ALIAS,
        *PROVIDE_KEY,
        Step("send-agreed-block", "derive the agreed key, export the key under it, check its header", "kdh",
             "export_ecdh", send_key_block,
             needs=("key", "terms", "kdh_agreement", "krd_verified", "krd_anchor"), gives="block",
             renew=("kdh_agreement", "krd_anchor")),
        Step("receive-agreed-block", "derive the agreed key, import the block", "krd", "import_ecdh",
             receive_key_block, needs=("block", "key", "terms", "krd_agreement", "kdh_verified", "kdh_anchor"),
             gives="held", reconcile=find_received, renew=("block", "krd_agreement", "kdh_anchor"), final=True),
        Step("compare-kcv", "compare the check values of both sides", "both", "",
             compare_kcv("block", "held"), needs=("block", "held"), gives="kcv"),
        Step("set-alias", "name the key at the receiver", "krd", "set_alias",
             set_alias("held"), needs=("held",), gives="named", when=has_alias),
    ),
    given=_AGREED,
)  # fmt: skip
