"""What a side can do, each ability a small Protocol class. An adapter has the abilities whose methods it has.

A method that talks to the device is marked with `@sends("A8")`; `plan` prints these marks, so the plan and the code
cannot differ. Every ability may raise:

- UnreachableError: no connection, time-out, reply cut short;
- DeviceRefusedError: the device answered with an error;
- ProtocolError: the device answered nonsense;
- TrustError, FormatError, RuleError, KcvMismatchError as their docstrings say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from keyexchange.keys import Kcv, KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import (
    AcceptedKey,
    AgreementCredential,
    AgreementKey,
    AgreementTerms,
    CertificateChain,
    Csr,
    DeviceIdentity,
    HeldKey,
    ImportMark,
    KdhCredential,
    KeyBlock,
    KeyCryptogram,
    KeyToken,
    KeyToMove,
    KrdCredential,
    SealedKey,
    SigningKey,
    TrustAnchor,
)

F = TypeVar("F", bound=Callable[..., object])


def sends(*commands: str) -> Callable[[F], F]:
    """Mark an adapter's method with the commands or API operations it sends."""

    def mark(method: F) -> F:
        method.__commands__ = commands  # type: ignore[attr-defined]  # read back by commands_of
        return method

    return mark


def commands_of(side: object, ability: str) -> tuple[str, ...]:
    """The commands that a side sends for an ability; empty when it lacks the ability or sends nothing."""
    return getattr(getattr(side, ability, None), "__commands__", ())


def commands_for(side: object, abilities: Iterable[str]) -> frozenset[str]:
    """All that a side sends for these."""
    return frozenset(command for ability in abilities for command in commands_of(side, ability))


class Side(Protocol):
    """What every adapter has."""

    name: str

    def refusal(self, ability: str) -> str | None:
        """Why this side, set up as it is, cannot do this; None when it can. Sends nothing.

        For an ability that it has no method for, None means that there is nothing more to say.
        """

    def key_refusal(self, key: KeyToMove, ability: str) -> str | None:
        """Why this side cannot do this with this key, as far as can be told without asking it; None when nothing
        speaks against it. Sends nothing."""

    def warnings(self) -> tuple[str, ...]:
        """What an operator should read before a run with this side, set up as it is. Sends nothing."""

    def close(self) -> None:
        """Give connections back."""


class WarnsOfUse(Protocol):
    """A side of which there is more to know when it does certain things. Asked when a run is planned."""

    def use_warnings(self, abilities: frozenset[str]) -> tuple[str, ...]:
        """What an operator should read before a run in which this side does these. Sends nothing."""

    def line_warnings(self, abilities: frozenset[str]) -> tuple[str, ...]:
        """The same, of the line to the device, which may change without a new approval. Sends nothing."""


class KnowsReceivingKey(Protocol):
    """A KRD that knows how long its key will be, before it makes it. Asked when a run is planned."""

    def receiving_algorithm(self) -> KeyAlgorithm:
        """Of the RSA key under which keys come by TR-34 and RSA wrap. Sends nothing."""


class JudgesAgreements(Protocol):
    """A side that has not every term of a key agreement. Asked when a run is planned."""

    def agreement_refusal(self, terms: AgreementTerms) -> str | None:
        """Why this side, set up as it is, cannot agree on a key so; None when it can. Sends nothing."""


class Identifies(Protocol):
    def identify(self) -> DeviceIdentity:
        """Ask the device what it is: proves that it is there, that we are let in and that the key storage is right."""


class MakesSigningKeys(Protocol):
    def make_signing_key(self, bits: int) -> SigningKey:
        """A new RSA key pair for signing TR-34 tokens."""


class MakesCsrs(Protocol):
    def make_csr(self, key: SigningKey, common_name: str) -> Csr:
        """A certification request signed by that key."""


class MakesKeys(Protocol):
    def make_key(self, attributes: KeyAttributes) -> HeldKey:
        """A new random key, kept under the device's own protection."""


class MakesKeptKeys(Protocol):
    """A KDH that keeps the keys it makes, so that one made just before a crash can be found again."""

    def make_kept_key(self, key: KeyToMove, mark: ImportMark) -> HeldKey:
        """A new random key that bears the mark. Not idempotent: the caller keeps an INTENT record."""

    def find_kept_key(self, key: KeyToMove, mark: ImportMark, since: datetime) -> HeldKey | None:
        """The key that an earlier attempt made.

        Raises:
            JournalError: more than one key bears the mark.
        """


class ShowsKcv(Protocol):
    def key_check_value(self, key: KeyToMove) -> Kcv:
        """The check value of a key that this side holds."""


class AcceptsReceivers(Protocol):
    """A KDH that wraps keys only under public keys that its officers have accepted."""

    def accept_receiver(self, certificate: bytes, exchange_dir: Path) -> AcceptedKey:
        """Have the officers accept the receiver's key.

        Args:
            certificate: DER; already verified by the caller.
            exchange_dir: where the officers find what they are asked, and leave their answer.

        Raises:
            RunPausedError: they have not answered yet; the message tells them what to do.
        """


class OffersKdhCredential(Protocol):
    """A KDH that signs tokens with a key and a certificate of its own: nobody else certifies it."""

    def offer_kdh_credential(self) -> KdhCredential:
        """Its signing certificate with its chain."""


class TrustsReceivers(Protocol):
    """A KDH that wraps keys only for certificates whose authority it trusts."""

    def trust_receiver(self, chain: CertificateChain, mark: ImportMark) -> TrustAnchor:
        """Trust the chain's root and intermediates as issuers of KRD certificates."""

    def find_trust(self, chain: CertificateChain) -> TrustAnchor | None:
        """See `TrustsCertificates`."""


class SealsNewKeys(Protocol):
    """A KDH whose command for sending a key by TR-34 makes the key too."""

    def seal_new_key(self, attributes: KeyAttributes, *, kdh_certificate: bytes, receiver: AcceptedKey) -> SealedKey:
        """A new random key in the pieces of an envelope. `export_tr34` takes them as `sealed`."""


class ExportsTr34(Protocol):
    def export_tr34(
        self,
        key: KeyToMove,
        *,
        signing_key: SigningKey,
        kdh_certificate: bytes,
        krd_certificate: bytes,
        nonce: bytes,
        krd_issuers: tuple[bytes, ...] = (),
    ) -> KeyToken:
        """The key in a two-pass TR-34 token in the X9_TR34_2012 layout.

        Args:
            kdh_certificate: DER; its issuer and serial name the signer.
            krd_certificate: DER; already verified by the caller.
            nonce: 8 to 16 octets.
            krd_issuers: DER, from the receiver's issuer up to the root, for devices that verify for themselves.

        A side with `trust_receiver` gets `receiver_anchor` (TrustAnchor) too, one with `accept_receiver` gets
        `receiver` (AcceptedKey), one with `seal_new_key` gets `sealed` (SealedKey).
        """


class ExportsTr31(Protocol):
    def export_tr31(self, key: KeyToMove, *, kek: KeyToMove) -> KeyBlock:
        """The key in a TR-31 block under a KEK that this side holds: version B under TDES, D under AES."""


class ExportsRsa(Protocol):
    def export_rsa(
        self, key: KeyToMove, *, receiver: CertificateChain, spec: str, anchor: TrustAnchor | None
    ) -> KeyCryptogram:
        """The key under the receiver's RSA key.

        Args:
            receiver: its wrapping certificate and issuers; already verified by the caller.
            spec: "RSA_OAEP_SHA_256" or "RSA_OAEP_SHA_512".
            anchor: what `trust_receiver` gave; None at a side without it.
        """


class OffersRsaCredential(Protocol):
    def offer_rsa_credential(self) -> KrdCredential:
        """A certificate of a key pair under which keys are taken, with its chain."""


class ImportsRsa(Protocol):
    def import_rsa(
        self, cryptogram: KeyCryptogram, *, key: KeyToMove, credential: KrdCredential, mark: ImportMark
    ) -> HeldKey:
        """Take the key of a cryptogram, with the attributes of `key`. Not idempotent: the caller keeps an INTENT."""


class MakesAgreementKeys(Protocol):
    """A side whose key pair for key agreement is certified by an authority of the run."""

    def make_agreement_key(self, curve: KeyAlgorithm) -> AgreementKey:
        """A new elliptic curve key pair for key agreement."""


class MakesAgreementCsrs(Protocol):
    def make_agreement_csr(self, key: AgreementKey, common_name: str) -> Csr:
        """A certification request signed by that key."""


class OffersAgreementCredential(Protocol):
    """A side that makes the pair and certifies it too. It keeps the pair, so it is marked and can be found."""

    def offer_agreement_credential(self, terms: AgreementTerms, mark: ImportMark) -> AgreementCredential:
        """A new key pair for key agreement with its certificate."""

    def find_agreement_credential(
        self, terms: AgreementTerms, mark: ImportMark, since: datetime
    ) -> AgreementCredential | None:
        """What an earlier attempt made.

        Raises:
            JournalError: more than one pair bears the mark.
        """


class TrustsAgreementPeers(Protocol):
    """A side that agrees on keys only with certificates whose authority it trusts."""

    def trust_peer(self, chain: CertificateChain, mark: ImportMark) -> TrustAnchor:
        """Trust the chain's root and intermediates as issuers of the other side's certificate."""

    def find_trust(self, chain: CertificateChain) -> TrustAnchor | None:
        """See `TrustsCertificates`."""


class ExportsEcdh(Protocol):
    def export_ecdh(
        self,
        key: KeyToMove,
        *,
        own: AgreementCredential,
        peer: CertificateChain,
        terms: AgreementTerms,
        anchor: TrustAnchor | None,
    ) -> KeyBlock:
        """The key in a TR-31 block under the key that both sides derive.

        Args:
            own: this side's half; its key pair is on the curve of the terms.
            peer: the other side's certificate and issuers; already verified by the caller.
            anchor: what `trust_peer` gave; None at a side without it.
        """


class ImportsEcdh(Protocol):
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
        """Take the key of such a block. Not idempotent: the caller keeps an INTENT record."""


class TrustsCertificates(Protocol):
    def trust(self, chain: CertificateChain, mark: ImportMark, *, search: bool = True) -> TrustAnchor:
        """Trust the chain's root and intermediates as issuers of KDH certificates.

        Args:
            search: use those that are there already; without, they are known to be new.
        """

    def find_trust(self, chain: CertificateChain) -> TrustAnchor | None:
        """The same, when all of them are there already; None when one is missing. Imports nothing."""


class AcceptsSenders(Protocol):
    """A KRD that trusts no authority, but keys of senders that its officers have accepted."""

    def accept_sender(self, certificate: bytes, exchange_dir: Path) -> TrustAnchor:
        """Have the officers accept the sender's key; see `AcceptsReceivers.accept_receiver`."""


class OffersKrdCredential(Protocol):
    def offer_krd_credential(self) -> KrdCredential:
        """The receiver's wrapping certificate with its chain.

        Raises:
            TrustError: the operator pinned a CA in the settings, and the chain does not lead to it.
        """


class ImportsTr34(Protocol):
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
        """Take the key of a token. Not idempotent: the caller keeps an INTENT record."""


class ImportsTr31(Protocol):
    def import_tr31(self, block: KeyBlock, *, key: KeyToMove, kek: HeldKey, mark: ImportMark) -> HeldKey:
        """Take the key of a block. Not idempotent: the caller keeps an INTENT record."""


class FindsImports(Protocol):
    """A side whose class says `keeps_imports = False` hands each key back and keeps none: it has nothing to find."""

    def find_import(
        self, mark: ImportMark, *, attributes: KeyAttributes, kcv: Kcv, since: datetime, any_kcv: bool = False
    ) -> HeldKey | None:
        """The key that an earlier import with this mark left here, if it did.

        Args:
            attributes: what was sent.
            kcv: what the sender stated. A key with another that bears the mark is found too: the caller compares.
            since: when the import was begun; older keys are not candidates.
            any_kcv: look at keys with another check value also when one with this has been found: attempts may have
                brought different keys.

        Raises:
            JournalError: more than one key bears the mark.
        """


class HoldsKeys(Protocol):
    def held_key(self, reference: str) -> HeldKey:
        """The key that an earlier run established here, by its name (ARN or alias)."""


class NamesKeys(Protocol):
    def require_free_alias(self, alias: str) -> None:
        """Nothing at this side has the alias yet.

        Raises:
            RuleError: rule `alias-taken`.
        """

    def set_alias(self, alias: str, key: HeldKey) -> None:
        """Make the alias point to the key. Doing it again changes nothing.

        Raises:
            RuleError: rule `alias-taken`: the alias points to another key.
        """
