"""DiffieHellmanTr31KeyBlock: a key block under a key that both sides derive of their ECC key pairs."""

from __future__ import annotations

from keyexchange.hsm.apc.agreement import OwnKey, agree
from keyexchange.hsm.apc.attributes import USAGE_NAMES
from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.identifiers import find_usable_key
from keyexchange.hsm.apc.materials.outgoing import Outgoing
from keyexchange.hsm.apc.materials.tr31_block import receive_under, send_under
from keyexchange.hsm.apc.protocol import Values
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
    algorithm = KeyAlgorithm(material["DeriveKeyAlgorithm"])
    if algorithm.letter is Algorithm.H:
        raise validation(f"DeriveKeyAlgorithm {algorithm} does not protect key blocks")
    assert record.block is not None
    _, key = agree(
        hsm,
        context,
        OwnKey(record.algorithm, hsm.vault.ec_private(record.block)),
        material,
        algorithm=algorithm.value,
        shared_information=material["DerivationData"]["SharedInformation"],
    )
    return record, Kbpk(algorithm.letter.value, key), algorithm


def _private_key(hsm: Hsm, context: Context, identifier: str) -> KeyRecord:
    record = find_usable_key(hsm, context, identifier)
    if record.usage != _KEY_AGREEMENT or record.block is None:
        raise validation("PrivateKeyIdentifier is not a TR31_K3_ASYMMETRIC_KEY_FOR_KEY_AGREEMENT key pair")
    if record.derive_key_usage not in WRAPPING_USAGES:
        allowed = " or ".join(USAGE_NAMES[usage] for usage in WRAPPING_USAGES)
        raise validation(f"PrivateKeyIdentifier does not have the DeriveKeyUsage {allowed}")
    return record
