"""The payShield as a KDH and as a KRD: abilities as sequences of host commands.

The HSM keeps no key: each comes back under the LMK, and its holder is whoever keeps that text. So an import whose
answer was lost has left nothing behind and is simply done again.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Callable
from typing import ClassVar

from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key

from keyexchange import pki, tr34
from keyexchange.crypto.rsa import public_pkcs1
from keyexchange.errors import ProtocolError, UnsupportedError
from keyexchange.hostport import open_line_warnings, unproven_warnings
from keyexchange.keys import KeyAlgorithm, KeyAttributes, require_kek_strength
from keyexchange.protocols import abilities
from keyexchange.protocols.abilities import commands_for, sends
from keyexchange.protocols.messages import (
    CertificateChain,
    Csr,
    DeviceIdentity,
    HeldKey,
    ImportMark,
    KeyToken,
    KeyToMove,
    KrdCredential,
    SigningKey,
    TrustAnchor,
)
from keyexchange.wire import LengthPrefixed

from .client import Client
from .commands import SIMULATOR_FIRMWARE, CertificationRequest, Diagnostics, Subject
from .dialects import BOTH, SIGNATURE_ONLY, KeyBlockDialect, VariantDialect
from .errors import SIDE
from .exchanging import Exchanging
from .message import REQUESTS
from .moving import kcv_of, rsa_key
from .receiving import certified
from .refusals import refusal_of
from .settings import PayshieldSettings

_log = logging.getLogger("adapters.payshield")
_CSR_NEEDS_BLOCKS = (
    "QE works under a key-block LMK only: set variant_lmk to false, or use an authority that takes a public key"
)
_ECDH_NEEDS_BLOCKS = "a variant LMK holds no elliptic curve keys: it takes a key-block LMK under AES"
_NEED_BLOCKS = {
    "make_csr": _CSR_NEEDS_BLOCKS,
    "make_agreement_key": _ECDH_NEEDS_BLOCKS,
    "export_ecdh": _ECDH_NEEDS_BLOCKS,
    "import_ecdh": _ECDH_NEEDS_BLOCKS,
}
"""What a variant LMK stands in the way of."""
_NO_TOKENS_IN = "no public command of a payShield takes a TR-34 token"
_WHICH_FIRMWARE = (
    f"{SIDE}: the commands are known of firmware 1.14, and no public source says which number of NC that is; this one "
    "says {told}: compare with the console"
)
"""Source: aws-samples/samples-for-payment-cryptography-service, key_exchange/hsm/payshield: README."""
_BY_CONVENTION = ("trust", "find_trust", "offer_krd_credential", "import_tr34")
PROBED = ("EI", "A0", "BU", "A8", "B8", "A6", "QE", "EO", "GK", "GI", "FY", "IG")
"""Commands of the abilities below, asked for without their fields."""


class PayshieldAdapter(Exchanging):
    """One payShield, as its settings describe it. Nothing is sent before the first ability is used.

    Args:
        settings: checked settings.
        client: speaks to the HSM.
    """

    name = SIDE
    keeps_imports: ClassVar[bool] = False

    def __init__(self, settings: PayshieldSettings, client: Client) -> None:
        super().__init__(settings, client, (VariantDialect if settings.variant_lmk else KeyBlockDialect)(settings.lmk))
        self._lmk = settings.lmk

    def refusal(self, ability: str) -> str | None:
        """See `Side.refusal`."""
        if ability in _BY_CONVENTION and not self._settings.simulator_conventions:
            return _NO_TOKENS_IN
        return _NEED_BLOCKS.get(ability) if self._settings.variant_lmk else None

    def key_refusal(self, key: KeyToMove, ability: str) -> str | None:
        """See `Side.key_refusal`."""
        return refusal_of(key, ability, keys_are_blocks=self._dialect.keys_are_blocks)

    def warnings(self) -> tuple[str, ...]:
        """See `Side.warnings`."""
        if not self._settings.simulator_conventions:
            return ()
        return ("simulator_conventions is true: a command is used that only this project's simulator has",)

    def use_warnings(self, abilities: frozenset[str]) -> tuple[str, ...]:
        """See `WarnsOfUse.use_warnings`."""
        commands = () if self._settings.simulator_conventions else commands_for(self, abilities)
        return (*unproven_warnings(self.name, commands, REQUESTS),)

    def line_warnings(self, abilities: frozenset[str]) -> tuple[str, ...]:
        """See `WarnsOfUse.line_warnings`."""
        return tuple(open_line_warnings(self.name, self._settings, abilities))

    def close(self) -> None:
        """See `Side.close`."""
        self._client.close()

    @sends("NC", "commands without fields")
    def identify(self) -> DeviceIdentity:
        """Firmware number, LMK and its check value (six digits count); which of `PROBED` it does not have or allow.

        Raises:
            UnsupportedError: the settings name a simulator, and it is none.
        """
        reply = self._client.send(Diagnostics(lmk=self._lmk))
        if self._settings.simulator_conventions and reply.firmware != SIMULATOR_FIRMWARE:
            raise UnsupportedError(
                "simulator_conventions is true, and the host is not this project's simulator",
                hint="set it to false: a real HSM has no such command",
            )
        kind = "key block" if self._dialect.keys_are_blocks else "variant"
        lmk, check_value = f"{kind} {self._lmk or '(default)'}", reply.check_value[:6]
        details = (("firmware", reply.firmware), ("LMK", lmk), ("LMK check value", check_value))
        lacking = tuple(code for code in PROBED if not self._client.has(code)) if self._settings.probe_commands else ()
        storage = f"LMK {lmk}, check value {check_value}"
        doubts = () if reply.firmware == SIMULATOR_FIRMWARE else (_WHICH_FIRMWARE.format(told=reply.firmware),)
        return DeviceIdentity(self.name, details, storage, lacking, doubts)

    @sends("EI")
    def make_signing_key(self, bits: int) -> SigningKey:
        """An RSA key pair for signatures only; the private key comes back under the LMK."""
        return self._new_pair(self._dialect.generate_pair(bits, SIGNATURE_ONLY))

    @sends("QE")
    def make_csr(self, key: SigningKey, common_name: str) -> Csr:
        """A PKCS#10 request; its key and signature are checked before it is given out."""
        subject = self._settings.csr_subject
        reply = self._client.send(
            CertificationRequest(
                request_type="0",
                output_format="0",
                signature="01",
                encoding="02",
                public_key=public_pkcs1(rsa_key(key.public_key)),
                private_key=key.reference,
                padding="01",
                digest="06",
                subject_type="1",
                subject=Subject(common_name=common_name, **subject.model_dump()),
                lmk=self._lmk,
            )
        )
        request = pki.load_csr(reply.request)
        if request.public_key() != load_der_public_key(key.public_key):
            raise ProtocolError("the certification request is for another key than the one asked for")
        return Csr(request.public_bytes(Encoding.DER))

    @sends("A0")
    def make_key(self, attributes: KeyAttributes) -> HeldKey:
        """A new key under the LMK."""
        reply = self._client.send(self._dialect.generate(attributes))
        return HeldKey(reply.key, kcv_of(reply.kcv, attributes.algorithm), attributes)

    @sends("B8")
    def export_tr34(
        self,
        key: KeyToMove,
        *,
        signing_key: SigningKey,
        kdh_certificate: bytes,
        krd_certificate: bytes,
        nonce: bytes,
        krd_issuers: tuple[bytes, ...] = (),  # noqa: ARG002 (B8 takes the receiver's key as it is)
    ) -> KeyToken:
        """See `ExportsTr34.export_tr34`. The token is put together here, read back and verified.

        Raises:
            RuleError: rule kek-strength: B8 encrypts under three-key TDES, so AES keys do not go this way.
            ProtocolError: the token names another receiver than the one asked for.
            TrustError, FormatError: the token does not verify.
        """
        require_kek_strength(KeyAlgorithm.TDES_3KEY, key.attributes.algorithm, kek_name="the one-time key of B8")
        kdh_id, krd_id = pki.issuer_and_serial(kdh_certificate), pki.issuer_and_serial(krd_certificate)
        reply = self._client.send(
            self._dialect.export_tr34(
                key,
                private_key=signing_key.reference,
                kdh_id=kdh_id,
                krd_id=krd_id,
                krd_public_key=public_pkcs1(pki.rsa_public_key(pki.load(krd_certificate))),
                nonce=nonce,
            )
        )
        parts = tr34.TokenParts(reply.signed_attributes, reply.enveloped, reply.signature)
        der = tr34.assemble(parts, kdh_id)
        token = tr34.read(der)
        tr34.verify(token, kdh_certificate=kdh_certificate, nonce=nonce)
        if token.recipient_id != krd_id:
            raise ProtocolError("the token is made for another receiver than the one asked for")
        return KeyToken(der, kcv_of(reply.kcv.hex(), key.attributes.algorithm), token.layout.value)

    @sends("BU")
    def held_key(self, reference: str) -> HeldKey:
        """See `HoldsKeys.held_key`: a KEK under the LMK.

        Raises:
            FormatError: it is no TDES or AES key under this kind of LMK.
        """
        return HeldKey(reference, self.key_check_value(self._dialect.held_kek(reference)))

    def trust(self, chain: CertificateChain, mark: ImportMark, *, search: bool = True) -> TrustAnchor:  # noqa: ARG002
        """See `TrustsCertificates.trust`. By a convention of the simulator: nothing stays in the HSM."""
        return TrustAnchor(f"SHA-256 {hashlib.sha256(chain.issuers[0]).hexdigest().upper()}", ())

    def find_trust(self, chain: CertificateChain) -> TrustAnchor | None:  # noqa: ARG002
        """See `TrustsCertificates.find_trust`: nothing stays in the HSM."""
        return None

    @sends("EI")
    def offer_krd_credential(self) -> KrdCredential:
        """See `OffersKrdCredential`: a new pair, certified by an authority that is made for it and forgotten."""
        pair = self._new_pair(self._dialect.generate_pair(self._settings.receiving_key_bits, BOTH))
        return certified(pair)

    @sends("Z8")
    def import_tr34(
        self,
        token: KeyToken,
        *,
        key: KeyToMove,
        credential: KrdCredential,
        anchor: TrustAnchor,  # noqa: ARG002 (Z8 takes the certificate, which the caller verified)
        kdh_certificate: bytes,
        nonce: bytes,
        mark: ImportMark,  # noqa: ARG002
    ) -> HeldKey:
        """See `ImportsTr34.import_tr34`. By a convention of the simulator."""
        reply = self._client.send(
            self._dialect.import_tr34(
                token.der,
                key,
                private_key=base64.b64decode(credential.token),
                kdh_certificate=kdh_certificate,
                nonce=nonce,
            )
        )
        return self._arrived(reply.key, reply.kcv, key)


class PayshieldEntry:
    """What the registry finds: the settings' model, and how to open a payShield with them."""

    name: ClassVar[str] = SIDE
    Settings: ClassVar[type[PayshieldSettings]] = PayshieldSettings

    def open(self, settings: PayshieldSettings, *, trace: Callable[[str], None] | None = None) -> PayshieldAdapter:
        """A side that connects when it is first used.

        Args:
            settings: as `Settings` checked them.
            trace: gets one redacted line per message; with `debug` set, the log gets them when this is None.

        Raises:
            ConfigError: TLS files that cannot be used.
        """
        connection = settings.connection(LengthPrefixed)
        return PayshieldAdapter(
            settings, Client(connection, settings.header_length, trace or (_log.info if settings.debug else None))
        )


ADAPTER = PayshieldEntry()

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
    type[abilities.ExportsEcdh],
    type[abilities.ImportsEcdh],
] = (PayshieldAdapter,) * 22
