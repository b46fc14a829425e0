"""PIN blocks, PIN verification and card values against psec and pyemv: rows of `benchmarks.payment`.

Ours makes its layouts and card data anew in every call, as a server does with every request.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from psec import cvv as psec_cvv
from psec import des as psec_des
from psec import pin as psec_pin
from psec import pinblock as psec_pinblock
from pyemv import cvv as pyemv_cvv

from keyexchange.crypto import AesKey, TdesKey
from keyexchange.payment import (
    CscVersion2,
    Cvc3,
    Cvv,
    DecimalisationTable,
    Ibm3624,
    Pin,
    PinBlockFormat,
    PinLayout,
    encrypt_pin,
    generate_pvv,
    iv_cvc3,
    pin_offset,
    translate_pin,
)
from keyexchange.secret import Secret

OCTETS = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
OTHER_OCTETS = OCTETS[::-1]
KEY, OTHER = TdesKey(Secret(OCTETS)), TdesKey(Secret(OTHER_OCTETS))
AES = AesKey(Secret(OCTETS))
PAN, EXPIRY, TABLE, PIN = "4123456789012345", "2812", "0123456789012345", Pin("1234")
TRACK = bytes.fromhex("5123456789012345D35121010000000000000F")
COUNTER, NUMBER = bytes.fromhex("005E"), bytes.fromhex("00000899")
BLOCK = encrypt_pin(KEY, PinLayout(PinBlockFormat.ISO_0, PAN), PIN)
AES_BLOCK = encrypt_pin(AES, PinLayout(PinBlockFormat.ISO_4, PAN), PIN)


def translate(target: PinBlockFormat) -> bytes:
    """From format 0 to another under TDES."""
    return translate_pin(KEY, PinLayout(PinBlockFormat.ISO_0, PAN), BLOCK, OTHER, PinLayout(target, PAN))


def translate_aes() -> bytes:
    """From format 4 to format 4."""
    layout = PinLayout(PinBlockFormat.ISO_4, PAN)
    return translate_pin(AES, layout, AES_BLOCK, AES, layout)


def psec_translate(encode: Callable[[str, str], bytes]) -> bytes:
    """The same with psec."""
    clear = psec_pinblock.decode_pinblock_iso_0(psec_des.decrypt_tdes_ecb(OCTETS, BLOCK), PAN)
    return psec_des.encrypt_tdes_ecb(OTHER_OCTETS, encode(clear, PAN))


def psec_translate_aes() -> bytes:
    """The same with psec."""
    clear = psec_pinblock.decipher_pinblock_iso_4(OCTETS, AES_BLOCK, PAN)
    return psec_pinblock.encipher_pinblock_iso_4(OCTETS, clear, PAN)


def cvc3() -> str:
    """Track and transaction."""
    return Cvc3(iv_cvc3(KEY, TRACK), NUMBER.hex(), COUNTER.hex()).generate(KEY)


ROWS: list[tuple[str, Callable[[], object], Callable[[], object] | None]] = [
    (
        "CVV",
        lambda: Cvv(PAN, EXPIRY, "101").generate(KEY),
        partial(psec_cvv.generate_cvv, OCTETS, PAN, EXPIRY, "101"),
    ),
    ("CSC version 2", lambda: CscVersion2("371234567890123", EXPIRY, "702").generate(KEY), None),
    ("CVC3", cvc3, partial(pyemv_cvv.generate_cvc3, OCTETS, TRACK, COUNTER, NUMBER)),
    ("PVV", partial(generate_pvv, KEY, PIN, PAN, 1), partial(psec_pin.generate_visa_pvv, OCTETS, "1", "1234", PAN)),
    (
        "IBM 3624 offset",
        lambda: pin_offset(KEY, Ibm3624(DecimalisationTable(TABLE), PAN[:12]), PIN),
        partial(psec_pin.generate_ibm3624_offset, OCTETS, TABLE, "1234", PAN, 0, 12, "F"),
    ),
    (
        "PIN translation, 0 to 0",
        partial(translate, PinBlockFormat.ISO_0),
        partial(psec_translate, psec_pinblock.encode_pinblock_iso_0),
    ),
    (
        "PIN translation, 0 to 3",
        partial(translate, PinBlockFormat.ISO_3),
        partial(psec_translate, psec_pinblock.encode_pinblock_iso_3),
    ),
    ("PIN translation, 4 to 4", translate_aes, psec_translate_aes),
]
