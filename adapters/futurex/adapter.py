"""A Futurex HSM as a KDH and as a KRD: abilities as sequences of host commands.

The HSM keeps no key: each comes back under the PMK, and its holder is whoever keeps that text. So an import whose
answer was lost has left nothing behind and is simply done again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import ClassVar

from keyexchange import tr31
from keyexchange.errors import DeviceRefusedError, UnsupportedError
from keyexchange.hostport import firmware_warnings, open_line_warnings, unproven_warnings
from keyexchange.keys import KeyAlgorithm
from keyexchange.protocols import abilities
from keyexchange.protocols.abilities import commands_for, sends
from keyexchange.protocols.messages import (
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
from keyexchange.wire import Delimited

from .agreeing import Agreeing
from .client import Client
from .commands import Echo, EchoReply, ImportKey, ImportRsa, ImportTr34
from .commands.conventions import SIMULATOR
from .errors import SIDE
from .message import LARGEST_MESSAGE, REQUESTS
from .receiving import offer_credential
from .refusals import BY_CONVENTION, header_of, refusal_of
from .settings import FuturexSettings
from .wording import OAEP_HASHES, details_of, held_key

_log = logging.getLogger("adapters.futurex")
_STORAGE = "PMK"
"""No public command tells one PMK from another, so the unit's serial number stands for it, where the unit tells one."""
_KNOWN_FIRMWARES = ("7.4", "7.6")
"""Source: aws-samples/samples-for-payment-cryptography-service, key_exchange/hsm/futurex: README."""
PROBED = ("GPGS", "GRSA", "ASYR", "AVPC", "TRTP", "TWKA", "TWKS", "GECC", "SDDH")
"""The commands of all abilities that a real HSM can have."""
PROBED_OF_A_SIMULATOR = ("ASGC", "ASSR", "ZTRI", "ZRSI", "ZRSE")
"""Those of the abilities by convention too."""


class FuturexAdapter(Agreeing):
    """One Futurex HSM, as its settings describe it. Nothing is sent before the first ability is used.

    Args:
        settings: checked settings.
        client: speaks to the HSM.
    """

    name = SIDE
    keeps_imports: ClassVar[bool] = False

    def __init__(self, settings: FuturexSettings, client: Client) -> None:
        super().__init__(client)
        self._settings = settings

    def refusal(self, ability: str) -> str | None:
        """See `Side.refusal`."""
        return None if self._settings.simulator_conventions else BY_CONVENTION.get(ability)

    def key_refusal(self, key: KeyToMove, ability: str) -> str | None:
        """See `Side.key_refusal`."""
        return refusal_of(key, ability)

    def warnings(self) -> tuple[str, ...]:
        """See `Side.warnings`."""
        if not self._settings.simulator_conventions:
            return ()
        return ("simulator_conventions is true: commands are used that only this project's simulator has",)

    def use_warnings(self, abilities: frozenset[str]) -> tuple[str, ...]:
        """See `WarnsOfUse.use_warnings`."""
        commands = () if self._settings.simulator_conventions else commands_for(self, abilities)
        return (*unproven_warnings(self.name, commands, REQUESTS),)

    def line_warnings(self, abilities: frozenset[str]) -> tuple[str, ...]:
        """See `WarnsOfUse.line_warnings`."""
        return tuple(open_line_warnings(self.name, self._settings, abilities))

    def receiving_algorithm(self) -> KeyAlgorithm:
        """See `KnowsReceivingKey.receiving_algorithm`."""
        return KeyAlgorithm(f"RSA_{self._settings.receiving_key_bits}")

    def close(self) -> None:
        """See `Side.close`."""
        self._client.close()

    @sends("ECHO", "commands without tokens")
    def identify(self) -> DeviceIdentity:
        """What the unit says about itself, and which of the commands in use it does not have or allow.

        A command without its tokens does nothing and is answered with an error, which tells.

        Raises:
            UnsupportedError: the settings name a simulator, and it is none.
        """
        told = self._echo()
        if self._settings.simulator_conventions and told.product != SIMULATOR:
            raise UnsupportedError(
                "simulator_conventions is true, and the host is not this project's simulator",
                hint="set it to false: a real HSM has no such commands",
            )
        lacking = tuple(code for code in self._probed() if not self._client.has(code))
        storage = f"{_STORAGE}, serial number {told.serial}" if told.serial else _STORAGE
        doubts = () if told.product == SIMULATOR else firmware_warnings(self.name, told.firmware, _KNOWN_FIRMWARES)
        return DeviceIdentity(self.name, tuple(details_of(told)), storage, lacking, tuple(doubts))

    def _probed(self) -> tuple[str, ...]:
        if not self._settings.probe_commands:
            return ()
        return PROBED + PROBED_OF_A_SIMULATOR if self._settings.simulator_conventions else PROBED

    def _echo(self) -> EchoReply:
        try:
            return self._client.send(Echo(details="1"))
        except DeviceRefusedError:  # a firmware that tells nothing about itself
            return self._client.send(Echo())

    @sends("TWKS")
    def import_tr31(self, block: KeyBlock, *, key: KeyToMove, kek: HeldKey, mark: ImportMark) -> HeldKey:  # noqa: ARG002
        """See `ImportsTr31.import_tr31`. The key comes back under the PMK: the report names it."""
        reply = self._client.send(ImportKey(kek=kek.reference, key=block.text))
        return held_key(reply.key, reply.kcv, key.attributes.algorithm)

    @sends("GPGS", "TWKA")
    def held_key(self, reference: str) -> HeldKey:
        """See `HoldsKeys.held_key`: a key block under the PMK. Its header does not tell how long the key is.

        Raises:
            FormatError: it is no key block.
        """
        letter = tr31.parse(reference).header.algorithm
        return HeldKey(reference, self._check_value(reference, letter))

    @sends("AVPC")
    def trust(self, chain: CertificateChain, mark: ImportMark, *, search: bool = True) -> TrustAnchor:  # noqa: ARG002
        """See `TrustsCertificates.trust`. The anchor is the issuer's key under the PMK; nothing stays in the HSM."""
        return TrustAnchor(self._trusted(chain.issuers), ())

    @sends("GRSA", "ASGC", "ASYR", "ASSR")
    def offer_krd_credential(self) -> KrdCredential:
        """See `OffersKrdCredential`: a new pair with a certificate of the HSM's own making."""
        return offer_credential(self._client, self._settings.receiving_key_bits)

    @sends("GRSA", "ASGC", "ASYR", "ASSR")
    def offer_rsa_credential(self) -> KrdCredential:
        """See `OffersRsaCredential`: the same."""
        return offer_credential(self._client, self._settings.receiving_key_bits)

    @sends("ZRSI")
    def import_rsa(
        self,
        cryptogram: KeyCryptogram,
        *,
        key: KeyToMove,
        credential: KrdCredential,
        mark: ImportMark,  # noqa: ARG002
    ) -> HeldKey:
        """See `ImportsRsa.import_rsa`. By a convention of the simulator."""
        reply = self._client.send(
            ImportRsa(
                private_key=credential.token,
                wrapped=cryptogram.octets,
                hash=OAEP_HASHES[cryptogram.spec],
                header=header_of(key.attributes).text(0),
            )
        )
        return held_key(reply.key, reply.kcv, key.attributes.algorithm)

    @sends("ZTRI")
    def import_tr34(
        self,
        token: KeyToken,
        *,
        key: KeyToMove,
        credential: KrdCredential,
        anchor: TrustAnchor,
        kdh_certificate: bytes,
        nonce: bytes,
        mark: ImportMark,  # noqa: ARG002
    ) -> HeldKey:
        """See `ImportsTr34.import_tr34`. By a convention of the simulator."""
        reply = self._client.send(
            ImportTr34(
                key_token=token.der,
                private_key=credential.token,
                kdh_certificate=kdh_certificate,
                kdh_issuer=anchor.reference,
                nonce=nonce,
            )
        )
        return held_key(reply.key, reply.kcv, key.attributes.algorithm)


class FuturexEntry:
    """What the registry finds: the settings' model, and how to open a Futurex HSM with them."""

    name: ClassVar[str] = SIDE
    Settings: ClassVar[type[FuturexSettings]] = FuturexSettings

    def open(self, settings: FuturexSettings, *, trace: Callable[[str], None] | None = None) -> FuturexAdapter:
        """A side that connects when it is first used.

        Args:
            settings: as `Settings` checked them.
            trace: gets one redacted line per message; with `debug` set, the log gets them when this is None.

        Raises:
            ConfigError: TLS files that cannot be used.
        """
        connection = settings.connection(lambda: Delimited(b"[", b"]", largest=LARGEST_MESSAGE))
        client = Client(connection, tags=settings.message_tags, trace=trace or (_log.info if settings.debug else None))
        return FuturexAdapter(settings, client)


ADAPTER = FuturexEntry()

# mypy holds the class to each ability it claims
_abilities: tuple[
    type[abilities.Side],
    type[abilities.WarnsOfUse],
    type[abilities.KnowsReceivingKey],
    type[abilities.JudgesAgreements],
    type[abilities.Identifies],
    type[abilities.MakesSigningKeys],
    type[abilities.MakesCsrs],
    type[abilities.MakesKeys],
    type[abilities.ShowsKcv],
    type[abilities.ExportsTr34],
    type[abilities.ExportsTr31],
    type[abilities.ImportsTr31],
    type[abilities.HoldsKeys],
    type[abilities.TrustsCertificates],
    type[abilities.OffersKrdCredential],
    type[abilities.ImportsTr34],
    type[abilities.ExportsRsa],
    type[abilities.OffersRsaCredential],
    type[abilities.ImportsRsa],
    type[abilities.MakesAgreementKeys],
    type[abilities.MakesAgreementCsrs],
    type[abilities.TrustsAgreementPeers],
    type[abilities.ExportsEcdh],
    type[abilities.ImportsEcdh],
] = (FuturexAdapter,) * 24
