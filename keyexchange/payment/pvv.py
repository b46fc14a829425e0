"""Visa's PIN verification value, which is also the ABA's.

Source: the method as IBM's CCA guide ("Visa PIN algorithms"), psec (psec/pin.py) and jPOS (JCESecurityModule) have it;
they agree digit for digit.
"""

from __future__ import annotations

from keyexchange.crypto import TdesKey
from keyexchange.errors import FormatError
from keyexchange.payment.comparing import require_same
from keyexchange.payment.digits import PAN, Field, decimalised
from keyexchange.payment.pin import Pin

_PVV = Field("the PVV", "pvv", range(4, 5), "send the four digits as they were generated")
_INDEXES = range(10)


def generate_pvv(key: TdesKey, pin: Pin, pan: str, key_index: int) -> str:
    """The PVV of a PIN, four decimal digits.

    Only the first four digits of a longer PIN count.

    Args:
        key: the PVK, single, double or triple length.
        pan: 12 to 19 digits with the check digit.
        key_index: the PVKI, 0 to 9; Visa gives out 1 to 6.

    Raises:
        FormatError: categories pan, key_index.
    """
    if key_index not in _INDEXES:
        raise FormatError(
            "the PIN verification key index must be 0 to 9",
            category="key_index",
            hint="it is one digit, and stands before the PVV on the track",
        )
    security_parameter = f"{PAN.check(pan)[-12:-1]}{key_index}{pin.reveal()[:4]}"
    return decimalised(key.encrypt_ecb(bytes.fromhex(security_parameter)), 4)


def verify_pvv(key: TdesKey, pin: Pin, pan: str, key_index: int, pvv: str) -> None:
    """Refuse a PIN that does not give this PVV.

    Raises:
        MismatchError: reason pin.
        FormatError: categories pan, key_index, pvv.
    """
    require_same(generate_pvv(key, pin, pan, key_index), _PVV.check(pvv), what="the PIN", reason="pin")
