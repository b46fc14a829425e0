"""Card verification values: CVV (CVC), CVV2 (CVC2), iCVV (chip CVC), and Visa's CAVV.

All are one method over PAN, four digits and three digits: a MAC of two blocks, the first under the left half of the
key, and its digits. What differs is what stands in the last seven digits:

    CVV    expiry date, service code of the track       iCVV   expiry date, 999
    CVV2   expiry date, 000                              CAVV   unpredictable number, results of the authentication

Source: Visa's method as IBM's CCA guide ("CVV generate"), psec (psec/cvv.py) and jPOS (JCESecurityModule, with CAVV)
have it.
"""

from __future__ import annotations

from dataclasses import dataclass

from keyexchange.crypto import TdesKey
from keyexchange.errors import UnsupportedError
from keyexchange.payment.card_value import CardValue
from keyexchange.payment.digits import EXPIRY, PAN, SERVICE_CODE, decimalised

CVV2_SERVICE_CODE = "000"


class CvvMethod(CardValue):
    """A value by the CVV method; a subclass says over which digits."""

    def text(self) -> str:
        """Up to 32 hexadecimal digits, checked."""
        raise NotImplementedError

    def _digits(self, key: TdesKey, length: int) -> str:
        if len(key.secret) != 16:
            raise UnsupportedError(
                "card verification values need a double length TDES key",
                hint="a CVK pair has 16 octets, CVK A and CVK B; so has a card's own key",
            )
        block = bytes.fromhex(self.text().ljust(32, "0"))
        chain = int.from_bytes(key.first_part.encrypt_ecb(block[:8]), "big")
        return decimalised(key.encrypt_ecb((chain ^ int.from_bytes(block[8:], "big")).to_bytes(8, "big")), length)


@dataclass(frozen=True, repr=False)
class Cvv(CvvMethod):
    """The CVV of a card; which one, the service code tells. Of an authentication it is Visa's CAVV.

    Args:
        pan: 12 to 19 decimal digits with the check digit.
        expiry: four decimal digits, YYMM or MMYY: the method does not know which. Of a CAVV the last four digits of the
            authentication tracking number.
        service_code: three decimal digits: the track's, `CVV2_SERVICE_CODE`, or 999 of an iCVV. Of a
            CAVV one digit of authentication results and two of the second factor's.

    `generate` raises FormatError with the categories pan, expiry_date, service_code.
    """

    pan: str
    expiry: str
    service_code: str

    def text(self) -> str:
        return f"{PAN.check(self.pan)}{EXPIRY.check(self.expiry)}{SERVICE_CODE.check(self.service_code)}"
