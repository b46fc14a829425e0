"""The payShield as a KDH: abilities as sequences of host commands."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import ClassVar

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key

from keyexchange import pki, tr31, tr34
from keyexchange.crypto.rsa import public_pkcs1, public_spki
from keyexchange.errors import ProtocolError
from keyexchange.keys import Kcv, KcvMethod, KeyAlgorithm, KeyAttributes, require_kek_strength
from keyexchange.protocols.abilities import (
    ExportsTr31,
    ExportsTr34,
    Identifies,
    MakesCsrs,
    MakesKeys,
    MakesSigningKeys,
    ShowsKcv,
    Side,
    sends,
)
from keyexchange.protocols.messages import (
    Csr,
    DeviceIdentity,
    HeldKey,
    KeyBlock,
    KeyToken,
    KeyToMove,
    SigningKey,
)
from keyexchange.wire import Connection, LengthPrefixed

from .client import Client, Trace
from .commands import CertificationRequest, Diagnostics, Subject
from .dialects import Dialect, KeyBlockDialect, VariantDialect
from .errors import SIDE
from .refusals import refusal_of
from .settings import PayshieldSettings

_log = logging.getLogger("adapters.payshield")
_CSR_NEEDS_BLOCKS = (
    "QE works under a key-block LMK only: set variant_lmk to false, or use an authority that takes a public key"
)


class PayshieldAdapter:
    """One payShield, as its settings describe it. Nothing is sent before the first ability is used.

    Args:
        settings: checked settings.
        client: speaks to the HSM.
    """

    name = SIDE

    def __init__(self, settings: PayshieldSettings, client: Client) -> None:
        self._settings = settings
        self._client = client
        self._lmk = settings.lmk
        self._dialect: Dialect = (VariantDialect if settings.variant_lmk else KeyBlockDialect)(settings.lmk)

    def refusal(self, ability: str) -> str | None:
        """See `Side.refusal`."""
        return _CSR_NEEDS_BLOCKS if ability == "make_csr" and self._settings.variant_lmk else None

    def key_refusal(self, key: KeyToMove, ability: str) -> str | None:
        """See `Side.key_refusal`."""
        return refusal_of(key, ability, keys_are_blocks=self._dialect.keys_are_blocks)

    def warnings(self) -> tuple[str, ...]:
        """See `Side.warnings`."""
        return ()

    def close(self) -> None:
        """See `Side.close`."""
        self._client.close()

    @sends("NC")
    def identify(self) -> DeviceIdentity:
        """Firmware number, LMK and its check value (six digits count)."""
        reply = self._client.send(Diagnostics(lmk=self._lmk))
        kind = "key block" if self._dialect.keys_are_blocks else "variant"
        lmk, check_value = f"{kind} {self._lmk or '(default)'}", reply.check_value[:6]
        details = (("firmware", reply.firmware), ("LMK", lmk), ("LMK check value", check_value))
        return DeviceIdentity(self.name, details, storage=f"LMK {lmk}, check value {check_value}")

    @sends("EI")
    def make_signing_key(self, bits: int) -> SigningKey:
        """An RSA key pair for signatures only; the private key comes back under the LMK."""
        reply = self._client.send(self._dialect.generate_pair(bits))
        if reply.private_key.block != self._dialect.keys_are_blocks:
            raise ProtocolError(
                "the new private key is not under the kind of LMK that the settings name",
                hint="check variant_lmk and the LMK identifiers",
            )
        return SigningKey(public_spki(_rsa_key(reply.public_key)), reply.private_key.octets)

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
                public_key=public_pkcs1(_rsa_key(key.public_key)),
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
        return HeldKey(reply.key, _kcv(reply.kcv, attributes.algorithm), attributes)

    @sends("BU")
    def key_check_value(self, key: KeyToMove) -> Kcv:
        """Six digits."""
        return _kcv(self._client.send(self._dialect.check_value(key)).kcv, key.attributes.algorithm)

    @sends("A8")
    def export_tr31(self, key: KeyToMove, *, kek: KeyToMove) -> KeyBlock:
        """See `ExportsTr31.export_tr31`."""
        request = self._dialect.export_tr31(key, kek)
        reply = self._client.send(request)
        if not reply.key.startswith("R"):
            raise ProtocolError("the exported key is not in a TR-31 block")
        text = reply.key.removeprefix("R")
        if tr31.parse(text).header.version_id != request.version:
            raise ProtocolError(f"the exported block is not of version {request.version}, which was asked for")
        return KeyBlock(text, _kcv(reply.kcv, key.attributes.algorithm))

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
        return KeyToken(der, _kcv(reply.kcv.hex(), key.attributes.algorithm), token.layout.value)


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
        connection = Connection(
            settings.host,
            settings.port,
            framing=LengthPrefixed,
            connect_timeout=settings.connect_timeout,
            reply_timeout=settings.reply_timeout,
            tls=settings.tls.resolved() if settings.tls else None,
        )
        return PayshieldAdapter(settings, Client(connection, settings.header_length, trace or _log_trace(settings)))


def _log_trace(settings: PayshieldSettings) -> Trace | None:
    return _log.info if settings.debug else None


def _kcv(digits: str, algorithm: KeyAlgorithm) -> Kcv:
    return Kcv(digits, KcvMethod.for_algorithm(algorithm))


def _rsa_key(der: bytes) -> rsa.RSAPublicKey:
    try:
        key = load_der_public_key(der)
    except ValueError:
        raise ProtocolError("the HSM's public key is no RSA key in DER") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise ProtocolError("the HSM's public key is no RSA key in DER")
    return key


ADAPTER = PayshieldEntry()

# mypy holds the class to each ability it claims
_abilities: tuple[
    type[Side],
    type[Identifies],
    type[MakesSigningKeys],
    type[MakesCsrs],
    type[MakesKeys],
    type[ShowsKcv],
    type[ExportsTr34],
    type[ExportsTr31],
] = (PayshieldAdapter,) * 8
