"""An Atalla as a KRD of TR-34 tokens and of keys under RSA, by conventions of our simulator: nothing public takes them.

What is public, keys by TR-31, is in the adapter.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from keyexchange import pki
from keyexchange.crypto.rsa import PUBLIC_EXPONENT, WrappingSpec, generate
from keyexchange.errors import ProtocolError
from keyexchange.keys import Kcv, KcvMethod, KeyAttributes
from keyexchange.protocols.abilities import sends
from keyexchange.protocols.messages import (
    CertificateChain,
    HeldKey,
    ImportMark,
    KeyCryptogram,
    KeyToken,
    KeyToMove,
    KrdCredential,
    TrustAnchor,
)

from . import akb
from .client import Client
from .commands import GenerateKeyPair, GenerateKeyPairReply, ReceiveRsa, ReceiveTr34
from .headers import Header, header_for
from .officers import SENDER, Officers

VALIDITY_DAYS = 30
_ROOT_BITS = 2048
_EXPONENT = PUBLIC_EXPONENT.to_bytes(3, "big")
_RECEIVES = "k"
_RECEIVING_BITS = 2048
_HASHES = {WrappingSpec.RSA_OAEP_SHA_256: "5", WrappingSpec.RSA_OAEP_SHA_512: "7"}


class Receiving:
    """Abilities that only the simulator has commands for.

    Args:
        client: speaks to the HSM.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._officers = Officers(client)
        self._simulated = False

    @sends("12A")
    def accept_sender(self, certificate: bytes, exchange_dir: Path) -> TrustAnchor:
        """See `AcceptsSenders.accept_sender`."""
        return TrustAnchor(self._accepted(SENDER, certificate, exchange_dir), ())

    @sends("120")
    def offer_krd_credential(self) -> KrdCredential:
        """See `OffersKrdCredential`: a new pair, certified by an authority that is made for this and forgotten."""
        return self._credential()

    @sends("9034")
    def import_tr34(
        self,
        token: KeyToken,
        *,
        key: KeyToMove,
        credential: KrdCredential,
        anchor: TrustAnchor,
        kdh_certificate: bytes,  # noqa: ARG002  # the officers have accepted the key in it
        nonce: bytes,
        mark: ImportMark,  # noqa: ARG002
    ) -> HeldKey:
        """See `ImportsTr34.import_tr34`."""
        request = ReceiveTr34(private_key=credential.token, sender=anchor.reference, nonce=nonce, token=token.der)
        reply = self._client.send(request)
        return received(reply.key, reply.check_digits, key.attributes)

    @sends("120")
    def offer_rsa_credential(self) -> KrdCredential:
        """See `OffersRsaCredential`: as for a TR-34 token."""
        return self._credential()

    @sends("9035")
    def import_rsa(
        self,
        cryptogram: KeyCryptogram,
        *,
        key: KeyToMove,
        credential: KrdCredential,
        mark: ImportMark,  # noqa: ARG002
    ) -> HeldKey:
        """See `ImportsRsa.import_rsa`. A cryptogram has no header, so the key gets the one that the file asks for."""
        reply = self._client.send(
            ReceiveRsa(
                private_key=credential.token,
                hash=_HASHES[WrappingSpec(cryptogram.spec)],
                header=header_for(key.attributes).text,
                cryptogram=cryptogram.octets,
            )
        )
        return received(reply.key, reply.check_digits, key.attributes)

    def _accepted(self, header: str, certificate: bytes, exchange_dir: Path) -> str:
        return self._officers.accept(header, certificate, exchange_dir, simulated=self._simulated)

    def _credential(self) -> KrdCredential:
        reply = generate_pair(self._client, _RECEIVES, _RECEIVING_BITS)
        chain = certified(rsa_key_of(reply.public_key), now=datetime.now(UTC))
        return KrdCredential(chain, reply.private_key, pki.load(chain.certificate).not_valid_after_utc)


def certified(key: rsa.RSAPublicKey, *, now: datetime) -> CertificateChain:
    """The key's certificate under a root whose private key nobody keeps.

    Args:
        now: aware.
    """
    root_key = generate(_ROOT_BITS)
    root = pki.issue_root("keyexchange KRD CA", root_key, days=VALIDITY_DAYS, now=now)
    leaf = pki.issue_leaf("keyexchange KRD", key, root, root_key, purpose="wrap", days=VALIDITY_DAYS, now=now)
    return CertificateChain(pki.to_der(leaf), (pki.to_der(root),))


def generate_pair(client: Client, usage: str, bits: int) -> GenerateKeyPairReply:
    """120: an RSA pair.

    Args:
        usage: w signs TR-34 tokens, k receives keys.
    """
    return client.send(GenerateKeyPair(usage=usage, exponent=_EXPONENT, bits=f"{bits:04d}"))


def rsa_key_of(text: str) -> rsa.RSAPublicKey:
    """The public key of a key block.

    Raises:
        ProtocolError: it holds none, or in another form than AWS's scripts know.
    """
    modulus = akb.parse(text).public_modulus
    try:
        return rsa.RSAPublicNumbers(PUBLIC_EXPONENT, modulus or 0).public_key()
    except ValueError:
        raise ProtocolError("the HSM's public key is not in a key block as AWS's scripts know it") from None


def kcv_of(digits: str) -> Kcv:
    """The check value that the HSM states of a TDES key."""
    return Kcv(digits, KcvMethod.ANSI_X9_24)


def received(block: str, digits: str, wanted: KeyAttributes) -> HeldKey:
    """A key that has arrived. Its header does not tell everything: the rest is as it was sent."""
    return HeldKey(block, kcv_of(digits), Header(akb.parse(block).header).attributes(wanted))
