"""What a side can do, each ability a small Protocol class. An adapter has the abilities whose methods it has.

A method that talks to the device is marked with `@sends("A8")`; `plan` prints these marks, so the plan and the code
cannot differ. Every ability may raise:

- UnreachableError: no connection, time-out, reply cut short;
- DeviceRefusedError: the device answered with an error;
- ProtocolError: the device answered nonsense;
- TrustError, FormatError, RuleError, KcvMismatchError as their docstrings say.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from keyexchange.keys import Kcv, KeyAttributes
from keyexchange.protocols.messages import (
    AcceptedKey,
    CertificateChain,
    Csr,
    DeviceIdentity,
    HeldKey,
    ImportMark,
    KeyBlock,
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


class Side(Protocol):
    """What every adapter has."""

    name: str

    def refusal(self, ability: str) -> str | None:
        """Why this side, set up as it is, cannot do what it has a method for; None when it can. Sends nothing."""

    def key_refusal(self, key: KeyToMove, ability: str) -> str | None:
        """Why this side cannot do this with this key, as far as can be told without asking it; None when nothing
        speaks against it. Sends nothing."""

    def warnings(self) -> tuple[str, ...]:
        """What an operator should read before a run with this side, set up as it is. Sends nothing."""

    def close(self) -> None:
        """Give connections back."""


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
        """


class ExportsTr31(Protocol):
    def export_tr31(self, key: KeyToMove, *, kek: KeyToMove) -> KeyBlock:
        """The key in a TR-31 block under a KEK that this side holds: version B under TDES, D under AES."""


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
    """A side whose class says `keeps_imports = False` hands each key back and keeps none: it is not asked."""

    def find_import(self, mark: ImportMark, *, attributes: KeyAttributes, kcv: Kcv, since: datetime) -> HeldKey | None:
        """The key that an earlier import with this mark left here, if it did.

        Args:
            attributes: what was sent.
            kcv: what the sender stated. A key with another that bears the mark is found too: the caller compares.
            since: when the import was begun; older keys are not candidates.
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
