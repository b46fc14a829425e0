"""A Futurex HSM as a KDH and as a KRD: abilities as sequences of host commands.

The HSM keeps no key: each comes back under the PMK, and its holder is whoever keeps that text. So an import whose
answer was lost has left nothing behind and is simply done again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key

from keyexchange import pki, tr31, tr34
from keyexchange.crypto.rsa import public_spki
from keyexchange.errors import DeviceRefusedError, ProtocolError, UnsupportedError
from keyexchange.keys import Kcv, KeyAlgorithm, KeyAttributes
from keyexchange.protocols import abilities
from keyexchange.protocols.abilities import sends
from keyexchange.protocols.messages import (
    CertificateChain,
    Csr,
    DeviceIdentity,
    HeldKey,
    ImportMark,
    KeyBlock,
    KeyToken,
    KeyToMove,
    KrdCredential,
    SigningKey,
    TrustAnchor,
)
from keyexchange.wire import Connection, Delimited

from .client import Client, Trace
from .commands import (
    Echo,
    EchoReply,
    ExportKey,
    ExportTr34,
    GenerateRsaPair,
    ImportKey,
    ImportTr34,
    TrustCertificate,
)
from .commands.conventions import SIMULATOR
from .errors import SIDE
from .message import LARGEST_MESSAGE
from .receiving import make_request, offer_credential
from .refusals import refusal_of
from .settings import FuturexSettings
from .wording import details_of, envelope_for, generation_of, held_key, kcv_of, rsa_key

_log = logging.getLogger("adapters.futurex")
_SIGN, _VERIFY = "G", "V"
_VERSIONS = {"T": "B", "A": "D"}
"""Of a block under a KEK, by the KEK's algorithm."""
_CHECKING_KEK = KeyAttributes("K1", KeyAlgorithm.AES_256, "B")
_STORAGE = "PMK"
PROBED = ("GPGS", "GRSA", "ASYR", "AVPC", "TRTP", "TWKA", "TWKS")
"""The commands of all abilities that a real HSM can have."""
_NO_TOKENS_IN = (
    "no public command of a Futurex HSM takes a TR-34 token. The way that works: let this HSM send a KEK by TR-34, "
    "then send keys to it under that KEK by TR-31"
)
_BY_CONVENTION = ("trust", "find_trust", "offer_krd_credential", "import_tr34")


class FuturexAdapter:
    """One Futurex HSM, as its settings describe it. Nothing is sent before the first ability is used.

    Args:
        settings: checked settings.
        client: speaks to the HSM.
    """

    name = SIDE

    def __init__(self, settings: FuturexSettings, client: Client) -> None:
        self._settings = settings
        self._client = client
        self._checking_kek: str | None = None

    def refusal(self, ability: str) -> str | None:
        """See `Side.refusal`."""
        return _NO_TOKENS_IN if ability in _BY_CONVENTION and not self._settings.simulator_conventions else None

    def key_refusal(self, key: KeyToMove, ability: str) -> str | None:
        """See `Side.key_refusal`."""
        return refusal_of(key, ability)

    def warnings(self) -> tuple[str, ...]:
        """See `Side.warnings`."""
        if not self._settings.simulator_conventions:
            return ()
        return ("simulator_conventions is true: commands are used that only this project's simulator has",)

    def close(self) -> None:
        """See `Side.close`."""
        self._client.close()

    @sends("ECHO", "commands without tokens")
    def identify(self) -> DeviceIdentity:
        """What the unit says about itself, and which of the `PROBED` commands it does not have or allow.

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
        lacking = tuple(code for code in PROBED if not self._client.has(code)) if self._settings.probe_commands else ()
        return DeviceIdentity(self.name, tuple(details_of(told)), storage=_STORAGE, lacking=lacking)

    def _echo(self) -> EchoReply:
        try:
            return self._client.send(Echo(details="1"))
        except DeviceRefusedError:  # a firmware that tells nothing about itself
            return self._client.send(Echo())

    @sends("GRSA")
    def make_signing_key(self, bits: int) -> SigningKey:
        """An RSA key pair for signatures only; the private key comes back under the PMK."""
        reply = self._client.send(GenerateRsaPair(bits=str(bits), mode=_SIGN))
        return SigningKey(public_spki(rsa_key(reply.public_key)), reply.private_key.encode("ascii"))

    @sends("ASYR")
    def make_csr(self, key: SigningKey, common_name: str) -> Csr:
        """A PKCS#10 request; its key and signature are checked before it is given out."""
        der = make_request(self._client, key.reference.decode("ascii"), common_name, "critical,digitalSignature")
        request = pki.load_csr(der)
        if request.public_key() != load_der_public_key(key.public_key):
            raise ProtocolError("the certification request is for another key than the one asked for")
        return Csr(request.public_bytes(Encoding.DER))

    @sends("GPGS")
    def make_key(self, attributes: KeyAttributes) -> HeldKey:
        """A new key under the PMK."""
        reply = self._client.send(generation_of(attributes))
        made = tr31.parse(reply.key).header
        if (made.key_usage, made.mode_of_use) != (attributes.key_usage, attributes.mode_of_use):
            raise ProtocolError("the new key has another usage or mode than asked for")
        return HeldKey(reply.key, kcv_of(reply.kcv, attributes.algorithm.letter), attributes)

    @sends("GPGS", "TWKA")
    def key_check_value(self, key: KeyToMove) -> Kcv:
        """The check digits that TWKA states. No public command shows those of a key that is there.

        The key is exported under a KEK that is made for this and never leaves the PMK; the block is dropped.
        """
        return self._check_value(key.reference, key.attributes.algorithm.letter)

    def _check_value(self, reference: str, letter: str) -> Kcv:
        if self._checking_kek is None:
            self._checking_kek = self._client.send(generation_of(_CHECKING_KEK)).key
        reply = self._client.send(ExportKey(kek=self._checking_kek, key=reference))
        if reply.kcv is None:
            raise ProtocolError(
                "TWKA states no check digits, so that the check value of a key cannot be asked for",
                hint="compare this firmware with the tested 7.4 and 7.6",
            )
        return kcv_of(reply.kcv, letter)

    @sends("TWKA")
    def export_tr31(self, key: KeyToMove, *, kek: KeyToMove) -> KeyBlock:
        """See `ExportsTr31.export_tr31`. Where the reply states no check digits, those that the key had count."""
        reply = self._client.send(ExportKey(kek=kek.reference, key=key.reference))
        expected = _VERSIONS[kek.attributes.algorithm.letter.value]
        if tr31.parse(reply.key).header.version_id != expected:
            raise ProtocolError(f"the exported block is not of version {expected}, which the KEK asks for")
        return KeyBlock(reply.key, self._stated(reply.kcv, key))

    @sends("AVPC", "TRTP")
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
        """See `ExportsTr34.export_tr34`. The token is read back and verified.

        Raises:
            UnsupportedError: no issuer of the receiver's certificate is given.
            ProtocolError: the token names another receiver than the one asked for.
            TrustError, FormatError: the token does not verify.
        """
        reply = self._client.send(
            ExportTr34(
                envelope=envelope_for(key.attributes.algorithm),
                kdh_certificate=kdh_certificate,
                private_key=signing_key.reference.decode("ascii"),
                krd_certificate=krd_certificate,
                krd_issuer=self._trusted(krd_issuers),
                key=key.reference,
                nonce=nonce,
            )
        )
        token = tr34.read(reply.key_token)
        tr34.verify(token, kdh_certificate=kdh_certificate, nonce=nonce)
        if token.recipient_id != pki.issuer_and_serial(krd_certificate):
            raise ProtocolError("the token is made for another receiver than the one asked for")
        return KeyToken(reply.key_token, self._stated(reply.kcv, key), token.layout.value)

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

    def find_import(
        self,
        mark: ImportMark,  # noqa: ARG002
        *,
        attributes: KeyAttributes,  # noqa: ARG002
        kcv: Kcv,  # noqa: ARG002
        since: datetime,  # noqa: ARG002
    ) -> HeldKey | None:
        """See `FindsImports.find_import`. An import leaves nothing in the HSM, so there is nothing to find."""
        return None

    @sends("AVPC")
    def trust(self, chain: CertificateChain, mark: ImportMark, *, search: bool = True) -> TrustAnchor:  # noqa: ARG002
        """See `TrustsCertificates.trust`. The anchor is the issuer's key under the PMK; nothing stays in the HSM."""
        return TrustAnchor(self._trusted(chain.issuers), ())

    def find_trust(self, chain: CertificateChain) -> TrustAnchor | None:  # noqa: ARG002
        """See `TrustsCertificates.find_trust`: nothing stays in the HSM."""
        return None

    @sends("GRSA", "ASGC", "ASYR", "ASSR")
    def offer_krd_credential(self) -> KrdCredential:
        """See `OffersKrdCredential`: a new pair with a certificate of the HSM's own making."""
        return offer_credential(self._client, self._settings.receiving_key_bits)

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

    def _trusted(self, issuers: tuple[bytes, ...]) -> str:
        """The trusted key of the first of these certificates, which go up to the root."""
        if not issuers:
            raise UnsupportedError(
                "a Futurex HSM verifies the receiver's certificate itself and needs its issuers",
                hint="give the certificates from the issuer up to the root",
            )
        trusted: str | None = None
        for certificate in reversed(issuers):
            wanted = TrustCertificate(mode=_VERIFY, issuer=trusted, certificate=certificate)
            trusted = self._client.send(wanted).trusted_key
        assert trusted is not None
        return trusted

    def _stated(self, digits: str | None, key: KeyToMove) -> Kcv:
        """The check value of a reply; where it has none, the one the HSM gave for the key before."""
        if digits is not None:
            return kcv_of(digits, key.attributes.algorithm.letter)
        return key.kcv or self.key_check_value(key)


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
        connection = Connection(
            settings.host,
            settings.port,
            framing=lambda: Delimited(b"[", b"]", largest=LARGEST_MESSAGE),
            connect_timeout=settings.connect_timeout,
            reply_timeout=settings.reply_timeout,
            tls=settings.tls.resolved() if settings.tls else None,
        )
        client = Client(connection, tags=settings.message_tags, trace=trace or _log_trace(settings))
        return FuturexAdapter(settings, client)


def _log_trace(settings: FuturexSettings) -> Trace | None:
    return _log.info if settings.debug else None


ADAPTER = FuturexEntry()

# mypy holds the class to each ability it claims
_abilities: tuple[
    type[abilities.Side],
    type[abilities.Identifies],
    type[abilities.MakesSigningKeys],
    type[abilities.MakesCsrs],
    type[abilities.MakesKeys],
    type[abilities.ShowsKcv],
    type[abilities.ExportsTr34],
    type[abilities.ExportsTr31],
    type[abilities.ImportsTr31],
    type[abilities.HoldsKeys],
    type[abilities.FindsImports],
    type[abilities.TrustsCertificates],
    type[abilities.OffersKrdCredential],
    type[abilities.ImportsTr34],
] = (FuturexAdapter,) * 14
