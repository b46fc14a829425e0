"""DiffieHellmanTr31KeyBlock: a key block under a key that both sides derive of their ECC key pairs."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from keyexchange.crypto import ec as ec_keys
from keyexchange.crypto.kdf import Derivation, KdfFunction, KdfHash
from keyexchange.errors import FormatError
from keyexchange.hsm.apc.attributes import USAGE_NAMES
from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.identifiers import find_usable_key
from keyexchange.hsm.apc.materials.outgoing import Outgoing
from keyexchange.hsm.apc.materials.tr31_block import receive_under, send_under
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.rules import require_strength
from keyexchange.hsm.apc.trust import certified_key, find_authority, read_certificate, verify_issued
from keyexchange.hsm.apc.wrapping import WRAPPING_USAGES
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyRecord
from keyexchange.keys import Algorithm, KeyAlgorithm
from keyexchange.tr31 import Kbpk

_KEY_AGREEMENT = "K3"


def receive(hsm: Hsm, context: Context, request: Values, material: Values) -> KeyRecord:
    """Source: APC API reference, ImportDiffieHellmanTr31KeyBlock."""
    _, kbpk, algorithm = _derived(hsm, context, material)
    return receive_under(hsm, context, request, material["WrappedKeyBlock"], kbpk=kbpk, wrapping=algorithm)


def send(hsm: Hsm, context: Context, outgoing: Outgoing, material: Values) -> tuple[KeyRecord, str]:
    """Source: APC API reference, ExportDiffieHellmanTr31KeyBlock."""
    record, kbpk, algorithm = _derived(hsm, context, material)
    return record, send_under(outgoing, kbpk, algorithm, material.get("KeyBlockHeaders", {}))


def _derived(hsm: Hsm, context: Context, material: Values) -> tuple[KeyRecord, Kbpk, KeyAlgorithm]:
    """The key pair, and the key block protection key that it and the other side's certificate derive.

    Raises:
        ApiError: ResourceNotFoundException, ConflictException, ValidationException.
    """
    record = _private_key(hsm, context, material["PrivateKeyIdentifier"])
    peer = _peer(hsm, context, material, record)
    algorithm = KeyAlgorithm(material["DeriveKeyAlgorithm"])
    if algorithm.letter is Algorithm.H:
        raise validation(f"DeriveKeyAlgorithm {algorithm} does not protect key blocks")
    require_strength(record.algorithm, algorithm)
    derivation = Derivation(
        function=KdfFunction(material["KeyDerivationFunction"]),
        hash=KdfHash(material["KeyDerivationHashAlgorithm"]),
        shared_information=bytes.fromhex(material["DerivationData"]["SharedInformation"]),
        algorithm=algorithm,
    )
    assert record.block is not None
    private_key = ec_keys.load_private(hsm.vault.key(record.block).reveal())
    try:
        shared = ec_keys.shared_secret(private_key, peer)
    except FormatError as error:
        raise validation(f"PublicKeyCertificate: {error.message}") from None
    return record, Kbpk(algorithm.letter.value, derivation.key(shared)), algorithm


def _private_key(hsm: Hsm, context: Context, identifier: str) -> KeyRecord:
    record = find_usable_key(hsm, context, identifier)
    if record.usage != _KEY_AGREEMENT or record.block is None:
        raise validation("PrivateKeyIdentifier is not a TR31_K3_ASYMMETRIC_KEY_FOR_KEY_AGREEMENT key pair")
    if record.derive_key_usage not in WRAPPING_USAGES:
        allowed = " or ".join(USAGE_NAMES[usage] for usage in WRAPPING_USAGES)
        raise validation(f"PrivateKeyIdentifier does not have the DeriveKeyUsage {allowed}")
    return record


def _peer(hsm: Hsm, context: Context, material: Values, record: KeyRecord) -> EllipticCurvePublicKey:
    authority = find_authority(hsm, context, material["CertificateAuthorityPublicKeyIdentifier"])
    certificate = read_certificate("PublicKeyCertificate", material["PublicKeyCertificate"])
    verify_issued(hsm, "PublicKeyCertificate", certificate, authority)
    algorithm, key = certified_key("PublicKeyCertificate", certificate)
    if not isinstance(key, EllipticCurvePublicKey):
        raise validation(f"PublicKeyCertificate holds an {algorithm} key; PrivateKeyIdentifier is {record.algorithm}")
    return key
