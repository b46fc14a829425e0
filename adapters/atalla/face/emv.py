"""Answers to 350, 351 and 352."""

from __future__ import annotations

from keyexchange.crypto import TdesKey, block_cipher_kcv
from keyexchange.errors import FormatError, MismatchError
from keyexchange.payment import PinBlockFormat, PinLayout, decrypt_pin
from keyexchange.payment.emv.cryptograms import arpc_method_1, arpc_method_2, verify_application_cryptogram
from keyexchange.payment.emv.master_keys import icc_master_key_a, icc_master_key_b
from keyexchange.payment.emv.pin_change import change_pin, iso_2_pin_block
from keyexchange.payment.emv.scripts import EMV, MASTERCARD
from keyexchange.payment.emv.session_keys import common
from keyexchange.payment.mac import iso9797_algorithm_3
from keyexchange.payment.padding import Padding

from ..commands import (
    ChangeCardPin,
    ChangeCardPinReply,
    ScriptMac,
    ScriptMacReply,
    VerifyArqc,
    VerifyArqcReply,
)
from ..commands.emv import COMMON, ISO_2, VISA_10
from ..errors import Refusal
from .data import MAC_OCTETS, grouped
from .device import Device, OpenKey, answers
from .pin import PIN_KEY

_CRYPTOGRAMS, _CONFIDENTIALITY, _INTEGRITY = "E0", "E1", "E2"
_OPTION_B = "B"
_FORMS = {ISO_2: MASTERCARD}
_CARD_STATUS_UPDATE = 4


@answers(VerifyArqc)
def verify_arqc(device: Device, request: VerifyArqc) -> VerifyArqcReply:
    """350."""
    master = _master_key(device, request.master_key, 2, _CRYPTOGRAMS)
    card = _card_key(master, request.pan, request.sequence_number)
    session = card if request.derivation == VISA_10 else _session(card, request.diversifier, 5)
    try:
        verify_application_cryptogram(session, request.data, request.arqc, padding=Padding.METHOD_1)
        right, code, field = True, request.response_code, 8
    except MismatchError:
        right, code, field = False, request.failure_code or b"", 9
    arpc = _arpc(request, card, session, code, field) if code else b""
    return VerifyArqcReply(
        arpc=arpc,
        session_digits=_digits(device, session),
        master_digits=device.digits(master),
        verified=("Y" if right else "N") if request.failure_code else None,
    )


@answers(ChangeCardPin)
def change_card_pin(device: Device, request: ChangeCardPin) -> ChangeCardPinReply:
    """351."""
    device.header(request.pin_key, 4, usages=PIN_KEY, mode="ND")
    pin_key = device.open(request.pin_key, 4)
    confidentiality = _master_key(device, request.confidentiality_key, 5, _CONFIDENTIALITY)
    integrity = _master_key(device, request.integrity_key, 6, _INTEGRITY)
    enciphering, authenticating = (
        _session(_card_key(master, request.pan, request.sequence_number), request.diversifier, 12)
        for master in (confidentiality, integrity)
    )
    told = {
        "pin_key_digits": device.digits(pin_key),
        "confidentiality_digits": device.digits(confidentiality),
        "integrity_digits": device.digits(integrity),
        "session_confidentiality_digits": _digits(device, enciphering),
        "session_integrity_digits": _digits(device, authenticating),
    }
    try:
        pin = decrypt_pin(TdesKey(pin_key.key), PinLayout(PinBlockFormat.ISO_0, f"{request.pin_pan}0"), request.new_pin)
    except FormatError:
        return ChangeCardPinReply(sound="N", block=b"", mac="", **told)
    form = _FORMS.get(request.derivation, EMV)
    changed = change_pin(enciphering, authenticating, request.message, iso_2_pin_block(pin), form)
    return ChangeCardPinReply(sound="Y", block=changed.enciphered, mac=changed.mac.hex().upper(), **told)


@answers(ScriptMac)
def script_mac(device: Device, request: ScriptMac) -> ScriptMacReply:
    """352."""
    master = _master_key(device, request.master_key, 2, _INTEGRITY)
    session = _session(_card_key(master, request.pan, request.sequence_number), request.diversifier, 5)
    if len(request.data) % 8:
        raise Refusal("01", 8)
    mac = iso9797_algorithm_3(session, request.data)[: MAC_OCTETS[request.length_code]]
    return ScriptMacReply(
        length_code=request.length_code,
        mac=grouped(mac),
        session_digits=_digits(device, session),
        master_digits=device.digits(master),
    )


def _arpc(request: VerifyArqc, card: TdesKey, session: TdesKey, code: bytes, field: int) -> bytes:
    try:
        if request.derivation == COMMON and len(code) == _CARD_STATUS_UPDATE:
            return arpc_method_2(session, request.arqc, code)
        return arpc_method_1(session if request.derivation == COMMON else card, request.arqc, code)
    except FormatError:
        raise Refusal("01", field) from None


def _master_key(device: Device, text: str, field: int, usage: str) -> OpenKey:
    key = device.open(text, field, usages="m")
    if usage not in key.header.usages:
        raise Refusal("06", field)
    if len(key.key) != 16:
        raise Refusal("10", field)
    return key


def _card_key(master: OpenKey, pan: str, sequence_number: str) -> TdesKey:
    derive = icc_master_key_b if pan.startswith(_OPTION_B) else icc_master_key_a
    try:
        return derive(TdesKey(master.key), pan.removeprefix(_OPTION_B), sequence_number.rjust(2, "0"))
    except FormatError:
        raise Refusal("03", 3) from None


def _session(card: TdesKey, diversifier: bytes, field: int) -> TdesKey:
    try:
        return common(card, diversifier)
    except FormatError:
        raise Refusal("01", field) from None


def _digits(device: Device, key: TdesKey) -> str:
    return block_cipher_kcv(key, device.options.check_digits).digits
