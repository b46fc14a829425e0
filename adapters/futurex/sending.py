"""The Futurex HSM as a KDH: making keys, asking their check values, and the ways out of TR-34, TR-31 and RSA wrap."""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key

from keyexchange import pki, tr31, tr34
from keyexchange.crypto.rsa import public_spki
from keyexchange.errors import ProtocolError, UnsupportedError
from keyexchange.keys import Kcv, KeyAlgorithm, KeyAttributes
from keyexchange.protocols.abilities import sends
from keyexchange.protocols.messages import (
    AgreementKey,
    CertificateChain,
    Csr,
    HeldKey,
    KeyBlock,
    KeyCryptogram,
    KeyToken,
    KeyToMove,
    SigningKey,
    TrustAnchor,
)

from .client import Client
from .commands import ExportKey, ExportRsa, ExportTr34, GenerateRsaPair, TrustCertificate
from .receiving import make_request
from .wording import OAEP_HASHES, envelope_for, generation_of, kcv_of, rsa_key

_SIGN, _VERIFY = "G", "V"
_VERSIONS = {"T": "B", "A": "D"}
"""Of a block under a KEK, by the KEK's algorithm."""
_CHECKING_KEK = KeyAttributes("K1", KeyAlgorithm.AES_256, "B")


class Sending:
    """The abilities of a KDH. Keys are blocks under the PMK.

    Args:
        client: speaks to the HSM.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._checking_kek: str | None = None

    @sends("GRSA")
    def make_signing_key(self, bits: int) -> SigningKey:
        """An RSA key pair for signatures only; the private key comes back under the PMK."""
        reply = self._client.send(GenerateRsaPair(bits=str(bits), mode=_SIGN))
        return SigningKey(public_spki(rsa_key(reply.public_key)), reply.private_key.encode("ascii"))

    @sends("ASYR")
    def make_csr(self, key: SigningKey, common_name: str) -> Csr:
        """A PKCS#10 request; its key and signature are checked before it is given out."""
        return self._request(key, common_name, "critical,digitalSignature")

    def _request(self, key: SigningKey | AgreementKey, common_name: str, usages: str) -> Csr:
        der = make_request(self._client, key.reference.decode("ascii"), common_name, usages)
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
        return self._exported(key, kek.reference, kek.attributes.algorithm)

    def _exported(self, key: KeyToMove, kek: str, kek_algorithm: KeyAlgorithm) -> KeyBlock:
        """A key in a block under a KEK that is under the PMK."""
        reply = self._client.send(ExportKey(kek=kek, key=key.reference))
        expected = _VERSIONS[kek_algorithm.letter.value]
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

    @sends("AVPC", "ZRSE")
    def export_rsa(
        self,
        key: KeyToMove,
        *,
        receiver: CertificateChain,
        spec: str,
        anchor: TrustAnchor | None,  # noqa: ARG002 (asked for at the command, as for TRTP)
    ) -> KeyCryptogram:
        """See `ExportsRsa.export_rsa`. By a convention of the simulator.

        Raises:
            UnsupportedError: no issuer of the receiver's certificate is given.
        """
        reply = self._client.send(
            ExportRsa(
                certificate=receiver.certificate,
                issuer=self._trusted(receiver.issuers),
                key=key.reference,
                hash=OAEP_HASHES[spec],
            )
        )
        return KeyCryptogram(reply.wrapped, spec, kcv_of(reply.kcv, key.attributes.algorithm.letter))

    def _trusted(self, issuers: tuple[bytes, ...]) -> str:
        """The trusted key of the first of these certificates, which go up to the root."""
        if not issuers:
            raise UnsupportedError(
                "a Futurex HSM verifies the other side's certificate itself and needs its issuers",
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
