"""Keys that both sides of an exchange derive of their ECC key pairs (ECDH)."""

from __future__ import annotations

from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

from keyexchange.crypto import ec as ec_keys
from keyexchange.crypto.kdf import Derivation, KdfFunction, KdfHash
from keyexchange.errors import FormatError
from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.rules import require_strength
from keyexchange.hsm.apc.trust import certified_key, find_authority, read_certificate, verify_issued
from keyexchange.hsm.device import Hsm
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret


class OwnKey(NamedTuple):
    """The service's half."""

    algorithm: KeyAlgorithm
    private_key: EllipticCurvePrivateKey


class Agreed(NamedTuple):
    """A derived key."""

    algorithm: KeyAlgorithm
    key: Secret


def agree(
    hsm: Hsm, context: Context, own: OwnKey, parameters: Values, *, algorithm: str, shared_information: str
) -> Agreed:
    """Derive a key.

    Args:
        parameters: with CertificateAuthorityPublicKeyIdentifier, PublicKeyCertificate, KeyDerivationFunction and
            KeyDerivationHashAlgorithm, as every operation that agrees on a key has them.
        algorithm: of the derived key.
        shared_information: hexadecimal.

    Raises:
        ApiError: ResourceNotFoundException; ConflictException; ValidationException: a certificate that is not valid,
            holds another kind of key or one on another curve; a curve weaker than the derived key.

    Source: APC API reference, ImportDiffieHellmanTr31KeyBlock and ExportDiffieHellmanTr31KeyBlock; APC Data Plane API
    reference, EcdhDerivationAttributes and IncomingDiffieHellmanTr31KeyBlock.
    """
    derived = KeyAlgorithm(algorithm)
    require_strength(own.algorithm, derived)
    derivation = Derivation(
        function=KdfFunction(parameters["KeyDerivationFunction"]),
        hash=KdfHash(parameters["KeyDerivationHashAlgorithm"]),
        shared_information=bytes.fromhex(shared_information),
        algorithm=derived,
    )
    try:
        shared = ec_keys.shared_secret(own.private_key, _peer(hsm, context, parameters))
    except FormatError as error:
        raise validation(f"PublicKeyCertificate: {error.message}") from None
    return Agreed(derived, derivation.key(shared))


def _peer(hsm: Hsm, context: Context, parameters: Values) -> EllipticCurvePublicKey:
    """The other side's public key, out of a certificate that an imported authority has issued."""
    authority = find_authority(hsm, context, parameters["CertificateAuthorityPublicKeyIdentifier"])
    certificate = read_certificate("PublicKeyCertificate", parameters["PublicKeyCertificate"])
    verify_issued(hsm, "PublicKeyCertificate", certificate, authority)
    algorithm, key = certified_key("PublicKeyCertificate", certificate)
    if not isinstance(key, EllipticCurvePublicKey):
        raise validation(f"PublicKeyCertificate holds an {algorithm} key, which agrees on no key")
    return key
