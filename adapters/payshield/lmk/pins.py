"""PINs under an LMK.

CONVENTION: no public source has the algorithms; the forms are public. Under a TDES LMK a PIN is as many digits as the
HSM's setting says (L, 5 to 13): here the PIN filled up with F, and on each digit a digit of the encrypted account
number. Under an AES LMK it is `J` and 32 hex digits: here one block with the PIN filled up and the account number.
"""

from __future__ import annotations

from typing import Protocol

from keyexchange.crypto import BlockCipherKey
from keyexchange.errors import FormatError
from keyexchange.payment import Pin

from ..errors import Refusal

AES_TAG = "J"
_FILL = "F"
_FIELD = 16
"""Hex digits of a filled-up PIN, and of a filled-up account number."""
_INVALID = "14"


class PinStore(Protocol):
    """How one LMK holds PINs."""

    def encrypt(self, pin: Pin, account: str, length: int) -> str:
        """A PIN under the LMK.

        Args:
            account: 12 digits, without the check digit.
            length: L of the HSM's settings.
        """

    def decrypt(self, text: str, account: str) -> Pin:
        """The PIN.

        Raises:
            Refusal: 14: it is of another LMK or account, or in another form.
        """


class DigitPins:
    """See `PinStore`: under a TDES LMK."""

    def __init__(self, key: BlockCipherKey) -> None:
        self._key = key

    def encrypt(self, pin: Pin, account: str, length: int) -> str:
        """See `PinStore.encrypt`."""
        return self._crossed(pin.reveal().ljust(length, _FILL), account)

    def decrypt(self, text: str, account: str) -> Pin:
        """See `PinStore.decrypt`."""
        if text.startswith(AES_TAG):
            raise Refusal(_INVALID)
        return _pin(self._crossed(text, account))

    def _crossed(self, digits: str, account: str) -> str:
        stream = self._key.encrypt_ecb(bytes.fromhex(account.ljust(_FIELD, _FILL))).hex()
        return "".join(f"{int(a, 16) ^ int(b, 16):X}" for a, b in zip(digits, stream, strict=False))


class BlockPins:
    """See `PinStore`: under an AES LMK."""

    def __init__(self, key: BlockCipherKey) -> None:
        self._key = key

    def encrypt(self, pin: Pin, account: str, length: int) -> str:  # noqa: ARG002 (the form has one length)
        """See `PinStore.encrypt`."""
        block = pin.reveal().ljust(_FIELD, _FILL) + account.ljust(_FIELD, _FILL)
        return AES_TAG + self._key.encrypt_ecb(bytes.fromhex(block)).hex().upper()

    def decrypt(self, text: str, account: str) -> Pin:
        """See `PinStore.decrypt`."""
        if not text.startswith(AES_TAG):
            raise Refusal(_INVALID)
        block = self._key.decrypt_ecb(bytes.fromhex(text.removeprefix(AES_TAG))).hex().upper()
        if block[_FIELD:] != account.ljust(_FIELD, _FILL):
            raise Refusal(_INVALID)
        return _pin(block[:_FIELD])


def _pin(filled: str) -> Pin:
    try:
        return Pin(filled.rstrip(_FILL))
    except FormatError:
        raise Refusal(_INVALID) from None
