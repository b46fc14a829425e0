"""ECDH with a Futurex HSM, in either role: its key pair, its trust in the other side, and keys under the agreed KEK.

The HSM derives the KEK (SDDH) and gives it out under its PMK. That text is kept for as long as the adapter object
lives, so that the keys of one run go under one derivation, and is written down nowhere.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keyexchange.errors import RuleError
from keyexchange.keys import KeyAlgorithm, require_kek_strength
from keyexchange.protocols.abilities import sends
from keyexchange.protocols.messages import (
    AgreementCredential,
    AgreementKey,
    AgreementTerms,
    CertificateChain,
    Csr,
    HeldKey,
    ImportMark,
    KeyBlock,
    KeyToMove,
    TrustAnchor,
)

from .client import Client
from .commands import AgreeKey, GenerateEccPair, ImportKey, TrustCertificate
from .commands.values import CURVES, TYPE_OF_KEY
from .sending import Sending
from .wording import HASH_CODES, KDF_CODES, ec_key, held_key

_AGREE = "X"
_CURVE_CODES = {algorithm: code for code, algorithm in CURVES.items()}
_Terms = tuple[bytes, bytes, AgreementTerms]


class Agreeing(Sending):
    """The abilities of ECDH.

    Args:
        client: speaks to the HSM.
    """

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._agreed: dict[_Terms, str] = {}

    def agreement_refusal(self, terms: AgreementTerms) -> str | None:
        """See `JudgesAgreements.agreement_refusal`: a rule set aside by the reviewed file binds the HSM no less."""
        try:
            require_kek_strength(terms.curve, terms.algorithm)
        except RuleError:
            return f"SDDH derives no {terms.algorithm} key from a pair on {terms.curve}, which is weaker (error 64)"
        return None

    @sends("GECC")
    def make_agreement_key(self, curve: KeyAlgorithm) -> AgreementKey:
        """See `MakesAgreementKeys`. The private key comes back under the PMK."""
        reply = self._client.send(GenerateEccPair(curve=_CURVE_CODES[curve], mode=_AGREE))
        public_key = ec_key(reply.public_key, curve)
        spki = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return AgreementKey(spki, reply.private_key.encode("ascii"))

    @sends("ASYR")
    def make_agreement_csr(self, key: AgreementKey, common_name: str) -> Csr:
        """See `MakesAgreementCsrs`. The pair for key agreement signs its own request."""
        return self._request(key, common_name, "critical,keyAgreement")

    @sends("AVPC")
    def trust_peer(self, chain: CertificateChain, mark: ImportMark) -> TrustAnchor:  # noqa: ARG002
        """See `TrustsAgreementPeers`. The anchor is the issuer's key under the PMK; nothing stays in the HSM."""
        return TrustAnchor(self._trusted(chain.issuers), ())

    def find_trust(self, chain: CertificateChain) -> TrustAnchor | None:  # noqa: ARG002
        """See `TrustsCertificates.find_trust`: nothing stays in the HSM."""
        return None

    @sends("AVPC", "SDDH", "TWKA")
    def export_ecdh(
        self,
        key: KeyToMove,
        *,
        own: AgreementCredential,
        peer: CertificateChain,
        terms: AgreementTerms,
        anchor: TrustAnchor | None,
    ) -> KeyBlock:
        """See `ExportsEcdh.export_ecdh`."""
        return self._exported(key, self._agreed_kek(own, peer, terms, anchor), terms.algorithm)

    @sends("AVPC", "SDDH", "TWKS")
    def import_ecdh(
        self,
        block: KeyBlock,
        *,
        key: KeyToMove,
        own: AgreementCredential,
        peer: CertificateChain,
        terms: AgreementTerms,
        anchor: TrustAnchor | None,
        mark: ImportMark,  # noqa: ARG002
    ) -> HeldKey:
        """See `ImportsEcdh.import_ecdh`. The key comes back under the PMK: the report names it."""
        reply = self._client.send(ImportKey(kek=self._agreed_kek(own, peer, terms, anchor), key=block.text))
        return held_key(reply.key, reply.kcv, key.attributes.algorithm)

    def _agreed_kek(
        self, own: AgreementCredential, peer: CertificateChain, terms: AgreementTerms, anchor: TrustAnchor | None
    ) -> str:
        """The derived KEK under the PMK."""
        assert anchor is not None  # the workflows give it to a side that has `trust_peer`
        what = (own.reference, peer.certificate, terms)
        if what not in self._agreed:
            self._agreed[what] = self._derived(own, self._trusted_peer(peer, anchor), terms)
        return self._agreed[what]

    def _trusted_peer(self, peer: CertificateChain, anchor: TrustAnchor) -> str:
        wanted = TrustCertificate(mode=_AGREE, issuer=anchor.reference, certificate=peer.certificate)
        return self._client.send(wanted).trusted_key

    def _derived(self, own: AgreementCredential, peer: str, terms: AgreementTerms) -> str:
        wanted = AgreeKey(
            key_type=TYPE_OF_KEY[terms.algorithm],
            hash=HASH_CODES[terms.hash],
            shared_information=terms.shared_information,
            kdf=KDF_CODES[terms.function],
            private_key=own.reference.decode("ascii"),
            peer=peer,
        )
        return self._client.send(wanted).key
