"""The key that leaves: a stored one, or the initial DUKPT key that is made of it for this one answer."""

from __future__ import annotations

from dataclasses import dataclass

from keyexchange.crypto import AesKey, TdesKey
from keyexchange.errors import FormatError
from keyexchange.hsm.apc.enrolment import check_value
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.identifiers import key_arn
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.rules import kcv_method
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyClass, KeyRecord
from keyexchange.keys import Algorithm, Kcv, KeyAlgorithm
from keyexchange.secret import Secret

_BASE_DERIVATION, _INITIAL = "B0", "B1"
_TDES_KSN_OCTETS = 10


@dataclass(frozen=True)
class Outgoing:
    """A key on its way out, in the codes of X9.143."""

    usage: str
    algorithm: KeyAlgorithm
    mode_of_use: str
    key: Secret
    kcv: Kcv


def outgoing_key(hsm: Hsm, record: KeyRecord, attributes: Values) -> Outgoing:
    """What ExportKey sends of a stored key.

    Args:
        attributes: the request's ExportAttributes.

    Raises:
        ApiError: ValidationException.

    Source: APC API reference, ExportKey, ExportAttributes and ExportDukptInitialKey; User Guide, "Export DUKPT Initial
    Keys (IPEK/IK)".
    """
    if record.key_class is not KeyClass.SYMMETRIC_KEY or record.block is None:
        raise validation("ExportKeyIdentifier is not a symmetric key")
    if not record.exportable:
        raise validation(f"Key {key_arn(record.home, record.id)} is not exportable")
    key = hsm.vault.key(record.block)
    initial = attributes.get("ExportDukptInitialKey")
    if initial is None:
        if "KeyCheckValueAlgorithm" in attributes:
            raise validation("KeyCheckValueAlgorithm of ExportAttributes is for the export of DUKPT initial keys only")
        kcv = Kcv(record.kcv, record.kcv_method)
        return Outgoing(record.usage, record.algorithm, record.mode_of_use, key, kcv)
    if record.usage != _BASE_DERIVATION:
        raise validation("ExportDukptInitialKey needs a key with KeyUsage TR31_B0_BASE_DERIVATION_KEY")
    derived = _initial_key(record.algorithm, key, initial["KeySerialNumber"])
    method = kcv_method(record.algorithm, attributes.get("KeyCheckValueAlgorithm"))
    return Outgoing(_INITIAL, record.algorithm, "X", derived, check_value(record.algorithm, derived, method))


def _initial_key(algorithm: KeyAlgorithm, bdk: Secret, serial_number: str) -> Secret:
    from keyexchange.payment import dukpt_aes, dukpt_tdes  # noqa: PLC0415  # the control plane needs no more of the room

    octets = bytes.fromhex(serial_number)
    try:
        if algorithm.letter is Algorithm.A:
            return dukpt_aes.initial_key(AesKey(bdk), dukpt_aes.AesKsn(octets)).secret
        if len(octets) != _TDES_KSN_OCTETS:
            raise validation("KeySerialNumber has 20 hexadecimal digits for a TDES key")
        return dukpt_tdes.initial_key(TdesKey(bdk), dukpt_tdes.TdesKsn(octets)).secret
    except FormatError as error:
        raise validation(f"ExportDukptInitialKey: {error.message}") from None
