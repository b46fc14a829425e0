"""EMV: card master keys, session keys, cryptograms, issuer scripts and new PINs for cards, all on TDES."""

from keyexchange.payment.emv import scripts, session_keys
from keyexchange.payment.emv.cryptograms import (
    application_cryptogram,
    arpc_method_1,
    arpc_method_2,
    verify_application_cryptogram,
)
from keyexchange.payment.emv.master_keys import MasterKeyOption, icc_master_key_a, icc_master_key_b
from keyexchange.payment.emv.pin_change import PinChange, change_pin, iso_2_pin_block, visa_pin_block
from keyexchange.payment.emv.scripts import Encipherment, script_mac

__all__ = [
    "Encipherment",
    "MasterKeyOption",
    "PinChange",
    "application_cryptogram",
    "arpc_method_1",
    "arpc_method_2",
    "change_pin",
    "icc_master_key_a",
    "icc_master_key_b",
    "iso_2_pin_block",
    "script_mac",
    "scripts",
    "session_keys",
    "verify_application_cryptogram",
    "visa_pin_block",
]
