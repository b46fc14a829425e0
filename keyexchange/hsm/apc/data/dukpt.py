"""The working key of a DUKPT transaction, by the attributes that PIN, MAC and data operations share."""

from __future__ import annotations

from enum import Enum

from keyexchange.crypto import BlockCipherKey
from keyexchange.hsm.apc.data.keys import DataKey
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.device import Hsm
from keyexchange.keys import Algorithm, KeyAlgorithm
from keyexchange.payment import (
    AesDevice,
    AesKeyType,
    AesKsn,
    AesUsage,
    TdesDevice,
    TdesKsn,
    TdesUsage,
    dukpt_aes,
    dukpt_tdes,
)

REQUEST = "REQUEST"
"""The variant where a request names none. It decrypts the data of AWS's own Java sample, whose requests name none."""

_DEVICE = "device"


class Purpose(Enum):
    """What the working key is for; its usages by DukptKeyVariant.

    Traffic that goes both ways has the request's keys in TDES DUKPT. Source: ANSI X9.24-1:2009, table A-1; in AES
    DUKPT it has usages of its own. Source: ANSI X9.24-3:2017, table 2. A PIN only ever goes one way.
    """

    tdes: dict[str, TdesUsage]
    aes: dict[str, AesUsage]

    def __init__(self, tdes: tuple[TdesUsage, TdesUsage], aes: tuple[AesUsage, AesUsage, AesUsage]) -> None:
        request, response = tdes
        self.tdes = {"REQUEST": request, "RESPONSE": response, "BIDIRECTIONAL": request}
        self.aes = dict(zip(("REQUEST", "RESPONSE", "BIDIRECTIONAL"), aes, strict=True))

    PIN = (TdesUsage.PIN, TdesUsage.PIN), (AesUsage.PIN, AesUsage.PIN, AesUsage.PIN)
    MAC = (
        (TdesUsage.MAC_REQUEST, TdesUsage.MAC_RESPONSE),
        (AesUsage.MAC_GENERATION, AesUsage.MAC_VERIFICATION, AesUsage.MAC_BOTH_WAYS),
    )
    DATA = (
        (TdesUsage.DATA_REQUEST, TdesUsage.DATA_RESPONSE),
        (AesUsage.DATA_ENCRYPTION, AesUsage.DATA_DECRYPTION, AesUsage.DATA_BOTH_WAYS),
    )


def working_key(
    hsm: Hsm,
    bdk: DataKey,
    key_serial_number: str,
    purpose: Purpose,
    *,
    derivation_type: str | None,
    variant: str | None,
) -> BlockCipherKey:
    """Derive the key of one transaction.

    The keys of lately seen devices are kept, with those on the way to their latest transaction: a transaction often has
    a PIN, a MAC and data, and the next one shares all but the last step.

    Args:
        bdk: found for `Use.DUKPT`.
        key_serial_number: hexadecimal, of 8 or 10 octets for TDES, 12 for AES.
        derivation_type: DukptDerivationType; when absent, TDES_2KEY under TDES and the base derivation key's own
            algorithm under AES.
        variant: DukptKeyVariant; `REQUEST` when absent.

    Raises:
        ApiError: ValidationException: a type that is not derived from this key.
        FormatError: a KSN of another length; a type stronger than the base derivation key.
    """
    ksn = bytes.fromhex(key_serial_number)
    variant = variant or REQUEST
    if bdk.algorithm.letter is Algorithm.A:
        kind = AesKeyType[derivation_type or bdk.algorithm.name]
        aes_ksn = AesKsn(ksn)
        transaction = _aes_device(hsm, bdk, aes_ksn).transaction_key(aes_ksn.counter)
        return dukpt_aes.working_key(transaction, aes_ksn, purpose.aes[variant], kind)
    if derivation_type not in (None, KeyAlgorithm.TDES_2KEY.value):
        raise validation(f"No {derivation_type} key is derived from a TDES base derivation key")
    tdes_ksn = TdesKsn(ksn)
    return _tdes_device(hsm, bdk, tdes_ksn).working_key(tdes_ksn.counter, purpose.tdes[variant])


def _tdes_device(hsm: Hsm, bdk: DataKey, ksn: TdesKsn) -> TdesDevice:
    assert bdk.block is not None, "base derivation keys do not come wrapped"
    return hsm.vault.derived(
        bdk.block, _DEVICE, ksn.device, make=lambda: TdesDevice(dukpt_tdes.initial_key(bdk.tdes, ksn), ksn)
    )


def _aes_device(hsm: Hsm, bdk: DataKey, ksn: AesKsn) -> AesDevice:
    assert bdk.block is not None, "base derivation keys do not come wrapped"
    return hsm.vault.derived(
        bdk.block, _DEVICE, ksn.initial_key_id, make=lambda: AesDevice(dukpt_aes.initial_key(bdk.aes, ksn), ksn)
    )
