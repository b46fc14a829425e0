"""The service as KDH: ExportKey in its four forms, and what has to be there before.

Source: AWS Payment Cryptography API reference, ExportKey; user guide, "Export keys".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from keyexchange.errors import RuleError, UnsupportedError
from keyexchange.keys import Kcv, KcvMethod
from keyexchange.protocols.abilities import sends
from keyexchange.protocols.messages import (
    AgreementCredential,
    AgreementTerms,
    CertificateChain,
    HeldKey,
    ImportMark,
    KdhCredential,
    KeyBlock,
    KeyCryptogram,
    KeyToken,
    KeyToMove,
    SigningKey,
    TrustAnchor,
)

from . import materials
from .attributes import kcv_method
from .client import AwsClient
from .keys import as_tag_list, find_made, imported_key, mark_tags, require_usable
from .trust import find_chain, import_chain, read_kdh_credential

_WRAPPING = {"K0", "K1"}
_SIGNING_ALGORITHM = "RSA_2048"
"""The only one. Source: API reference, GetParametersForExport."""


def _require_same(held: HeldKey, key: KeyToMove) -> None:
    """The key is what the file says; of a KEK it counts only that it wraps, as each side has its own words for that."""
    found, wanted = held.attributes, key.attributes
    assert found is not None  # the service tells them
    wraps = {found.key_usage, wanted.key_usage} <= _WRAPPING
    same = (found.key_usage, found.mode_of_use) == (wanted.key_usage, wanted.mode_of_use) or wraps
    if not same or found.algorithm != wanted.algorithm:
        raise RuleError(
            f"key {key.name} is {found.describe()} at apc, and {wanted.describe()} in the reviewed file",
            rule="attributes-kept",
            hint="correct the reviewed file, or name another key",
        )


class Sending:
    """The abilities of a KDH. Keys are named by ARN or alias.

    Args:
        client: calls the control plane.
        pinned: path of the root that the service's own certificates must chain to, or empty.
    """

    def __init__(self, client: AwsClient, pinned: str) -> None:
        self._client = client
        self._pinned = pinned

    @sends("CreateKey")
    def make_kept_key(self, key: KeyToMove, mark: ImportMark) -> HeldKey:
        """See `MakesKeptKeys`. The key is exportable, or it could not be sent."""
        answer = self._client.call(
            "CreateKey",
            KeyAttributes=materials.key_attributes(key.attributes),
            KeyCheckValueAlgorithm=kcv_method(key.attributes.algorithm),
            Exportable=True,
            Enabled=True,
            Tags=as_tag_list({**dict(key.tags), **mark_tags(mark)}),
        )
        return imported_key(answer)

    @sends("ListKeys", "GetKey", "ListTagsForResource")
    def find_kept_key(self, key: KeyToMove, mark: ImportMark, since: datetime) -> HeldKey | None:
        """See `MakesKeptKeys`."""
        return find_made(self._client, mark, materials.key_attributes(key.attributes), since)

    @sends("GetKey")
    def key_check_value(self, key: KeyToMove) -> Kcv:
        """See `ShowsKcv`.

        Raises:
            RuleError: rules `key-usable`: it is not enabled, or waits to be deleted; `attributes-kept`: it is not
                what the reviewed file says. A cryptogram carries no header that would tell the receiver.
            UnsupportedError: the check value was made in another way than the receiver's will be.
        """
        answer = self._client.call("GetKey", KeyIdentifier=key.reference)
        held = imported_key(answer)
        require_usable(answer)
        _require_same(held, key)
        kcv = held.kcv
        wanted = KcvMethod.for_algorithm(key.attributes.algorithm)
        if kcv.method is not wanted:
            raise UnsupportedError(
                f"apc holds key {key.name} with a check value of the kind {kcv.method}; {wanted} can be compared",
                hint=f"does `algorithm` in the reviewed file name the key's own? It was created with {kcv.method}",
            )
        return kcv

    @sends("GetParametersForExport")
    def offer_kdh_credential(self) -> KdhCredential:
        """See `OffersKdhCredential`. The export token names the private key."""
        answer = self._client.call(
            "GetParametersForExport", KeyMaterialType="TR34_KEY_BLOCK", SigningKeyAlgorithm=_SIGNING_ALGORITHM
        )
        return read_kdh_credential(answer, self._pinned)

    @sends("ListKeys", "ListTagsForResource", "ImportKey (RootCertificatePublicKey, TrustedCertificatePublicKey)")
    def trust_receiver(self, chain: CertificateChain, mark: ImportMark) -> TrustAnchor:
        """See `TrustsReceivers`."""
        return import_chain(self._client, chain, mark, search=True)

    @sends("ListKeys", "ListTagsForResource", "ImportKey (RootCertificatePublicKey, TrustedCertificatePublicKey)")
    def trust_peer(self, chain: CertificateChain, mark: ImportMark) -> TrustAnchor:
        """See `TrustsAgreementPeers`."""
        return import_chain(self._client, chain, mark, search=True)

    @sends("ListKeys", "ListTagsForResource")
    def find_trust(self, chain: CertificateChain) -> TrustAnchor | None:
        """See `abilities.TrustsCertificates`."""
        return find_chain(self._client, chain)

    @sends("ExportKey (Tr34KeyBlock)")
    def export_tr34(
        self,
        key: KeyToMove,
        *,
        signing_key: SigningKey,
        kdh_certificate: bytes,  # noqa: ARG002 (the service has its own)
        krd_certificate: bytes,
        nonce: bytes,
        krd_issuers: tuple[bytes, ...] = (),
        receiver_anchor: TrustAnchor | None = None,
    ) -> KeyToken:
        """See `ExportsTr34.export_tr34`."""
        material = {
            **materials.receiver(CertificateChain(krd_certificate, krd_issuers), receiver_anchor),
            "ExportToken": signing_key.reference.decode("ascii"),
            "KeyBlockFormat": "X9_TR34_2012",
            "RandomNonce": nonce.hex().upper(),
            **materials.headers(key.attributes),
        }
        answer = self._client.call(
            "ExportKey", ExportKeyIdentifier=key.reference, KeyMaterial={"Tr34KeyBlock": material}
        )
        der, kcv = materials.wrapped_octets(answer)
        return KeyToken(der, kcv, "x9_tr34_2012")

    @sends("ExportKey (Tr31KeyBlock)")
    def export_tr31(self, key: KeyToMove, *, kek: KeyToMove) -> KeyBlock:
        """See `ExportsTr31.export_tr31`."""
        material = {"WrappingKeyIdentifier": kek.reference, **materials.headers(key.attributes)}
        answer = self._client.call(
            "ExportKey", ExportKeyIdentifier=key.reference, KeyMaterial={"Tr31KeyBlock": material}
        )
        return KeyBlock(*materials.wrapped(answer))

    @sends("ExportKey (KeyCryptogram)")
    def export_rsa(
        self, key: KeyToMove, *, receiver: CertificateChain, spec: str, anchor: TrustAnchor | None
    ) -> KeyCryptogram:
        """See `ExportsRsa.export_rsa`."""
        material = {**materials.receiver(receiver, anchor), "WrappingSpec": spec}
        answer = self._client.call(
            "ExportKey", ExportKeyIdentifier=key.reference, KeyMaterial={"KeyCryptogram": material}
        )
        octets, kcv = materials.wrapped_octets(answer)
        return KeyCryptogram(octets, spec, kcv)

    @sends("ExportKey (DiffieHellmanTr31KeyBlock)")
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
        material = {**materials.agreement(own, peer, terms, anchor), **materials.headers(key.attributes)}
        answer = self._export("DiffieHellmanTr31KeyBlock", material, key)
        return KeyBlock(*materials.wrapped(answer))

    def _export(self, kind: str, material: Mapping[str, Any], key: KeyToMove) -> Mapping[str, Any]:
        return self._client.call("ExportKey", ExportKeyIdentifier=key.reference, KeyMaterial={kind: material})
