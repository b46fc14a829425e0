"""From what a request says to a key that may be used for it, opened and ready."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from keyexchange import pki
from keyexchange.crypto import AesKey, BlockCipherKey, TdesKey
from keyexchange.hsm.apc.agreement import OwnKey
from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.data.uses import Use
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.identifiers import find_usable_key, key_arn
from keyexchange.hsm.apc.trust import certified_key
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyClass, KeyRecord
from keyexchange.hsm.vault import PrivateKey, PublicKey
from keyexchange.keys import Algorithm, KeyAlgorithm
from keyexchange.secret import Secret

_CIPHERS = (Algorithm.T, Algorithm.A)


@dataclass(frozen=True)
class DataKey:
    """A key of an operation: one of the store, or one that came wrapped with the request.

    Args:
        arn: of the key; of a wrapped key, the ARN of the key that protects it.
        check_value: of the key itself.
        usage: code of X9.143.
        mode_of_use: code of X9.143.
        material: a cipher that keeps its contexts; octets of an HMAC key; a private key, or an imported public one.
        block: the sealed key of the store, under which derived keys are kept; None for a wrapped key.
        derive_key_usage: of a key agreement key pair.
    """

    arn: str
    check_value: str
    usage: str
    algorithm: KeyAlgorithm
    mode_of_use: str
    material: BlockCipherKey | Secret | PrivateKey | PublicKey = field(repr=False)
    block: str | None = field(default=None, repr=False)
    derive_key_usage: str | None = None

    @property
    def cipher(self) -> BlockCipherKey:
        """A TDES or AES key. The use's row must allow no other algorithms."""
        assert isinstance(self.material, BlockCipherKey)
        return self.material

    @property
    def tdes(self) -> TdesKey:
        """A TDES key. The use's row must allow no other algorithms."""
        assert isinstance(self.material, TdesKey)
        return self.material

    @property
    def aes(self) -> AesKey:
        """An AES key. The use's row must allow no other algorithms."""
        assert isinstance(self.material, AesKey)
        return self.material

    @property
    def secret(self) -> Secret:
        """The octets of a symmetric key."""
        return self.material if isinstance(self.material, Secret) else self.cipher.secret

    @property
    def rsa_private(self) -> rsa.RSAPrivateKey:
        """The private half of an RSA key pair.

        Raises:
            ApiError: ValidationException: only the public half was imported.
        """
        if not isinstance(self.material, rsa.RSAPrivateKey):
            raise validation("This operation needs the private key of an asymmetric key pair")
        return self.material

    @property
    def rsa_public(self) -> rsa.RSAPublicKey:
        """The public half of an RSA key pair, or an imported public key."""
        if isinstance(self.material, rsa.RSAPrivateKey):
            return self.material.public_key()
        assert isinstance(self.material, rsa.RSAPublicKey)
        return self.material

    @property
    def agreeing(self) -> OwnKey:
        """The half of a key agreement key pair that stays here."""
        assert isinstance(self.material, ec.EllipticCurvePrivateKey)
        return OwnKey(self.algorithm, self.material)


def find(hsm: Hsm, context: Context, identifier: str, use: Use) -> DataKey:
    """The key of an identifier, if it may be used for this now.

    Raises:
        ApiError: ResourceNotFoundException; ConflictException, which the data plane answers as ValidationException:
            disabled, waiting for its deletion or deleted; ValidationException: of a usage, algorithm or mode that is
            not for this.
    """
    key = hsm.known.get((context.home, identifier), lambda: _look_up(hsm, context, identifier))
    use.require(key.usage, key.algorithm, key.mode_of_use)
    return key


def _look_up(hsm: Hsm, context: Context, identifier: str) -> DataKey:
    record = find_usable_key(hsm, context, identifier)
    return DataKey(
        arn=key_arn(record.home, record.id),
        check_value=record.kcv,
        usage=record.usage,
        algorithm=record.algorithm,
        mode_of_use=record.mode_of_use,
        material=_open(hsm, record),
        block=record.block,
        derive_key_usage=record.derive_key_usage,
    )


def _open(hsm: Hsm, record: KeyRecord) -> BlockCipherKey | Secret | PrivateKey | PublicKey:
    if record.key_class is KeyClass.PUBLIC_KEY:
        assert record.certificate is not None
        return certified_key("KeyIdentifier", pki.load(record.certificate))[1]
    assert record.block is not None
    if record.algorithm.letter in _CIPHERS:
        return hsm.vault.cipher(record.block, record.algorithm.letter.value)
    if record.algorithm.letter is Algorithm.R:
        return hsm.vault.rsa_private(record.block)
    if record.algorithm.letter is Algorithm.E:
        return hsm.vault.ec_private(record.block)
    return hsm.vault.key(record.block)
