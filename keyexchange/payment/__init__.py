"""Payment algorithms on key objects: DUKPT, PIN blocks, PIN and card verification values, MACs, EMV cryptograms."""

from keyexchange.payment import dukpt_aes, dukpt_tdes, emv
from keyexchange.payment.as2805 import session_pin_key
from keyexchange.payment.card_value import CardValue
from keyexchange.payment.csc import CscVersion1, CscVersion2
from keyexchange.payment.cvv import CVV2_SERVICE_CODE, Cvv
from keyexchange.payment.data import CipherMode
from keyexchange.payment.data import decrypt as decrypt_data
from keyexchange.payment.data import encrypt as encrypt_data
from keyexchange.payment.dukpt_aes import AesDevice, AesKeyType, AesKsn, AesUsage
from keyexchange.payment.dukpt_tdes import TdesDevice, TdesKsn, TdesUsage
from keyexchange.payment.dynamic_cvv import Cvc3, Dcvv, DerivedCavv, DiscoverDcvv, iv_cvc3
from keyexchange.payment.ibm3624 import (
    DecimalisationTable,
    Ibm3624,
    natural_pin,
    pin_from_offset,
    pin_offset,
    verify_ibm3624,
)
from keyexchange.payment.mac import (
    HmacHash,
    cmac,
    hmac_mac,
    iso9797_algorithm_1,
    iso9797_algorithm_3,
    verify_mac,
)
from keyexchange.payment.padding import Padding
from keyexchange.payment.pin import Pin, random_pin
from keyexchange.payment.pin_blocks import PinBlockFormat, PinLayout
from keyexchange.payment.pin_blocks import decode as decode_pin_block
from keyexchange.payment.pin_blocks import encode as encode_pin_block
from keyexchange.payment.pin_encryption import decrypt_pin, encrypt_pin, translate_pin
from keyexchange.payment.pvv import generate_pvv, verify_pvv

__all__ = [
    "CVV2_SERVICE_CODE",
    "AesDevice",
    "AesKeyType",
    "AesKsn",
    "AesUsage",
    "CardValue",
    "CipherMode",
    "CscVersion1",
    "CscVersion2",
    "Cvc3",
    "Cvv",
    "Dcvv",
    "DecimalisationTable",
    "DerivedCavv",
    "DiscoverDcvv",
    "HmacHash",
    "Ibm3624",
    "Padding",
    "Pin",
    "PinBlockFormat",
    "PinLayout",
    "TdesDevice",
    "TdesKsn",
    "TdesUsage",
    "cmac",
    "decode_pin_block",
    "decrypt_data",
    "decrypt_pin",
    "dukpt_aes",
    "dukpt_tdes",
    "emv",
    "encode_pin_block",
    "encrypt_data",
    "encrypt_pin",
    "generate_pvv",
    "hmac_mac",
    "iso9797_algorithm_1",
    "iso9797_algorithm_3",
    "iv_cvc3",
    "natural_pin",
    "pin_from_offset",
    "pin_offset",
    "random_pin",
    "session_pin_key",
    "translate_pin",
    "verify_ibm3624",
    "verify_mac",
    "verify_pvv",
]
