"""Keys of EMV cards: the master key of a card, which is kept, and the session keys of scripts."""

from __future__ import annotations

from collections.abc import Callable

from keyexchange.crypto import TdesKey
from keyexchange.hsm.apc.data.keys import DataKey
from keyexchange.hsm.apc.data.values import octets
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.device import Hsm
from keyexchange.payment.emv import MasterKeyOption, session_keys

OPTIONS = {"EMV_OPTION_A": MasterKeyOption.A, "EMV_OPTION_B": MasterKeyOption.B}
"""MajorKeyDerivationMode and EmvMajorKeyDerivationMode."""

_LONGEST_OF_OPTION_A = 16
_COUNTER, _CRYPTOGRAM = "ApplicationTransactionCounter", "ApplicationCryptogram"
SCRIPT_KEYS: dict[str, tuple[str, Callable[[TdesKey, bytes], TdesKey]]] = {
    "EMV_COMMON_SESSION_KEY": (_CRYPTOGRAM, session_keys.common),
    "MASTERCARD_SESSION_KEY": (_CRYPTOGRAM, session_keys.common),
    "EMV2000": (_COUNTER, session_keys.emv2000),
    "AMEX": (_COUNTER, session_keys.counter_xor),
    "VISA": (_COUNTER, session_keys.counter_xor),
    "UNION_PAY": (_COUNTER, session_keys.union_pay),
}
"""By SessionKeyDerivationMode: the one member of SessionKeyDerivationValue that it takes, and the method.

Source of the members: J8k3/aws-payment-cryptography-hsm-proxy, as found with the live service; UNION_PAY is newer than
that and takes a counter as its method does.
"""


def card_key(hsm: Hsm, issuer_key: DataKey, attributes: Values) -> TdesKey:
    """The master key of the card that a structure names by PAN and PAN sequence number.

    Args:
        issuer_key: found for one of the EMV uses.
        attributes: with MajorKeyDerivationMode, PrimaryAccountNumber and PanSequenceNumber.
    """
    mode, pan = attributes["MajorKeyDerivationMode"], attributes["PrimaryAccountNumber"]
    return card_master_key(hsm, issuer_key, OPTIONS[mode], pan, attributes["PanSequenceNumber"])


def card_master_key(hsm: Hsm, issuer_key: DataKey, option: MasterKeyOption, pan: str, sequence_number: str) -> TdesKey:
    """The master key of a card.

    Raises:
        ApiError: ValidationException: option B for a PAN for which it is option A. The message is the service's own
            (J8k3/aws-payment-cryptography-hsm-proxy, src/handlers/thales/cap_arqc.rs).
        FormatError: as `MasterKeyOption.derive`.
    """
    if option is MasterKeyOption.B and len(pan) <= _LONGEST_OF_OPTION_A:
        raise validation("PAN length is invalid for EMV major key derivation mode EMV_OPTION_B")
    assert issuer_key.block is not None, "issuer master keys do not come wrapped"
    return hsm.vault.derived(
        issuer_key.block,
        option,
        pan,
        sequence_number,
        make=lambda: option.derive(issuer_key.tdes, pan, sequence_number),
    )


def script_key(master_key: TdesKey, mode: str, value: Values) -> TdesKey:
    """The session key of a script.

    Args:
        mode: SessionKeyDerivationMode.
        value: SessionKeyDerivationValue.

    Raises:
        ApiError: ValidationException: the value's member is not the one that the mode takes.
    """
    member, derive = SCRIPT_KEYS[mode]
    if member not in value:
        raise validation(f"SessionKeyDerivationMode {mode} takes a SessionKeyDerivationValue with {member}")
    return derive(master_key, octets(value[member]))
