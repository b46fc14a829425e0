"""An Atalla (Utimaco AT1000) as a KDH and as a KRD: abilities as sequences of host commands.

The HSM keeps no keys: each comes back in a block under the master file key, and its holder is whoever keeps that text.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

from cryptography.hazmat.primitives.serialization import load_der_public_key

from keyexchange import pki, tr31
from keyexchange.crypto.rsa import public_spki
from keyexchange.errors import ProtocolError, RuleError, UnsupportedError
from keyexchange.hostport import firmware_warnings, open_line_warnings, unproven_warnings
from keyexchange.keys import Kcv, KeyAttributes
from keyexchange.protocols import abilities
from keyexchange.protocols.abilities import commands_for, commands_of, sends
from keyexchange.protocols.messages import (
    AcceptedKey,
    Csr,
    DeviceIdentity,
    HeldKey,
    ImportMark,
    KeyBlock,
    KeyToken,
    KeyToMove,
    SealedKey,
    SigningKey,
)
from keyexchange.wire import Delimited

from . import akb
from .client import Client
from .commands import (
    CheckDigits,
    ExportTr31,
    Generate,
    ImportTr31,
    Sign,
    Status,
    Version,
)
from .errors import SIDE
from .headers import header_for
from .message import REQUESTS
from .officers import RECEIVER
from .receiving import Receiving, generate_pair, kcv_of, received, rsa_key_of
from .refusals import BY_CONVENTION, inability, refusal_of, require_block
from .settings import AtallaSettings
from .status import CONFIGURATION, KEYS, OPTION_E2, SIMULATOR, Configuration, master_key_digits, read_configuration
from .tokens import seal, sign_token

_log = logging.getLogger("adapters.atalla")
_SIGNS = "w"
_LENGTHS = {16: "D", 24: "T"}
_SIX_DIGITS = "V"
_TR31_VERSION = "B"
_AKB_VERSION = "1"
_SUBJECT = {
    "country": "country_name",
    "state": "state_or_province_name",
    "locality": "locality_name",
    "organization": "organization_name",
    "organizational_unit": "organizational_unit_name",
}
"""Settings, and how asn1crypto spells them."""
_KNOWN_MODELS = ("AT1000", "A10160")
"""Source: replies to 1101 in Koekiebox-BV/Fluid and com.goyoung.crypto.hsmsim; AWS's scripts name no software."""
_LOST_WITH_NO_HARM = frozenset({"KC", "KP", "LB", "PB", "TC", "TS"})
"""Optional blocks that an Atalla header has no place for and that say nothing of what the key may do."""
_NOT_KEPT = (
    f"{SIDE}: of a TR-31 block that arrives, the optional blocks KC, KP, LB, TC and TS (check values, label, times) "
    "are not kept: an Atalla header has no place for them"
)


class AtallaAdapter(Receiving):
    """One Atalla, as its settings describe it. Nothing is sent before the first ability is used.

    Args:
        settings: checked settings.
        client: speaks to the HSM.
    """

    name = SIDE
    keeps_imports: ClassVar[bool] = False

    def __init__(self, settings: AtallaSettings, client: Client) -> None:
        super().__init__(client)
        self._settings = settings

    def refusal(self, ability: str) -> str | None:
        """See `Side.refusal`."""
        return inability(ability, conventions=self._settings.simulator_conventions)

    def key_refusal(self, key: KeyToMove, ability: str) -> str | None:
        """See `Side.key_refusal`."""
        return refusal_of(key, ability, conventions=self._settings.simulator_conventions)

    def warnings(self) -> tuple[str, ...]:
        """See `Side.warnings`."""
        if not self._settings.simulator_conventions:
            return ()
        return ("simulator_conventions is true: commands are used that only this project's simulator has",)

    def use_warnings(self, abilities: frozenset[str]) -> tuple[str, ...]:
        """See `WarnsOfUse.use_warnings`."""
        commands = () if self._settings.simulator_conventions else commands_for(self, abilities)
        return (
            *unproven_warnings(self.name, commands, REQUESTS),
            *((_NOT_KEPT,) if "import_tr31" in abilities else ()),
        )

    def line_warnings(self, abilities: frozenset[str]) -> tuple[str, ...]:
        """See `WarnsOfUse.line_warnings`."""
        return tuple(open_line_warnings(self.name, self._settings, abilities))

    def close(self) -> None:
        """See `Side.close`."""
        self._client.close()

    @sends("1101", "9A")
    def identify(self) -> DeviceIdentity:
        """Software, check digits of the master file key, what is not enabled. Whether it is our simulator is kept.

        Raises:
            UnsupportedError: the settings name a simulator, and it is none.
        """
        version = self._client.send(Version()).version
        self._simulated = version.startswith(SIMULATOR)
        if self._settings.simulator_conventions and not self._simulated:
            raise UnsupportedError(
                "simulator_conventions is true, and the host is not this project's simulator",
                hint="set it to false: a real HSM has no such commands",
            )
        digits = master_key_digits(self._client.send(Status(selector=KEYS)).fields) or "not told"
        found = read_configuration(self._client.send(Status(selector=CONFIGURATION)).fields)
        lacking = () if found is None else tuple(sorted(self._probed() - found.commands))
        details = (("software", version), ("MFK check digits", digits), *_enabled(found, lacking))
        doubts = () if self._simulated else firmware_warnings(self.name, version, _KNOWN_MODELS)
        return DeviceIdentity(self.name, details, f"MFK {digits}", lacking, tuple(doubts))

    @sends("120")
    def make_signing_key(self, bits: int) -> SigningKey:
        """An RSA key pair that signs TR-34 messages; the private key comes back under the master file key."""
        reply = generate_pair(self._client, _SIGNS, bits)
        return SigningKey(public_spki(rsa_key_of(reply.public_key)), reply.private_key.encode("ascii"))

    @sends("139")
    def make_csr(self, key: SigningKey, common_name: str) -> Csr:
        """A PKCS#10 request, signed by the HSM; its key and signature are checked before it is given out."""
        named = self._settings.csr_subject.model_dump()
        subject = {_SUBJECT[field]: text for field, text in named.items() if text} | {"common_name": common_name}
        private_key = key.reference.decode("ascii")
        der = pki.build_csr(
            key.public_key,
            subject,
            lambda octets: self._client.send(Sign(message=octets, private_key=private_key)).signature,
        )
        if pki.load_csr(der).public_key() != load_der_public_key(key.public_key):
            raise ProtocolError("the certification request is for another key than the one asked for")
        return Csr(der)

    @sends("10")
    def make_key(self, attributes: KeyAttributes) -> HeldKey:
        """A new key under the master file key."""
        wanted = header_for(attributes)
        length = _LENGTHS[attributes.algorithm.octets]
        reply = self._client.send(Generate(header=wanted.text, length=length))
        if akb.parse(reply.key).header != wanted.text:
            raise ProtocolError("the new key has another header than the one asked for")
        return HeldKey(reply.key, kcv_of(reply.check_digits), attributes)

    @sends("7E")
    def key_check_value(self, key: KeyToMove) -> Kcv:
        """Six digits."""
        return self._check_value(key.reference)

    @sends("11A")
    def export_tr31(self, key: KeyToMove, *, kek: KeyToMove) -> KeyBlock:
        """See `ExportsTr31.export_tr31`: version B. The usage is named only where the header leaves it open."""
        header = require_block(key.reference)
        named = key.attributes.key_usage if len(set(header.usages)) > 1 else ""
        wanted = key.attributes.exportability
        reply = self._client.send(
            ExportTr31(
                version=_TR31_VERSION,
                usage=named,
                exportability="" if wanted == header.exportability else wanted,
                kek=kek.reference,
                key=key.reference,
            )
        )
        if tr31.parse(reply.block).header.version_id != _TR31_VERSION:
            raise ProtocolError(f"the exported block is not of version {_TR31_VERSION}, which was asked for")
        return KeyBlock(reply.block, kcv_of(reply.check_digits))

    @sends("119")
    def import_tr31(self, block: KeyBlock, *, key: KeyToMove, kek: HeldKey, mark: ImportMark) -> HeldKey:  # noqa: ARG002
        """See `ImportsTr31.import_tr31`. The key comes back under the master file key: the report names it.

        Raises:
            RuleError: rule attributes-kept: the block says what an Atalla header has no place for.
        """
        _require_carried(tr31.parse(block.text).header)
        wanted = header_for(key.attributes)
        reply = self._client.send(
            ImportTr31(version=_AKB_VERSION, algorithm=wanted.algorithm, kek=kek.reference, block=block.text)
        )
        return received(reply.key, reply.check_digits, key.attributes)

    @sends("7E")
    def held_key(self, reference: str) -> HeldKey:
        """See `HoldsKeys.held_key`: a key block under the master file key."""
        require_block(reference)
        return HeldKey(reference, self._check_value(reference))

    @sends("12A")
    def accept_receiver(self, certificate: bytes, exchange_dir: Path) -> AcceptedKey:
        """See `AcceptsReceivers.accept_receiver`."""
        return AcceptedKey(self._accepted(RECEIVER, certificate, exchange_dir))

    @sends("136")
    def seal_new_key(self, attributes: KeyAttributes, *, kdh_certificate: bytes, receiver: AcceptedKey) -> SealedKey:
        """See `SealsNewKeys.seal_new_key`."""
        length = _LENGTHS[attributes.algorithm.octets]
        return seal(self._client, attributes, length=length, kdh_certificate=kdh_certificate, receiver=receiver)

    @sends("139")
    def export_tr34(
        self,
        key: KeyToMove,
        *,
        signing_key: SigningKey,
        kdh_certificate: bytes,
        krd_certificate: bytes,
        nonce: bytes,
        krd_issuers: tuple[bytes, ...] = (),  # noqa: ARG002  # the officers have accepted the receiver's key itself
        receiver: AcceptedKey | None = None,
        sealed: SealedKey | None = None,
    ) -> KeyToken:
        """See `ExportsTr34.export_tr34`. The token is put together here, read back and verified.

        Args:
            receiver: as `accept_receiver` gave it.
            sealed: as `seal_new_key` gave it; when absent, a key that is there is sealed now.

        Raises:
            UnsupportedError: the officers have not accepted the receiver's key.
            TrustError, FormatError: the token does not verify.
        """
        if receiver is None or akb.parse(receiver.reference).public_modulus != _modulus(krd_certificate):
            raise UnsupportedError(
                "the officers have not accepted this receiver's key (12A)", hint="resume the run: it asks them anew"
            )
        if sealed is None:
            sealed = seal(
                self._client, key.attributes, kdh_certificate=kdh_certificate, receiver=receiver, key=key.reference
            )
        der, layout = sign_token(
            self._client,
            sealed,
            private_key=signing_key.reference.decode("ascii"),
            kdh_certificate=kdh_certificate,
            krd_certificate=krd_certificate,
            nonce=nonce,
        )
        return KeyToken(der, sealed.key.kcv, layout)

    def _probed(self) -> frozenset[str]:
        """Commands that a run with this HSM may send."""
        return _USED | _CONVENTIONS if self._settings.simulator_conventions else _USED

    def _check_value(self, reference: str) -> Kcv:
        return kcv_of(self._client.send(CheckDigits(method=_SIX_DIGITS, key=reference)).digits)


class AtallaEntry:
    """What the registry finds: the settings' model, and how to open an Atalla with them."""

    name: ClassVar[str] = SIDE
    Settings: ClassVar[type[AtallaSettings]] = AtallaSettings

    def open(self, settings: AtallaSettings, *, trace: Callable[[str], None] | None = None) -> AtallaAdapter:
        """A side that connects when it is first used.

        Args:
            settings: as `Settings` checked them.
            trace: gets one redacted line per message; with `debug` set, the log gets them when this is None.

        Raises:
            ConfigError: TLS files that cannot be used.
        """
        connection = settings.connection(lambda: Delimited(b"<", b">"))
        client = Client(
            connection, context_tags=settings.context_tags, trace=trace or (_log.info if settings.debug else None)
        )
        return AtallaAdapter(settings, client)


def _enabled(found: Configuration | None, lacking: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What an operator wants to know of the configuration."""
    if found is None:
        yield "commands that are not enabled", "not told"
        return
    yield "commands that are not enabled", ", ".join(lacking) or "none of those used"
    yield "option E2", "enabled" if OPTION_E2 in found.options else "not enabled: 11A may refuse keys with 0607"


def _require_carried(header: tr31.Header) -> None:
    """Refuse to lose what a block says of its key."""
    lost = [block.block_id for block in header.optional_blocks if block.block_id not in _LOST_WITH_NO_HARM]
    if header.key_version_number != "00":
        lost.append("the key version number")
    if lost:
        raise RuleError(
            f"an Atalla header has no place for {', '.join(lost)} of the block",
            rule="attributes-kept",
            hint="have the sender export the key without it, if the key is the same without",
        )


def _modulus(certificate: bytes) -> int:
    return pki.rsa_public_key(pki.load(certificate)).public_numbers().n


ADAPTER = AtallaEntry()

_USED = frozenset(command for ability in vars(AtallaAdapter) for command in commands_of(AtallaAdapter, ability))
"""Every command that a run with a real device may send."""
_CONVENTIONS = frozenset(command for ability in BY_CONVENTION for command in commands_of(AtallaAdapter, ability))
"""What a run with our simulator may send besides."""

# mypy holds the class to each ability it claims
_abilities: tuple[
    type[abilities.Side],
    type[abilities.WarnsOfUse],
    type[abilities.Identifies],
    type[abilities.MakesSigningKeys],
    type[abilities.MakesCsrs],
    type[abilities.MakesKeys],
    type[abilities.ShowsKcv],
    type[abilities.ExportsTr31],
    type[abilities.ImportsTr31],
    type[abilities.HoldsKeys],
    type[abilities.AcceptsReceivers],
    type[abilities.SealsNewKeys],
    type[abilities.ExportsTr34],
    type[abilities.AcceptsSenders],
    type[abilities.OffersKrdCredential],
    type[abilities.ImportsTr34],
    type[abilities.OffersRsaCredential],
    type[abilities.ImportsRsa],
] = (AtallaAdapter,) * 18
