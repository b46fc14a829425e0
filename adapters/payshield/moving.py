"""What every way into and out of a payShield has in common: check values, key pairs, TR-31 blocks."""

from __future__ import annotations

from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from keyexchange import tr31
from keyexchange.crypto.rsa import public_spki
from keyexchange.errors import ProtocolError
from keyexchange.keys import Kcv, KcvMethod, KeyAlgorithm
from keyexchange.protocols.abilities import sends
from keyexchange.protocols.messages import HeldKey, ImportMark, KeyBlock, KeyToMove, SigningKey

from .client import Client
from .commands import GenerateKeyPair
from .dialects import TR31_TAG, Dialect
from .refusals import refusal_of


class MovingBlocks:
    """TR-31 both ways, and the check value of a key.

    Args:
        client: speaks to the HSM.
        dialect: words the commands.
    """

    def __init__(self, client: Client, dialect: Dialect) -> None:
        self._client = client
        self._dialect = dialect

    @sends("BU")
    def key_check_value(self, key: KeyToMove) -> Kcv:
        """See `ShowsKcv`: six digits."""
        return kcv_of(self._client.send(self._dialect.check_value(key)).kcv, key.attributes.algorithm)

    @sends("A8")
    def export_tr31(self, key: KeyToMove, *, kek: KeyToMove) -> KeyBlock:
        """See `ExportsTr31.export_tr31`."""
        request = self._dialect.export_tr31(key, kek)
        reply = self._client.send(request)
        if not reply.key.startswith(TR31_TAG):
            raise ProtocolError("the exported key is not in a TR-31 block")
        text = reply.key.removeprefix(TR31_TAG)
        if tr31.parse(text).header.version_id != request.version:
            raise ProtocolError(f"the exported block is not of version {request.version}, which was asked for")
        return KeyBlock(text, kcv_of(reply.kcv, key.attributes.algorithm))

    @sends("A6")
    def import_tr31(self, block: KeyBlock, *, key: KeyToMove, kek: HeldKey, mark: ImportMark) -> HeldKey:  # noqa: ARG002
        """See `ImportsTr31.import_tr31`. The key comes back under the LMK: the report names it."""
        reply = self._client.send(self._dialect.import_tr31(block.text, key, kek.reference))
        return self._arrived(reply.key, reply.kcv, key)

    def _arrived(self, reference: str, digits: str, key: KeyToMove) -> HeldKey:
        """A key as it is here now.

        Raises:
            ProtocolError: it is another kind of key than the one that was sent.
        """
        refusal = refusal_of(
            replace(key, reference=reference), "key_check_value", keys_are_blocks=self._dialect.keys_are_blocks
        )
        if refusal is not None:
            raise ProtocolError(
                f"the key that arrived is not the one that was sent: {refusal}",
                hint="check variant_lmk and the LMK identifiers",
            )
        attributes = self._dialect.arrived_attributes(reference, key.attributes)
        return HeldKey(reference, kcv_of(digits, key.attributes.algorithm), attributes)

    def _new_pair(self, request: GenerateKeyPair) -> SigningKey:
        """A new RSA pair.

        Raises:
            ProtocolError: its private key is not under the kind of LMK that the settings name.
        """
        reply = self._client.send(request)
        if reply.private_key.block != self._dialect.keys_are_blocks:
            raise ProtocolError(
                "the new private key is not under the kind of LMK that the settings name",
                hint="check variant_lmk and the LMK identifiers",
            )
        return SigningKey(public_spki(rsa_key(reply.public_key)), reply.private_key.octets)


def kcv_of(digits: str, algorithm: KeyAlgorithm) -> Kcv:
    """A check value as a key of this algorithm has it."""
    return Kcv(digits, KcvMethod.for_algorithm(algorithm))


def rsa_key(der: bytes) -> rsa.RSAPublicKey:
    """An RSA public key as the HSM states it.

    Raises:
        ProtocolError: it is none.
    """
    try:
        key = load_der_public_key(der)
    except ValueError:
        raise ProtocolError("the HSM's public key is no RSA key in DER") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise ProtocolError("the HSM's public key is no RSA key in DER")
    return key
