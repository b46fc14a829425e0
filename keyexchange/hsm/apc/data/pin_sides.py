"""One side of a PIN operation: the key that a PIN block is under, and how the PIN lies in it.

Source: APC Data Plane API reference, TranslatePinData, VerifyPinData, GeneratePinData and the structures they share;
User Guide, "Translate PIN data" (AES keys take format 4 alone) and "Verify PIN data" (the error for a block that does
not read, whatever the reason).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from keyexchange.crypto import BlockCipherKey, TdesKey
from keyexchange.errors import FormatError
from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.data import dukpt, keys, wrapped
from keyexchange.hsm.apc.data.keys import DataKey
from keyexchange.hsm.apc.data.uses import Use
from keyexchange.hsm.apc.data.values import even_octets
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.device import Hsm
from keyexchange.payment import Pin, PinBlockFormat, PinLayout, decrypt_pin, session_pin_key

_FORMATS = {
    "ISO_FORMAT_0": PinBlockFormat.ISO_0,
    "ISO_FORMAT_1": PinBlockFormat.ISO_1,
    "ISO_FORMAT_3": PinBlockFormat.ISO_3,
    "ISO_FORMAT_4": PinBlockFormat.ISO_4,
}
_UNREADABLE = "pin_block"


class PinKey(NamedTuple):
    """What a PIN block is under.

    Args:
        named: the key that the request names, or brings; what the answer reports.
        cipher: the key that encrypts: that one, or one derived from it for this transaction.
    """

    named: DataKey
    cipher: BlockCipherKey


class PinSide(NamedTuple):
    """What a PIN block is under, and how the PIN lies in it."""

    key: PinKey
    layout: PinLayout

    def open(self, member: str, block: str) -> Pin:
        """The PIN of a block.

        Args:
            member: of the request.

        Raises:
            ApiError: ValidationException, one for all blocks that do not read.
            UnsupportedError, FormatError: as `payment.decrypt_pin`.
        """
        with readable():
            return decrypt_pin(self.key.cipher, self.layout, even_octets(member, block))


def pin_key(
    hsm: Hsm,
    context: Context,
    identifier: str,
    use: Use,
    *,
    wrapped_key: Values | None = None,
    dukpt_attributes: Values | None = None,
    as2805_attributes: Values | None = None,
) -> PinKey:
    """Find or derive the key of one side.

    Args:
        identifier: of a PIN encryption key; with DUKPT attributes of a base derivation key, and with a wrapped key of
            the key that protects it.
        use: `ENCRYPT_PIN` or `DECRYPT_PIN`.

    Raises:
        ApiError: ResourceNotFoundException; ValidationException.
        FormatError: a KSN, trace number or amount of another form.
    """
    if dukpt_attributes is None:
        named = wrapped.working_key(hsm, context, identifier, wrapped_key, use)
        return PinKey(named, named.cipher if as2805_attributes is None else _as2805(named, as2805_attributes))
    if wrapped_key is not None or as2805_attributes is not None:
        raise validation("DUKPT attributes do not go together with a wrapped key or with AS2805 attributes")
    bdk = keys.find(hsm, context, identifier, Use.DUKPT)
    return PinKey(bdk, _dukpt(hsm, bdk, dukpt_attributes))


def _dukpt(hsm: Hsm, bdk: DataKey, attributes: Values) -> BlockCipherKey:
    # DukptAttributes and DukptDerivationAttributes have their own name each for the same thing
    derivation_type = attributes.get("DukptDerivationType") or attributes.get("DukptKeyDerivationType")
    return dukpt.working_key(
        hsm,
        bdk,
        attributes["KeySerialNumber"],
        dukpt.Purpose.PIN,
        derivation_type=derivation_type,
        variant=attributes.get("DukptKeyVariant"),
    )


def _as2805(named: DataKey, attributes: Values) -> TdesKey:
    if not isinstance(named.cipher, TdesKey):
        raise validation(f"AS2805 derives PIN encryption keys from TDES keys, not from {named.algorithm}")
    return session_pin_key(named.cipher, attributes["SystemTraceAuditNumber"], attributes["TransactionAmount"])


def layout(format_name: str, pan: str | None) -> PinLayout:
    """The layout of a PinBlockFormat.

    Raises:
        ApiError: ValidationException: a format that only a newer model than this program knows.
        FormatError: category pan: the format needs one.
    """
    if format_name not in _FORMATS:
        raise validation("PinBlockFormat is not served by this endpoint")
    return PinLayout(_FORMATS[format_name], pan)


@contextmanager
def readable() -> Iterator[None]:
    """Give a PIN block that does not read the service's own words. Source: User Guide, "Verify PIN data"."""
    try:
        yield
    except FormatError as error:
        if error.category != _UNREADABLE:
            raise
        raise validation(
            "Pin block provided is invalid. Please check your input to ensure all field values are correct."
        ) from None
