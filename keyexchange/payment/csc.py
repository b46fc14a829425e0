"""American Express card security codes (CSC): codes of five, four and three digits out of one block.

    account   the PAN without its first two and its last digit (twelve digits)
    block     PAN 37...: expiry date | account      PAN 34...: account | expiry date
    version 1 ("classic")    E(CSCK, block)
    version 2 ("enhanced")   the last block of a CBC encryption of block | service code, zeros to 16 octets, IV zero

The result's decimal digits are the codes, five, four and three in that order. Where they are fewer than twelve, the
letters follow: A = 1 to F = 6 among the first five digits of the block, A = 6 to F = 1 (modulo 10) behind them.

Source: order of fields and digits, nickntg/thalessimulatorlibrary (ThalesCore/HostCommands/AHostCommand.vb). Its
version 2 encrypts each block by itself, so that its codes do not depend on the PAN; with CBC they match the one public
answer of version 2. Both versions are held to answers of a calculator (FelipeRodriguezFonte/CryptoCarver,
CAPTURAS_CALCULADORA_HCE) for one PAN of 37. On the simulator alone rest PANs of 34, and letters behind the fifth digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from keyexchange.crypto import TdesKey
from keyexchange.errors import FormatError
from keyexchange.payment.card_value import CardValue
from keyexchange.payment.digits import EXPIRY, SERVICE_CODE, Field

_PAN = Field("the PAN", "pan", range(15, 16), "an American Express card has 15 digits and begins with 34 or 37")
_PARTS = {5: slice(0, 5), 4: slice(5, 9), 3: slice(9, 12)}
"""Length of a code to its place among the twelve digits."""

_LETTERS = b"abcdef"
_DECIMALS = b"0123456789"
_EARLY = bytes.maketrans(_LETTERS, b"123456")
_LATE = bytes.maketrans(_LETTERS, b"678901")


@dataclass(frozen=True, repr=False)
class CscVersion1(CardValue):
    """A card security code of version 1. A card bears four digits of it.

    The key, the CSCK, has 16 or 24 octets.

    Args:
        pan: 15 decimal digits that begin with 34 or 37.
        expiry: four decimal digits, YYMM by custom.

    `generate` raises FormatError with the categories pan, expiry_date.
    """

    pan: str
    expiry: str

    usual_length: ClassVar[int] = 4

    def _digits(self, key: TdesKey, length: int) -> str:
        return _code(key.encrypt_ecb(bytes.fromhex(_block(self.pan, self.expiry))), length)


@dataclass(frozen=True, repr=False)
class CscVersion2(CardValue):
    """A card security code of version 2; also the iCSC of a chip and the AEVV of 3-D Secure.

    The key, the CSCK, has 16 or 24 octets.

    Args:
        pan: 15 decimal digits that begin with 34 or 37.
        expiry: four decimal digits, YYMM by custom; of an AEVV, an unpredictable number.
        service_code: three decimal digits: 000 printed, 999 contact chip, 702 contactless chip; of an AEVV, its results
            codes.

    `generate` raises FormatError with the categories pan, expiry_date, service_code.
    """

    pan: str
    expiry: str
    service_code: str

    usual_length: ClassVar[int] = 4

    def _digits(self, key: TdesKey, length: int) -> str:
        text = f"{_block(self.pan, self.expiry)}{SERVICE_CODE.check(self.service_code)}".ljust(32, "0")
        return _code(key.cbc_mac(bytes.fromhex(text)), length)


def _block(pan: str, expiry: str) -> str:
    account = _PAN.check(pan)[2:14]
    blocks = {"37": EXPIRY.check(expiry) + account, "34": account + expiry}
    if pan[:2] not in blocks:
        raise FormatError("the PAN is not of an American Express card", category=_PAN.category, hint=_PAN.hint)
    return blocks[pan[:2]]


def _code(block: bytes, length: int) -> str:
    text = block.hex().encode()
    letters = text[:5].translate(_EARLY, _DECIMALS) + text[5:].translate(_LATE, _DECIMALS)
    return (text.translate(None, _LETTERS) + letters)[_PARTS[length]].decode()
