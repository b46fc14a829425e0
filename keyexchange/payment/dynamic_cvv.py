"""Card values that change with every transaction: dCVV, CVC3, and two that are simulator conventions.

All take the card's own key, which `emv.master_keys` derives from the issuer's.

    dCVV     the CVV method, with the ATC in the place of the PAN's first four digits
    CVC3     the last two octets of E(K, IVCVC3 | unpredictable number | ATC), as a number
    IVCVC3   the last two octets of the retail MAC over the track, padding method 2

Counters and numbers are hexadecimal, as on the track's chip side; zeros on the left may be left out.

Source: dCVV, jPOS (JCESecurityModule, calculatedCVV); CVC3, pyemv (pyemv/cvv.py) and jPOS, which agree digit for
digit. No public description of the other two was found: see their docstrings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from keyexchange.crypto import TdesKey
from keyexchange.errors import FormatError
from keyexchange.payment.card_value import CardValue
from keyexchange.payment.cvv import CvvMethod
from keyexchange.payment.digits import COUNTER, EXPIRY, PAN, SERVICE_CODE, UNPREDICTABLE_NUMBER
from keyexchange.payment.mac import iso9797_algorithm_3
from keyexchange.payment.padding import Padding

_IV_OCTETS = 2


@dataclass(frozen=True, repr=False)
class Dcvv(CvvMethod):
    """Visa's dynamic CVV.

    Args:
        pan: 12 to 19 decimal digits; its first four are replaced by the counter's.
        counter: the ATC, up to four hexadecimal digits.

    `generate` raises FormatError with the categories pan, expiry_date, service_code, counter.
    """

    pan: str
    expiry: str
    service_code: str
    counter: str

    def text(self) -> str:
        codes = f"{EXPIRY.check(self.expiry)}{SERVICE_CODE.check(self.service_code)}"
        return f"{_counted(self.pan, self.counter)}{codes}"


def iv_cvc3(card_key: TdesKey, track: bytes) -> bytes:
    """IVCVC3, two octets: the static part of CVC3, which a card may hold ready.

    Args:
        card_key: the card's key, derived from the issuer's key for CVC3.
        track: the track as the card's template has it, with zeros where counter, number and CVC3 will stand. Track 2
            packed two digits to an octet, track 1 one character to an octet.
    """
    return iso9797_algorithm_3(card_key, track, padding=Padding.METHOD_2)[-_IV_OCTETS:]


@dataclass(frozen=True, repr=False)
class Cvc3(CardValue):
    """Mastercard's dynamic CVC3: a number of five digits, of which a track has room for the last 3 to 5.

    Args:
        iv: what `iv_cvc3` gives of the track.
        unpredictable_number: up to eight hexadecimal digits.
        counter: the ATC, up to four hexadecimal digits.

    `generate` raises FormatError with the categories iv_cvc3, unpredictable_number, counter.
    """

    iv: bytes
    unpredictable_number: str
    counter: str

    usual_length: ClassVar[int] = 5

    def _digits(self, key: TdesKey, length: int) -> str:
        if len(self.iv) != _IV_OCTETS:
            raise FormatError("IVCVC3 has two octets", category="iv_cvc3", hint="give the track to `iv_cvc3` first")
        number = UNPREDICTABLE_NUMBER.padded(self.unpredictable_number)
        block = self.iv + bytes.fromhex(number + COUNTER.padded(self.counter))
        return f"{int.from_bytes(key.encrypt_ecb(block)[-2:], 'big'):05d}"[-length:]


@dataclass(frozen=True, repr=False)
class DerivedCavv(CvvMethod):
    """A cardholder authentication verification value under a card's own key. A convention of ours.

    Devices that offer it take these inputs under an issuer key of usage E6; what they put them into is not published.
    Here it is the CVV method over the PAN with the counter in its first four digits, then the unpredictable number:
    values match those of no other system.

    `generate` raises FormatError with the categories pan, unpredictable_number, counter.
    """

    pan: str
    unpredictable_number: str
    counter: str

    def text(self) -> str:
        return f"{_counted(self.pan, self.counter)}{UNPREDICTABLE_NUMBER.padded(self.unpredictable_number)}"


@dataclass(frozen=True, repr=False)
class DiscoverDcvv(CvvMethod):
    """Discover's dynamic card verification code. A convention of ours.

    Devices that offer it take these inputs; Discover does not publish what they are put into. Here it is the method of
    dCVV, the unpredictable number in the place of the service code: values match those of no other system.

    `generate` raises FormatError with the categories pan, expiry_date, unpredictable_number, counter.
    """

    pan: str
    expiry: str
    unpredictable_number: str
    counter: str

    def text(self) -> str:
        number = UNPREDICTABLE_NUMBER.padded(self.unpredictable_number)
        return f"{_counted(self.pan, self.counter)}{EXPIRY.check(self.expiry)}{number}"


def _counted(pan: str, counter: str) -> str:
    return COUNTER.padded(counter) + PAN.check(pan)[4:]
