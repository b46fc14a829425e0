"""RSA wrap: a key goes from the KDH to the KRD under the KRD's RSA key, padded by OAEP. Nothing is signed.

A cryptogram carries no header: what the key is and may do travels in the reviewed file, and whoever holds the
receiver's public key could have made it. So the check value is all that proves whose key arrived; TR-34 proves more.

Source: RFC 8017, 7.1 (RSAES-OAEP); AWS Payment Cryptography API reference, ImportKeyCryptogram and ExportKeyCryptogram.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from keyexchange import pki
from keyexchange.errors import ProtocolError
from keyexchange.keys import KeyAlgorithm
from keyexchange.protocols.chains import findings_of, still_valid
from keyexchange.protocols.messages import (
    CertificateChain,
    HeldKey,
    KeyCryptogram,
    KeyToMove,
    KrdCredential,
)
from keyexchange.protocols.steps import (
    CHECK_ALIAS,
    PROVIDE_KEY,
    Given,
    Scene,
    Step,
    Workflow,
    compare_kcv,
    find_import,
    has_alias,
    require_equal_kcv,
    set_alias,
)
from keyexchange.protocols.tr34 import TRUST_RECEIVER


def offer_rsa_credential(scene: Scene, _given: Given) -> KrdCredential:
    credential: KrdCredential = scene.krd.offer_rsa_credential()
    return credential


def verify_credential(scene: Scene, given: Given) -> CertificateChain:
    """Verify the receiver's certificate before a key is wrapped for it; its keyUsage as in `tr34.verify_credential`.

    Raises:
        TrustError: it does not chain to its root, is out of date, or is an authority's.
        FormatError: its key is not an RSA key of 2048, 3072 or 4096 bits.
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
    _receiving_key(chain)
    return replace(chain, findings=findings_of(report))


def send_cryptogram(scene: Scene, given: Given) -> KeyCryptogram:
    """Export the key under the receiver's RSA key.

    Raises:
        RuleError: rule kek-strength: the RSA key is weaker than the key.
        ProtocolError: what came is not as long as the receiver's modulus.
        KcvMismatchError: the sender itself states another check value than before.
    """
    key: KeyToMove = given["key"]
    receiver: CertificateChain = given["verified"]
    wrapping = _receiving_key(receiver)
    scene.require_strength(wrapping, key.attributes.algorithm, "the receiver's wrapping key")
    cryptogram: KeyCryptogram = scene.kdh.export_rsa(
        key, receiver=receiver, spec=scene.wrapping_spec, anchor=given.get("receiver_anchor")
    )
    if len(cryptogram.octets) * 8 != int(wrapping.removeprefix("RSA_")):
        raise ProtocolError(f"the sender's cryptogram is not as long as the receiver's {wrapping} key")
    assert key.kcv is not None
    require_equal_kcv(cryptogram.kcv, key.kcv, key=key.name, left_name="in the sender's reply", right_name="before")
    return cryptogram


def receive_cryptogram(scene: Scene, given: Given) -> HeldKey:
    held: HeldKey = scene.krd.import_rsa(
        given["cryptogram"], key=given["key"], credential=given["credential"], mark=scene.mark
    )
    return held


def find_received(scene: Scene, given: Given, since: datetime) -> HeldKey | None:
    return find_import(scene, given["cryptogram"].kcv, since)


def _receiving_key(chain: CertificateChain) -> KeyAlgorithm:
    return pki.rsa_algorithm(pki.rsa_public_key(pki.load(chain.certificate)), "the receiver's certificate")


RSA_RECEIVER = Workflow(
    "rsa-receiver",
    (
        Step("offer-rsa-credential", "ask the receiver for its wrapping certificate", "krd", "offer_rsa_credential",
             offer_rsa_credential, gives="credential", fresh=still_valid),
        Step("verify-rsa-credential", "check chain, dates and use of the receiver's certificate", "both", "",
             verify_credential, needs=("credential",), gives="verified"),
        TRUST_RECEIVER,
    ),
)  # fmt: skip
"""Once for a run: the key under which all others are wrapped."""

RSA_WRAP = Workflow(
    "rsa-wrap",
    (
        CHECK_ALIAS,
        *PROVIDE_KEY,
        Step("send-cryptogram", "export the key under the receiver's RSA key", "kdh", "export_rsa",
             send_cryptogram, needs=("key", "verified", "receiver_anchor"), gives="cryptogram",
             renew=("receiver_anchor",)),
        Step("receive-cryptogram", "import the cryptogram", "krd", "import_rsa",
             receive_cryptogram, needs=("cryptogram", "key", "credential"), gives="held", reconcile=find_received,
             renew=("credential",), final=True),
        Step("compare-kcv", "compare the check values of both sides", "both", "",
             compare_kcv("cryptogram", "held"), needs=("cryptogram", "held"), gives="kcv"),
        Step("set-alias", "name the key at the receiver", "krd", "set_alias",
             set_alias("held"), needs=("held",), gives="named", when=has_alias),
    ),
    given=("credential", "verified", "receiver_anchor"),
)  # fmt: skip
