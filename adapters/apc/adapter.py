"""AWS Payment Cryptography as a side: its abilities as API operations.

Source: AWS Payment Cryptography API reference; user guide, "Importing and exporting keys".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from keyexchange.errors import DeviceRefusedError, ProtocolError, RuleError, UnsupportedError
from keyexchange.keys import Exportability, Kcv, KeyAlgorithm, KeyAttributes
from keyexchange.protocols import abilities
from keyexchange.protocols.abilities import sends
from keyexchange.protocols.messages import (
    ACCOUNT,
    AgreementCredential,
    AgreementTerms,
    CertificateChain,
    DeviceIdentity,
    HeldKey,
    ImportMark,
    KeyBlock,
    KeyCryptogram,
    KeyToken,
    KeyToMove,
    KrdCredential,
    TrustAnchor,
)

from . import materials
from .attributes import USAGES, kcv_method, require_known
from .client import Access, AwsClient, Trace
from .errors import CONFLICT
from .keys import as_tag_list, find_made, find_marked, imported_key, mark_tags, require_usable, tags_refusal
from .sending import Sending
from .settings import ApcSettings
from .trust import encode_certificate, import_chain, read_chain, read_credential

_TAGGED = frozenset({"import_tr34", "import_tr31", "import_rsa", "import_ecdh", "make_kept_key"})
"""What makes a key here."""


class ApcAdapter(Sending):
    """One account and region of the service. Makes its connection with the first call.

    Args:
        settings: from the reviewed file.
        client: calls the control plane.
        name: as reports call it.
    """

    def __init__(self, settings: ApcSettings, client: AwsClient, name: str = "apc") -> None:
        super().__init__(client, settings.ca_certificate)
        self.name = name
        self._settings = settings

    def refusal(self, ability: str) -> str | None:  # noqa: ARG002  # every ability works with every setting
        """See `abilities.Side`."""
        return None

    def key_refusal(self, key: KeyToMove, ability: str) -> str | None:
        """See `abilities.Side`."""
        if ability not in _TAGGED:
            return None
        try:
            require_known(key.attributes)
        except UnsupportedError as error:
            return error.message
        return tags_refusal(dict(key.tags))

    def warnings(self) -> tuple[str, ...]:
        """See `abilities.Side`."""
        if self._settings.ca_certificate:
            return ()
        return ("apc: no ca_certificate is pinned; the root that comes with its certificates is believed",)

    def close(self) -> None:
        """See `abilities.Side`."""
        self._client.close()

    @sends("ListKeys")
    def identify(self) -> DeviceIdentity:
        """See `abilities.Identifies`. The account is known only when it holds a key."""
        keys = self._client.call("ListKeys", MaxResults=1).get("Keys", [])
        accounts = [(ACCOUNT, str(key["KeyArn"]).split(":")[4]) for key in keys]
        details = (("region", self._settings.region), ("endpoint", self._client.endpoint), *accounts)
        return DeviceIdentity(self.name, details, storage=f"region {self._settings.region}")

    @sends("ListKeys", "ListTagsForResource", "ImportKey (RootCertificatePublicKey, TrustedCertificatePublicKey)")
    def trust(self, chain: CertificateChain, mark: ImportMark, *, search: bool = True) -> TrustAnchor:
        """See `abilities.TrustsCertificates`. A search costs a call for every certificate of the account."""
        return import_chain(self._client, chain, mark, search=search)

    @sends("GetParametersForImport")
    def offer_krd_credential(self) -> KrdCredential:
        """See `abilities.OffersKrdCredential`."""
        return self._import_parameters("TR34_KEY_BLOCK")

    @sends("GetParametersForImport")
    def offer_rsa_credential(self) -> KrdCredential:
        """See `abilities.OffersRsaCredential`."""
        return self._import_parameters("KEY_CRYPTOGRAM")

    def receiving_algorithm(self) -> KeyAlgorithm:
        """See `abilities.KnowsReceivingKey`."""
        return KeyAlgorithm(self._settings.wrapping_key_algorithm)

    def _import_parameters(self, kind: str) -> KrdCredential:
        answer = self._client.call(
            "GetParametersForImport",
            KeyMaterialType=kind,
            WrappingKeyAlgorithm=self._settings.wrapping_key_algorithm,
        )
        return read_credential(answer, self._settings.ca_certificate)

    @sends("CreateKey", "GetPublicKeyCertificate")
    def offer_agreement_credential(self, terms: AgreementTerms, mark: ImportMark) -> AgreementCredential:
        """See `abilities.OffersAgreementCredential`. Keys that are derived of the pair protect key blocks."""
        answer = self._client.call(
            "CreateKey",
            KeyAttributes=materials.key_attributes(_agreement_pair(terms)),
            Exportable=True,
            Enabled=True,
            DeriveKeyUsage=USAGES["K1"],
            Tags=as_tag_list(mark_tags(mark)),
        )
        return self._agreement_credential(imported_key(answer))

    @sends("ListKeys", "GetKey", "ListTagsForResource", "GetPublicKeyCertificate")
    def find_agreement_credential(
        self, terms: AgreementTerms, mark: ImportMark, since: datetime
    ) -> AgreementCredential | None:
        """See `abilities.OffersAgreementCredential`."""
        found = find_made(self._client, mark, materials.key_attributes(_agreement_pair(terms)), since)
        return None if found is None else self._agreement_credential(found)

    def _agreement_credential(self, pair: HeldKey) -> AgreementCredential:
        answer = self._client.call("GetPublicKeyCertificate", KeyIdentifier=pair.reference)
        try:
            chain = read_chain(answer["KeyCertificate"], answer["KeyCertificateChain"], self._settings.ca_certificate)
        except KeyError:
            raise ProtocolError("apc answered GetPublicKeyCertificate without all that it promises") from None
        return AgreementCredential(chain, pair.reference.encode("ascii"))

    @sends("ImportKey (Tr34KeyBlock)")
    def import_tr34(
        self,
        token: KeyToken,
        *,
        key: KeyToMove,
        credential: KrdCredential,
        anchor: TrustAnchor,
        kdh_certificate: bytes,
        nonce: bytes,
        mark: ImportMark,
    ) -> HeldKey:
        """See `abilities.ImportsTr34`.

        Raises:
            UnsupportedError: another layout than X9_TR34_2012.
            RuleError: rule `attributes-kept`.
        """
        if token.layout != "x9_tr34_2012":
            raise UnsupportedError("apc takes TR-34 tokens in the X9_TR34_2012 layout only")
        block = {
            "CertificateAuthorityPublicKeyIdentifier": anchor.reference,
            "SigningKeyCertificate": encode_certificate(kdh_certificate),
            "ImportToken": credential.token,
            "WrappedKeyBlock": token.der.hex().upper(),
            "KeyBlockFormat": "X9_TR34_2012",
            "RandomNonce": nonce.hex().upper(),
        }
        return self._import("Tr34KeyBlock", block, key, mark)

    @sends("ImportKey (Tr31KeyBlock)")
    def import_tr31(self, block: KeyBlock, *, key: KeyToMove, kek: HeldKey, mark: ImportMark) -> HeldKey:
        """See `abilities.ImportsTr31`.

        Raises:
            RuleError: rule `attributes-kept`.
        """
        material = {"WrappingKeyIdentifier": kek.reference, "WrappedKeyBlock": block.text}
        return self._import("Tr31KeyBlock", material, key, mark)

    @sends("ImportKey (KeyCryptogram)")
    def import_rsa(
        self, cryptogram: KeyCryptogram, *, key: KeyToMove, credential: KrdCredential, mark: ImportMark
    ) -> HeldKey:
        """See `abilities.ImportsRsa`."""
        material = {
            "KeyAttributes": materials.key_attributes(key.attributes),
            "Exportable": key.attributes.exportability != Exportability.N,
            "WrappedKeyCryptogram": cryptogram.octets.hex().upper(),
            "ImportToken": credential.token,
            "WrappingSpec": cryptogram.spec,
        }
        return self._import("KeyCryptogram", material, key, mark)

    @sends("ImportKey (DiffieHellmanTr31KeyBlock)")
    def import_ecdh(
        self,
        block: KeyBlock,
        *,
        key: KeyToMove,
        own: AgreementCredential,
        peer: CertificateChain,
        terms: AgreementTerms,
        anchor: TrustAnchor | None,
        mark: ImportMark,
    ) -> HeldKey:
        """See `abilities.ImportsEcdh`."""
        material = {**materials.agreement(own, peer, terms, anchor), "WrappedKeyBlock": block.text}
        return self._import("DiffieHellmanTr31KeyBlock", material, key, mark)

    @sends("ListKeys", "GetKey", "ListTagsForResource")
    def find_import(
        self, mark: ImportMark, *, attributes: KeyAttributes, kcv: Kcv, since: datetime, any_kcv: bool = False
    ) -> HeldKey | None:
        """See `abilities.FindsImports`. Whether attributes and check value are right is for the caller to see."""
        return find_marked(self._client, mark, attributes=attributes, kcv=kcv, since=since, any_kcv=any_kcv)

    @sends("GetKey")
    def held_key(self, reference: str) -> HeldKey:
        """See `abilities.HoldsKeys`.

        Raises:
            RuleError: rule `key-usable`: it is not enabled, or waits to be deleted.
        """
        answer = self._client.call("GetKey", KeyIdentifier=reference)
        held = imported_key(answer)
        require_usable(answer)
        return held

    @sends("CreateAlias", "GetAlias")
    def set_alias(self, alias: str, key: HeldKey) -> None:
        """See `abilities.NamesKeys`. One call, when nobody has the alias."""
        try:
            self._client.call("CreateAlias", AliasName=alias, KeyArn=key.reference)
        except DeviceRefusedError as error:
            if error.code != CONFLICT:
                raise
            self._require_alias(alias, key)

    @sends("ListAliases")
    def require_free_alias(self, alias: str) -> None:
        """See `abilities.NamesKeys`. All aliases are listed once, a hundred a call."""
        if alias in self._aliases:
            raise _taken(alias, self._aliases[alias])

    @cached_property
    def _aliases(self) -> dict[str, str | None]:
        """What each alias points to, as it was when the run began."""
        listed = self._client.pages("ListAliases", "Aliases", MaxResults=100)
        return {alias["AliasName"]: alias.get("KeyArn") for alias in listed}

    def _require_alias(self, alias: str, key: HeldKey) -> None:
        """The alias that is there points to the key: an earlier attempt made it."""
        points_to = self._client.call("GetAlias", AliasName=alias)["Alias"].get("KeyArn")
        if points_to != key.reference:
            raise _taken(alias, points_to)

    def _import(self, kind: str, material: Mapping[str, Any], key: KeyToMove, mark: ImportMark) -> HeldKey:
        require_known(key.attributes)
        answer = self._client.call(
            "ImportKey",
            KeyMaterial={kind: material},
            KeyCheckValueAlgorithm=kcv_method(key.attributes.algorithm),
            Enabled=True,
            Tags=as_tag_list({**dict(key.tags), **mark_tags(mark)}),
        )
        return imported_key(answer)


def _agreement_pair(terms: AgreementTerms) -> KeyAttributes:
    return KeyAttributes("K3", terms.curve, "X", "E")


def _taken(alias: str, points_to: str | None) -> RuleError:
    return RuleError(
        f"at apc, {alias} already points to {points_to or 'no key'}",
        rule="alias-taken",
        hint="choose another alias, or move this one with UpdateAlias when nothing uses it any more",
    )


if TYPE_CHECKING:  # the type checker holds the adapter to what its abilities promise
    _side: type[abilities.Side] = ApcAdapter
    _identifies: type[abilities.Identifies] = ApcAdapter
    _trusts: type[abilities.TrustsCertificates] = ApcAdapter
    _offers: type[abilities.OffersKrdCredential] = ApcAdapter
    _imports_tr34: type[abilities.ImportsTr34] = ApcAdapter
    _imports_tr31: type[abilities.ImportsTr31] = ApcAdapter
    _finds: type[abilities.FindsImports] = ApcAdapter
    _holds: type[abilities.HoldsKeys] = ApcAdapter
    _names: type[abilities.NamesKeys] = ApcAdapter
    _offers_rsa: type[abilities.OffersRsaCredential] = ApcAdapter
    _knows: type[abilities.KnowsReceivingKey] = ApcAdapter
    _imports_rsa: type[abilities.ImportsRsa] = ApcAdapter
    _offers_agreement: type[abilities.OffersAgreementCredential] = ApcAdapter
    _trusts_peers: type[abilities.TrustsAgreementPeers] = ApcAdapter
    _imports_ecdh: type[abilities.ImportsEcdh] = ApcAdapter
    _makes: type[abilities.MakesKeptKeys] = ApcAdapter
    _shows: type[abilities.ShowsKcv] = ApcAdapter
    _offers_kdh: type[abilities.OffersKdhCredential] = ApcAdapter
    _trusts_receivers: type[abilities.TrustsReceivers] = ApcAdapter
    _exports_tr34: type[abilities.ExportsTr34] = ApcAdapter
    _exports_tr31: type[abilities.ExportsTr31] = ApcAdapter
    _exports_rsa: type[abilities.ExportsRsa] = ApcAdapter
    _exports_ecdh: type[abilities.ExportsEcdh] = ApcAdapter


def control_plane(
    settings: ApcSettings, side: str, *, trace: Trace | None, reach: Callable[[Access], Access] | None = None
) -> AwsClient:
    """A client of the control plane; sends nothing.

    Args:
        side: the name for messages.
        reach: see `AwsClient`.
    """
    access = Access(
        service="payment-cryptography",
        side=side,
        region=settings.region,
        profile=settings.profile,
        endpoint_url=settings.endpoint_url,
        connect_timeout=settings.connect_timeout,
        read_timeout=settings.read_timeout,
    )
    return AwsClient(access, requests_per_second=settings.requests_per_second, trace=trace, reach=reach)


class ApcEntry:
    """What the entry point `apc` of the group `keyexchange.adapters` names."""

    name = "apc"
    Settings = ApcSettings

    def open(self, settings: ApcSettings, *, trace: Trace | None = None) -> ApcAdapter:
        """The side that these settings describe; sends nothing."""
        return ApcAdapter(settings, control_plane(settings, self.name, trace=trace))


ADAPTER = ApcEntry()
