"""The payShield in exchanges without a KEK: keys under RSA keys (GK, GI), and under a key agreed by ECDH (FY, IG)."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keyexchange import pki
from keyexchange.crypto.rsa import public_pkcs1
from keyexchange.errors import UnsupportedError
from keyexchange.keys import Kcv, KcvMethod, KeyAlgorithm, KeyAttributes
from keyexchange.protocols.abilities import sends
from keyexchange.protocols.messages import (
    AgreementCredential,
    AgreementKey,
    AgreementTerms,
    CertificateChain,
    HeldKey,
    ImportMark,
    KeyBlock,
    KeyCryptogram,
    KeyToMove,
    KrdCredential,
    TrustAnchor,
)

from .client import Client
from .commands import AgreeKey, GenerateEccPair, NewKeyAttributes, PublicKeyAttributes
from .dialects import ALGORITHM_CODES, KEY_MANAGEMENT, Dialect
from .moving import MovingBlocks
from .receiving import certified
from .settings import PayshieldSettings

_CURVES = {KeyAlgorithm.ECC_NIST_P256: "00", KeyAlgorithm.ECC_NIST_P384: "01", KeyAlgorithm.ECC_NIST_P521: "02"}
_FUNCTIONS = {"NIST_SP800": "1", "ANSI_X963": "2"}
_HASHES = {"SHA_256": "06"}
_DEFAULT_LMK = (None, "00")
"""As the HSM leaves the factory; who has another default leaves the identifier away.

Source: AWS samples-for-payment-cryptography-service, key_exchange/hsm/payshield, which sends %00 in FY and A8 and none
in IG.
"""
_AGREEING = PublicKeyAttributes(mode_of_use="X", key_version_number="00", exportability="S")
_DERIVED = ("K1", "B", "E")
"""Usage, mode of use and exportability of the derived key. Source: AWS's sample, key_exchange/hsm/payshield."""


class Exchanging(MovingBlocks):
    """Abilities that need no KEK.

    Args:
        settings: checked settings.
        client: speaks to the HSM.
        dialect: words the commands.
    """

    def __init__(self, settings: PayshieldSettings, client: Client, dialect: Dialect) -> None:
        super().__init__(client, dialect)
        self._settings = settings

    def receiving_algorithm(self) -> KeyAlgorithm:
        """See `KnowsReceivingKey.receiving_algorithm`."""
        return KeyAlgorithm(f"RSA_{self._settings.receiving_key_bits}")

    def agreement_refusal(self, terms: AgreementTerms) -> str | None:
        """See `JudgesAgreements.agreement_refusal`: what IG has no word for."""
        if terms.hash not in _HASHES:
            return f"IG has no hash {terms.hash}: it is to be one of {', '.join(_HASHES)}"
        if self._settings.key_block_lmk_identifier not in _DEFAULT_LMK:
            return (
                "IG carries no LMK identifier, so it works under the HSM's default LMK only, and "
                f"key_block_lmk_identifier is {self._settings.key_block_lmk_identifier}"
            )
        return None

    @sends("EO", "GK")
    def export_rsa(
        self,
        key: KeyToMove,
        *,
        receiver: CertificateChain,
        spec: str,
        anchor: TrustAnchor | None,  # noqa: ARG002 (EO takes the receiver's key as it is)
    ) -> KeyCryptogram:
        """See `ExportsRsa.export_rsa`. GK compares the check value with the key, so it is the one it states."""
        der = public_pkcs1(pki.rsa_public_key(pki.load(receiver.certificate)))
        authenticated = self._client.send(self._dialect.authenticate(der)).public_key
        kcv = key.kcv or self.key_check_value(key)
        reply = self._client.send(self._dialect.export_rsa(key, authenticated, kcv=kcv.digits, spec=spec))
        return KeyCryptogram(reply.wrapped, spec, kcv)

    @sends("EI")
    def offer_rsa_credential(self) -> KrdCredential:
        """See `OffersRsaCredential`: a new pair, certified by an authority that is made for it and forgotten."""
        pair = self._new_pair(self._dialect.generate_pair(self._settings.receiving_key_bits, KEY_MANAGEMENT))
        return certified(pair)

    @sends("GI")
    def import_rsa(
        self,
        cryptogram: KeyCryptogram,
        *,
        key: KeyToMove,
        credential: KrdCredential,
        mark: ImportMark,  # noqa: ARG002 (nothing stays in the HSM)
    ) -> HeldKey:
        """See `ImportsRsa.import_rsa`."""
        private_key = base64.b64decode(credential.token)
        reply = self._client.send(self._dialect.import_rsa(cryptogram.octets, cryptogram.spec, key, private_key))
        return self._arrived(reply.key, reply.kcv, key)

    @sends("FY")
    def make_agreement_key(self, curve: KeyAlgorithm) -> AgreementKey:
        """See `MakesAgreementKeys`."""
        reply = self._client.send(
            GenerateEccPair(curve=_known(_CURVES, curve, "curve"), lmk=self._settings.lmk, attributes=_AGREEING)
        )
        return AgreementKey(reply.public_key, reply.private_key.encode("ascii"))

    @sends("IG", "A8")
    def export_ecdh(
        self,
        key: KeyToMove,
        *,
        own: AgreementCredential,
        peer: CertificateChain,
        terms: AgreementTerms,
        anchor: TrustAnchor | None,  # noqa: ARG002 (IG takes the other side's key as it is)
    ) -> KeyBlock:
        """See `ExportsEcdh.export_ecdh`. The agreed key is derived anew, used, and forgotten."""
        return self.export_tr31(key, kek=_as_kek(self._agreed(own, peer, terms), terms))

    @sends("IG", "A6")
    def import_ecdh(
        self,
        block: KeyBlock,
        *,
        key: KeyToMove,
        own: AgreementCredential,
        peer: CertificateChain,
        terms: AgreementTerms,
        anchor: TrustAnchor | None,  # noqa: ARG002 (see `export_ecdh`)
        mark: ImportMark,
    ) -> HeldKey:
        """See `ImportsEcdh.import_ecdh`."""
        return self.import_tr31(block, key=key, kek=self._agreed(own, peer, terms), mark=mark)

    def _agreed(self, own: AgreementCredential, peer: CertificateChain, terms: AgreementTerms) -> HeldKey:
        usage, mode, exportability = _DERIVED
        request = AgreeKey(
            public_key=pki.load(peer.certificate)
            .public_key()
            .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            private_key=own.reference.decode("ascii"),
            derivation=_known(_FUNCTIONS, terms.function, "key derivation function"),
            hash=_known(_HASHES, terms.hash, "hash"),
            shared_information=terms.shared_information.hex().upper().encode("ascii"),
            bits=f"{8 * terms.algorithm.octets:05d}",
            attributes=NewKeyAttributes(
                key_usage=usage,
                algorithm=_known(ALGORITHM_CODES, terms.algorithm, "algorithm of a derived key"),
                mode_of_use=mode,
                key_version_number="00",
                exportability=exportability,
            ),
        )
        reply = self._client.send(request)
        return HeldKey(reply.key, Kcv(reply.kcv.hex().upper(), KcvMethod.for_algorithm(terms.algorithm)))


def _as_kek(agreed: HeldKey, terms: AgreementTerms) -> KeyToMove:
    usage, mode, exportability = _DERIVED
    return KeyToMove("the agreed key", agreed.reference, KeyAttributes(usage, terms.algorithm, mode, exportability))


def _known(codes: dict[str, str] | dict[KeyAlgorithm, str], name: str, what: str) -> str:
    found = {str(known): code for known, code in codes.items()}
    if name not in found:
        raise UnsupportedError(f"a payShield has no {what} {name}", hint=f"one of {', '.join(found)}")
    return found[name]
